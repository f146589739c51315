"""How German asks."""

from adr.index.asking.rules import QuestionRules

_NOUNS = {
    **dict.fromkeys(("farbe", "farben"), "color"),
    **dict.fromkeys(("art", "sorte", "arten"), "kind"),
    **dict.fromkeys(("typ",), "type"),
    **dict.fromkeys(("form",), "shape"),
    **dict.fromkeys(("material",), "material"),
    **dict.fromkeys(("muster",), "pattern"),
    **dict.fromkeys(("marke",), "brand"),
    **dict.fromkeys(("rasse", "hunderasse"), "breed"),
    **dict.fromkeys(("sport", "sportart"), "sport"),
    **dict.fromkeys(("tier", "tiere"), "animal"),
    **dict.fromkeys(("frucht", "obst", "früchte"), "fruit"),
    **dict.fromkeys(("essen", "gericht", "speise"), "food"),
    **dict.fromkeys(("zimmer", "raum"), "room"),
    **dict.fromkeys(("wetter",), "weather"),
    **dict.fromkeys(("uhrzeit",), "time"),
    **dict.fromkeys(("tag", "wochentag"), "day"),
    **dict.fromkeys(("jahr",), "year"),
    **dict.fromkeys(("jahreszeit",), "season"),
    **dict.fromkeys(("land",), "country"),
    **dict.fromkeys(("stadt",), "city"),
    **dict.fromkeys(("sprache",), "language"),
    **dict.fromkeys(("anzahl", "zahl"), "number"),
    **dict.fromkeys(("name",), "name"),
    **dict.fromkeys(("fahrzeug", "fahrzeuge"), "vehicle"),
    **dict.fromkeys(("geschlecht",), "gender"),
    **dict.fromkeys(("zweck",), "purpose"),
    **dict.fromkeys(("größe",), "size"),
    **dict.fromkeys(("alter",), "age"),
    **dict.fromkeys(("gesichtsausdruck", "ausdruck"), "expression"),
    **dict.fromkeys(("gegenstand", "objekt", "objekte", "gegenstände"), "object"),
    **dict.fromkeys(("kleidung",), "clothing"),
    **dict.fromkeys(("wort", "wörter"), "word"),
}
_DESCRIPTION = r"(?:\w*beschreibung|bildunterschrift|überschrift|zusammenfassung|titel)"
_BEGINS = r"^(?:[^?]*,\s*|und\s+)?(?:(?:in|an|auf|aus|mit|von|für|zu|bei|um|nach|seit|vor|über|unter)\s+)?"
_LED = r"^(?:(?:auf|in|im|an|am|neben|hinter|vor)\s+[^,?]{0,40}?,\s*)?"
RULES = QuestionRules(
    nouns=_NOUNS,
    prompts=(
        (
            "multiple choice",
            r"(?:buchstabe\w*|option\w*|antwortmöglichkeit\w*).{0,30}(?:richtig|korrekt|antwort|folgend)|"
            r"(?:wähle|wählen sie|antworte).{0,30}(?:option|buchstabe|antwort)",
        ),
        ("answer yes or no", r"antwort\w*.{0,20}\bja\b.{0,8}\bnein\b"),
        (
            "answer briefly",
            r"(?:antworte|antworten sie|beantworte\w*).{0,40}(?:wort|wörtern|worten|kurz|phrase|satz|stichwort)",
        ),
        ("locate", r"begrenzungsrahmen|koordinaten|bounding[- ]?box"),
        ("describe region", rf"(?:beschreib\w*|{_DESCRIPTION}).{{0,24}}(?:region|bereich)"),
    ),
    opens=r"bitte\b|hallo\b|guten tag|und\b|also\b|dann\b|nun\b|jetzt\b|(?P<tell>(?:kannst du|"
    r"können sie|könntest du|könnten sie)?\s*(?:mir\s+)?"
    r"(?:bitte\s+)?(?:sagen|verraten)\b|(?:sag|sage|sagen sie|verrate)\s+mir\b|weißt du\b|"
    r"wissen sie\b|ich (?:möchte|will|würde gern\w*) wissen\b)|"
    r"(?:kannst du|können sie|könntest du|könnten sie|würdest du|"
    r"würden sie)\s+(?=(?:\S+\s+){0,12}(?:beschreiben|erklären|auflisten|übersetzen|vergleichen|"
    r"zählen|nennen|schreiben|geben|zusammenfassen|identifizieren|analysieren)\b)",
    requests=(
        ("describe", r"^(?:(?:kurz|genau)\s+)?beschreib|^(?:mir\s+)?(?:\S+\s+){0,10}beschreiben\b[?.]?$"),
        (
            "describe",
            rf"^(?:gib|geben sie|schreib\w*|erstell\w*|verfass\w*|mach\w*|liefer\w*|generier\w*|"
            rf"formulier\w*)\b.{{0,40}}{_DESCRIPTION}",
        ),
        ("list", r"^(?:liste|listen sie|zähle|zählen sie)\b.*\bauf\b|^(?:\S+\s+){0,10}auflisten\b"),
        ("count", r"^(?:zähle|zähl|zählen sie)\b"),
        ("name", r"^(?:nenne?|nennen sie)\b|^(?:\S+\s+){0,8}nennen\?$"),
        ("explain", r"^(?:erkläre?|erklären sie|erläutere|erläutern sie)\b|^(?:\S+\s+){0,10}erklären\b"),
        ("compare", r"^(?:vergleiche?|vergleichen sie)\b"),
        ("identify", r"^(?:identifiziere?|identifizieren sie|bestimme|bestimmen sie)\b"),
        ("translate", r"^(?:übersetze?|übersetzen sie)\b|^(?:\S+\s+){0,10}übersetzen\b"),
        ("summarize", r"^(?:fasse?|fassen sie)\b.*zusammen"),
        ("analyze", r"^(?:analysiere?|analysieren sie)\b"),
        ("find", r"^(?:finde?|finden sie|suche?)\b"),
        ("write", r"^(?:schreibe?|schreiben sie|verfasse)\b"),
        ("generate", r"^(?:generiere?|generieren sie|erzeuge)\b"),
        ("show", r"^(?:zeige?|zeigen sie)\b"),
        ("read", r"^lies\b"),
        ("give", r"^(?:gib|geben sie)\b"),
        ("tell", r"^(?:erzähle?|erzählen sie)\b"),
        ("suggest", r"^(?:schlage?|empfiehl)\b"),
    ),
    questions=(
        ("how many", rf"{_BEGINS}wie\s?viele\b|was ist die anzahl"),
        ("how much", rf"{_BEGINS}wie\s?viel\b(?!\s+uhr)"),
        ("what time", rf"{_BEGINS}wie\s?viel\s+uhr|wie spät"),
        ("how old", rf"{_BEGINS}wie alt\b"),
        ("how big", rf"{_BEGINS}wie groß\b"),
        ("how tall", rf"{_BEGINS}wie hoch\b"),
        ("how long", rf"{_BEGINS}wie lang(?:e)?\b"),
        ("how far", rf"{_BEGINS}wie weit\b"),
        ("how often", rf"{_BEGINS}wie oft\b"),
        ("what weather", rf"{_BEGINS}wie ist das wetter"),
        ("what name", rf"{_BEGINS}wie (?:heißt|lautet der name|heißen)\b"),
        ("why", rf"{_BEGINS}(?:warum|wieso|weshalb|wozu)\b"),
        ("whose", rf"{_BEGINS}(?:wessen|wem gehör\w+)\b"),
        ("who", rf"{_BEGINS}(?:wer|wen|wem)\b"),
        ("where", rf"{_BEGINS}(?:wo|wohin|woher)\b"),
        ("when", rf"{_BEGINS}wann\b"),
        ("what do", rf"{_BEGINS}was\s+(?:macht|machen|tut|tun|treibt)\b"),
        ("what *", rf"{_BEGINS}welche[rsmn]?\s+(?P<noun>NOUNS)\b"),
        ("what kind", rf"{_BEGINS}was für\s+(?:ein\w*\s+)?(?:art|sorte)\b"),
        ("what *", rf"{_BEGINS}was für\s+(?:ein\w*\s+)?(?P<noun>NOUNS)\b"),
        ("what *", r"was\s+(?:ist|sind)\s+(?:die|der|das|ihre|seine|sein|ihr)\s+(?P<noun>NOUNS)\b"),
        ("what kind", rf"{_BEGINS}was für\b"),
        ("which", rf"{_BEGINS}welche[rsmn]?\b"),
        ("what", rf"{_BEGINS}(?:was|woraus|womit|woran|worauf|worin|wofür|worum|wovon|wonach|worüber)\b"),
        ("how", rf"{_BEGINS}wie\b"),
    ),
    yes_no=(
        (
            "be there",
            rf"{_LED}(?:gibt es|gab es|existier\w+)\b|{_LED}(?:ist|sind|sieht man|befindet sich|"
            rf"befinden sich)\s+(?:da|dort|hier|auf dem (?:bild|foto)|im bild|in dem bild)?\s*(?:ein|eine|"
            rf"einen|einer|etwas|irgendein\w*|jemand)\b.*(?:zu sehen|sichtbar|abgebildet|im bild|"
            rf"auf dem bild|auf dem foto)",
        ),
        ("can", rf"{_LED}(?:kann|kannst|können)\b"),
        ("could", rf"{_LED}(?:könnte|könntest|könnten)\b"),
        ("be", rf"{_LED}(?:ist|sind|war|waren|bist|seid|wird|werden|wurde|wurden)\b"),
        ("have", rf"{_LED}(?:hat|haben|hatte|hast|trägt|tragen)\b"),
        ("should", rf"{_LED}(?:soll|sollte|sollten|sollen)\b"),
        ("do", r"^(?!ich\b|das\b|der\b|die\b|ein|und\b|oder\b|kein)\w+(?:t|en|st|te|ten)\b\s+\w+"),
    ),
    cut=r",?\s+und\s+(?=(?:in |an |auf |aus |mit |von )?(?:was|wie|wo|wer|wann|warum|welche\w?|wessen)\b)|[?]\s*",
    unmarked=r"^(?:was|wie|wo|wer|wann|warum|wieso|welche\w?|wessen)\b",
)
