"""How French asks."""

from adr.index.asking.rules import QuestionRules

_NOUNS = {
    **dict.fromkeys(("couleur", "couleurs"), "color"),
    **dict.fromkeys(("type", "types"), "type"),
    **dict.fromkeys(("sorte", "genre", "espèce"), "kind"),
    **dict.fromkeys(("forme",), "shape"),
    **dict.fromkeys(("matière", "matériau"), "material"),
    **dict.fromkeys(("motif",), "pattern"),
    **dict.fromkeys(("marque",), "brand"),
    **dict.fromkeys(("race",), "breed"),
    **dict.fromkeys(("sport",), "sport"),
    **dict.fromkeys(("animal", "animaux"), "animal"),
    **dict.fromkeys(("fruit", "fruits"), "fruit"),
    **dict.fromkeys(("nourriture", "plat", "aliment", "aliments"), "food"),
    **dict.fromkeys(("pièce",), "room"),
    **dict.fromkeys(("temps", "météo"), "weather"),
    **dict.fromkeys(("heure",), "time"),
    **dict.fromkeys(("jour",), "day"),
    **dict.fromkeys(("année",), "year"),
    **dict.fromkeys(("saison",), "season"),
    **dict.fromkeys(("pays",), "country"),
    **dict.fromkeys(("ville",), "city"),
    **dict.fromkeys(("langue",), "language"),
    **dict.fromkeys(("nombre",), "number"),
    **dict.fromkeys(("nom",), "name"),
    **dict.fromkeys(("véhicule", "véhicules"), "vehicle"),
    **dict.fromkeys(("sexe",), "gender"),
    **dict.fromkeys(("but", "objectif"), "purpose"),
    **dict.fromkeys(("taille",), "size"),
    **dict.fromkeys(("âge",), "age"),
    **dict.fromkeys(("expression",), "expression"),
    **dict.fromkeys(("objet", "objets"), "object"),
    **dict.fromkeys(("vêtement", "vêtements"), "clothing"),
    **dict.fromkeys(("mot", "mots"), "word"),
}
_DESCRIPTION = r"(?:description|légende|titre|résumé|explication)"
_BEGINS = r"^(?:[^?]*,\s*|et\s+)?(?:(?:à|de|d'|en|dans|sur|avec|pour|par|depuis|vers|chez|sous|contre)\s*)?"
_LED = r"^(?:[^,?]{0,60},\s*)?(?:est[- ]ce qu(?:e\s+|'))?"
RULES = QuestionRules(
    nouns=_NOUNS,
    prompts=(
        (
            "multiple choice",
            r"(?:lettre|option|options|choix|propositions?).{0,30}(?:correcte|bonne|suivante|parmi|"
            r"donnée)|(?:choisis|choisissez|sélectionne).{0,24}(?:option|réponse)",
        ),
        ("answer yes or no", r"répond\w*.{0,20}\boui\b.{0,8}\bnon\b"),
        ("answer briefly", r"(?:réponds|répondez|répondre).{0,40}(?:mots?|phrase|brièvement|courte)"),
        ("locate", r"boîte englobante|coordonnées|cadre de délimitation|boîte de délimitation"),
        ("describe region", rf"(?:décri\w*|{_DESCRIPTION}).{{0,24}}(?:région|zone)"),
    ),
    opens=r"s'il (?:te|vous) plaît|veuillez\b|merci de\b|bonjour\b|salut\b|et\b|mais\b|alors\b|"
    r"maintenant\b|donc\b|(?P<tell>(?:(?:peux|pourrais)-tu|(?:pouvez|pourriez)-vous)?\s*"
    r"(?:me\s+)?(?:dire|dis-moi|dites-moi|indiquer|indique-moi|indiquez-moi)\b|(?:sais-tu|"
    r"savez-vous)\b|je (?:veux|voudrais|souhaite|aimerais) savoir\b)|"
    r"(?:(?:peux|pourrais)-tu|(?:pouvez|pourriez)-vous)\s+(?:me\s+|m')?(?=décrire|expliquer|"
    r"lister|énumérer|donner|faire|écrire|traduire|compter|comparer|nommer|"
    r"identifier|résumer|analyser|générer|rédiger)",
    requests=(
        ("describe", r"^(?:(?:brièvement|précisément)\s+)?décri(?:s|vez|re|ver)"),
        (
            "describe",
            rf"^(?:donne|donnez|donner|écris|écrivez|écrire|rédige|rédigez|rédiger|fais|faites|faire|"
            rf"génère|générez|générer|fournis|fournissez|fournir|propose|proposez|"
            rf"créez?)\b.{{0,40}}{_DESCRIPTION}",
        ),
        (
            "list",
            r"^(?:liste|listez|lister|énumère|énumérez|énumérer|(?:fais|faites|dresse|"
            r"dressez)\s+(?:moi\s+)?(?:la|une)\s+liste)\b",
        ),
        ("name", r"^(?:nomme|nommez|nommer|cite|citez|citer)\b"),
        ("explain", r"^(?:explique|expliquez|expliquer)\b"),
        ("compare", r"^(?:compare|comparez|comparer)\b"),
        ("count", r"^(?:compte|comptez|compter)\b"),
        ("identify", r"^(?:identifie|identifiez|identifier)\b"),
        ("translate", r"^(?:traduis|traduisez|traduire)\b"),
        ("summarize", r"^(?:résume|résumez|résumer)\b"),
        ("analyze", r"^(?:analyse|analysez|analyser)\b"),
        ("find", r"^(?:trouve|trouvez|trouver|cherche|cherchez)\b"),
        ("write", r"^(?:écris|écrivez|écrire|rédige|rédigez|rédiger)\b"),
        ("generate", r"^(?:génère|générez|générer)\b"),
        ("show", r"^(?:montre|montrez|montrer)\b"),
        ("read", r"^(?:lis|lisez)\b"),
        ("give", r"^(?:donne|donnez|donner)\b"),
        ("tell", r"^(?:raconte|racontez)\b"),
        ("suggest", r"^(?:suggère|suggérez|propose|proposez)\b"),
    ),
    questions=(
        ("how old", r"quel âge\b"),
        ("how much", rf"{_BEGINS}combien\s+(?:coûte|vaut|ça)"),
        ("how long", rf"{_BEGINS}combien de temps\b"),
        ("how many", r"\bcombien\b|quel est le nombre"),
        ("why", rf"{_BEGINS}pourquoi\b"),
        ("whose", r"\bà qui\b"),
        ("who", rf"{_BEGINS}qui\b(?! est-ce que ça)|\bqui\s*\?*$|\bqui est-ce"),
        ("where", rf"{_BEGINS}où\b|\boù\s*\?*$|\boù (?:se|est|sont)\b"),
        ("when", rf"{_BEGINS}quand\b|\bquand\s*\?*$"),
        (
            "what do",
            r"(?:que|qu'est[- ]ce que?)\s+(?:fait|font|faisait|faisaient|fais|faites)\b|"
            r"qu'est[- ]ce qu(?:e|')\s*.{0,40}\b(?:fait|font|faire|train de faire)\b|\b(?:fait|"
            r"font) quoi\b",
        ),
        ("what time", r"quelle heure"),
        ("what *", r"\bquel(?:le)?s?\s+(?:est|sont|était)\s+(?:la|le|les|l'|sa|son|leur)\s*(?P<noun>NOUNS)\b"),
        ("what *", r"\bquel(?:le)?s?\s+(?P<noun>NOUNS)\b"),
        ("which", rf"{_BEGINS}(?:le|la|les)?quel(?:le)?s?\b(?!\s+(?:est|sont|était))|\bl[ea]s?quel(?:le)?s?\b"),
        ("what", r"\bquel(?:le)?s?\b"),
        ("how", rf"{_BEGINS}comment\b|\bcomment\s*\?*$"),
        ("what", rf"{_BEGINS}(?:que\b|qu'|quoi\b)|\bqu'est[- ]ce\b|\bquoi\s*\?*$"),
    ),
    yes_no=(
        ("be there", rf"{_LED}(?:y a[- ]t[- ]il|il y a|y avait-il|existe-t-il|voit-on|on voit)\b|\by a-t-il\b"),
        (
            "can",
            rf"{_LED}(?:peut|peux|peuvent|pouvez|pouvons|on peut|tu peux|vous pouvez)\b|\bpeut-(?:on|il|"
            rf"elle)\b|\bpeuvent-(?:ils|elles)\b",
        ),
        (
            "be",
            rf"{_LED}(?:est|sont|était|étaient|c'est|ce sont)\b|\b(?:est|sont|était|étaient)-(?:ce|il|elle|"
            rf"ils|elles)\b|^est[- ]ce qu.*\b(?:est|sont|était)\b",
        ),
        ("be", r"^(?:tu|vous|il|elle|on|nous|ils|elles)\s+(?:es|êtes|est|sont|sommes)\b"),
        (
            "have",
            rf"{_LED}(?:a|ont|avait|avez|as)\b|\b(?:a-t-il|a-t-elle|ont-ils|ont-elles|porte-t-il|"
            rf"porte-t-elle)\b|^est[- ]ce qu.*\b(?:a|ont)\b",
        ),
        ("do", r"-(?:t-)?(?:il|elle|on|ils|elles|tu|vous|nous)\b|^est[- ]ce qu"),
    ),
    cut=r",?\s+et\s+(?=(?:de |à |dans |avec |sur )?(?:que\b|qu'|quel|combien|où|qui|comment|quand|pourquoi))|[?]\s*",
    unmarked=r"^(?:quel(?:le)?s?|combien|où|qui|comment|quand|pourquoi|que|qu'est)\b",
)
