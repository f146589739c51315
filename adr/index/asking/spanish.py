"""How Spanish asks. Question words count with or without their accents."""

from adr.index.asking.rules import QuestionRules

_NOUNS = {
    **dict.fromkeys(("color", "colores"), "color"),
    **dict.fromkeys(("tipo", "tipos", "clase", "clases"), "kind"),
    **dict.fromkeys(("forma",), "shape"),
    **dict.fromkeys(("material",), "material"),
    **dict.fromkeys(("patrón", "estampado"), "pattern"),
    **dict.fromkeys(("marca",), "brand"),
    **dict.fromkeys(("raza",), "breed"),
    **dict.fromkeys(("deporte", "deportes"), "sport"),
    **dict.fromkeys(("animal", "animales"), "animal"),
    **dict.fromkeys(("fruta", "frutas"), "fruit"),
    **dict.fromkeys(("comida", "plato"), "food"),
    **dict.fromkeys(("habitación", "cuarto"), "room"),
    **dict.fromkeys(("tiempo", "clima"), "weather"),
    **dict.fromkeys(("hora",), "time"),
    **dict.fromkeys(("día",), "day"),
    **dict.fromkeys(("año",), "year"),
    **dict.fromkeys(("estación del año", "estación"), "season"),
    **dict.fromkeys(("país",), "country"),
    **dict.fromkeys(("ciudad",), "city"),
    **dict.fromkeys(("idioma", "lengua"), "language"),
    **dict.fromkeys(("número", "cantidad"), "number"),
    **dict.fromkeys(("nombre",), "name"),
    **dict.fromkeys(("vehículo", "vehículos"), "vehicle"),
    **dict.fromkeys(("sexo", "género"), "gender"),
    **dict.fromkeys(("propósito", "objetivo"), "purpose"),
    **dict.fromkeys(("tamaño",), "size"),
    **dict.fromkeys(("edad",), "age"),
    **dict.fromkeys(("expresión",), "expression"),
    **dict.fromkeys(("objeto", "objetos"), "object"),
    **dict.fromkeys(("lugar",), "place"),
    **dict.fromkeys(("ropa",), "clothing"),
    **dict.fromkeys(("palabra", "palabras"), "word"),
}
_DESCRIPTION = r"(?:descripci[oó]n|leyenda|pie de foto|t[ií]tulo|resumen|explicaci[oó]n)"
_BEGINS = r"^(?:(?:[^¿?]*[,¿]\s*|y\s+)?(?:a|de|en|con|por|para|desde|hasta|sobre)?\s*)"
RULES = QuestionRules(
    nouns=_NOUNS,
    prompts=(
        (
            "multiple choice",
            r"(?:letra|opci[oó]n|opciones|alternativa).{0,24}(?:correcta|siguientes|dadas)|(?:elige|"
            r"escoge|selecciona).{0,16}(?:opci[oó]n|opciones|respuesta)",
        ),
        ("answer yes or no", r"(?:responde|contesta).{0,20}s[ií].{0,6}\bno\b"),
        ("answer briefly", r"(?:responde|responda|contesta|conteste).{0,24}(?:palabras?|frase|brevemente|breve)"),
        ("locate", r"cuadro delimitador|coordenadas|caja delimitadora|recuadro delimitador"),
        ("describe region", rf"(?:describ\w*|{_DESCRIPTION}).{{0,24}}regi[oó]n"),
    ),
    opens=r"por favor\b|hola\b|buenos d[ií]as|y\b|entonces\b|ahora\b|bueno\b|"
    r"(?P<tell>(?:me\s+)?(?:puedes|podr[ií]as|puede|podr[ií]a)?\s*"
    r"(?:decirme|indicarme|dime|d[ií]game|sabes|sabr[ií]as decirme|quiero saber|quisiera saber|"
    r"me gustar[ií]a saber|adivina)\b(?!\s+(?:algo|todo|m[aá]s)))|"
    r"(?:me\s+)?(?:puedes|podr[ií]as|puede|podr[ií]a)\s+(?=describ|explic|list|enumer|dar|hacer|"
    r"escrib|traduc|identific|cont|mostr|generar|resum|analiz|encontr|compar)|"
    r"(?:quiero|necesito)\s+que\b",
    requests=(
        ("describe", r"^(?:(?:breve|detallada|clara)mente\s+)?(?:me\s+)?descr[ií]b"),
        (
            "describe",
            rf"^(?:da|dame|dar|darme|haz|hazme|hacer|escrib\w*|genera\w*|proporcion\w*|crea\w*|redact\w*|"
            rf"elabora\w*|ofrece\w*)\b.{{0,30}}{_DESCRIPTION}",
        ),
        ("list", r"^(?:haz(?:me)?\s+una\s+lista|list[ae]|listar|enumer\w*)\b"),
        ("name", r"^(?:nombra|nombre|menciona|mencione)\b"),
        ("explain", r"^expl[ií](?:ca|que|car|came|carme|queme)\b"),
        ("compare", r"^compar(?:a|e|ar)\b"),
        ("count", r"^(?:cuenta|cuente|contar)\b"),
        ("identify", r"^identifi(?:ca|que|car)\b"),
        ("translate", r"^tradu(?:ce|zca|cir)\b"),
        ("summarize", r"^resum(?:e|a|ir)\b"),
        ("analyze", r"^anali(?:za|ce|zar)\b"),
        ("find", r"^(?:encuentra|busca|encontrar)\b"),
        ("write", r"^escrib(?:e|a|ir)\b"),
        ("generate", r"^gener(?:a|e|ar)\b"),
        ("show", r"^mu[eé]stra(?:me)?\b"),
        ("read", r"^lee\b"),
        ("give", r"^(?:da|dame|dar|proporciona|proporcione)\b"),
        ("suggest", r"^(?:sugiere|recomienda)\b"),
        ("tell", r"^(?:dime|cu[eé]ntame)\b"),
    ),
    questions=(
        ("how many", r"\bcu[aá]nt[oa]s\b|cu[aá]l es (?:el n[uú]mero|la cantidad)"),
        ("how old", r"cu[aá]ntos a[nñ]os|qu[eé] edad"),
        ("how much", rf"{_BEGINS}cu[aá]nt[oa]\b"),
        ("how many", rf"{_BEGINS}qu[eé] cantidad"),
        ("why", rf"{_BEGINS}por ?qu[eé]\b|¿\s*por ?qu[eé]\b"),
        ("whose", r"\bde qui[eé]n(?:es)?\s+(?:es|son|era)"),
        ("who", r"\bqui[eé]n(?:es)?\b"),
        ("where", rf"{_BEGINS}(?:a)?d[oó]nde\b|d[oó]nde (?:est|se )"),
        ("when", rf"{_BEGINS}cu[aá]ndo\b"),
        (
            "what do",
            rf"{_BEGINS}qu[eé]\s+(?:est[aá]n?|estaban?)\s+(?:\w+\s+){{0,5}}?haciendo|"
            rf"{_BEGINS}qu[eé]\s+(?:hace|hacen|hac[ií]an?)\b",
        ),
        ("what *", rf"(?:{_BEGINS}|\b)(?:qu[eé]|cu[aá]l(?:es)?)\s+(?P<noun>NOUNS)\b"),
        ("what *", r"cu[aá]l(?:es)?\s+(?:es|son|era|eran)\s+(?:el|la|los|las|su|sus)\s+(?P<noun>NOUNS)\b"),
        ("which", rf"{_BEGINS}cu[aá]l(?:es)?\s+de\b|{_BEGINS}cu[aá]l(?:es)?\s+(?!es\b|son\b|era|fue|ser[ií]?a)"),
        ("what", rf"{_BEGINS}cu[aá]l(?:es)?\b|cu[aá]l(?:es)? (?:es|son|era|fue)\b"),
        ("how", rf"{_BEGINS}c[oó]mo\b"),
        ("what", rf"{_BEGINS}(?:lo\s+)?qu[eé]\b|\bqué\b"),
    ),
    yes_no=(
        (
            "be there",
            r"^(?:[^¿?,]*[,¿])*\s*(?:no\s+)?(?:hay|hab[ií]a|existen?|aparecen?|se\s+(?:ven?|puede[n]?\s+ver))\b",
        ),
        ("can", r"^(?:[^¿?,]*[,¿])*\s*(?:se\s+)?(?:puedes?|pueden|podr[ií]as?|podr[ií]an|es posible)\b"),
        ("be", r"^(?:[^¿?,]*[,¿])*\s*(?:no\s+)?(?:es|son|est[aá]|est[aá]n|era|eran|estaba|estaban|ser[aá]|fue)\b"),
        ("have", r"^(?:[^¿?,]*[,¿])*\s*(?:no\s+)?(?:tiene|tienen|ha|han|lleva|llevan)\b"),
        ("do", r"^(?:él|ella|usted|ustedes|tú|ellos|ellas)\s+\w+"),
        (
            "do",
            r"^(?:[^¿?,]*[,¿])*\s*(?:no\s+)?(?:(?:se|le|les|la|lo|me|te|nos)\s+)?\w+(?:a|e|an|en|as|es|ó|aron|ieron)\b",
        ),
    ),
    cut=r",?\s+y\s+(?=(?:de |a |en |con |por )?(?:qu[eé]|cu[aá]l|cu[aá]nt|d[oó]nde|qui[eé]n|c[oó]mo|"
    r"cu[aá]ndo)\b)|[?？]\s*",
    unmarked=r"^¿|^(?:(?:de|a|en|con|por|para)\s+)?(?:qu[eé]|cu[aá]l|cu[aá]nt[oa]s?|d[oó]nde|qui[eé]n|"
    r"c[oó]mo|cu[aá]ndo)\b.*(?:hay|es|son|est[aá]|tiene)",
)
