"""The nouns of Spanish texts, by the noun list of spacy-lookups-data, simplemma's forms and the rules of `romance`."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from adr.index.languages.romance import (
    ADJECTIVE,
    DETERMINER,
    NOUN,
    OTHER,
    PREPOSITION,
    PRONOUN,
    UNKNOWN,
    VERB,
    Words,
    classes,
    read_all,
    table,
)

_CLOSED = {
    DETERMINER: "el la los las un una unos unas lo del al este esta estos estas ese esa esos esas aquel aquella "
    "aquellos "
    "aquellas mi mis tu tus su sus nuestro nuestra nuestros nuestras vuestro vuestra cada algún alguna algunos algunas "
    "ningún ninguna varios varias qué cuál cuántos cuántas mucho mucha muchos muchas poco poca pocos pocas dos tres "
    "cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cien mil ambos ambas",
    PREPOSITION: "de a en por para con sin sobre entre hacia hasta desde contra según tras durante mediante ante bajo "
    "como vía",
    PRONOUN: "yo tú él ella ello nosotros ellos ellas usted ustedes me te se nos os le les no quien quienes",
    OTHER: "y e o u ni pero sino mas que porque pues aunque si cuando donde mientras cómo dónde cuándo quién "
    "quiénes más "
    "menos muy tan tanto tanta tantos tantas también tampoco ya aún todavía siempre nunca jamás así aquí ahí allí allá "
    "bien mal casi sólo solo luego después antes entonces ahora hoy ayer mañana además incluso cuyo cuya cuyos cuyas "
    "cual cuales todo toda todos todas otro otra otros otras mismo misma mismos mismas tal tales uno alguien algo "
    "nadie nada esto eso aquello sí debido junto cerca lejos dentro fuera encima debajo etc es son era eran fue "
    "fueron ser "
    "sido siendo será serán sería está están estaba estaban estar ha han había habían haber hay hubo he hemos puede "
    "pueden podía debe deben tiene tienen tenía tuvo hace hacen hizo va van",
}
_CUT = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]|\n")
_NOUN_ENDS = re.compile(r"(ción|sión|dad|tad|tud|miento|ismo|aje|eza|ncia|ura|dor|dora|ista|ería|azgo|umbre)(e?s)?$")
_ADJECTIVE_ENDS = re.compile(r"(os[oa]|iv[oa]|ble|al|ic[oa]|ad[oa]|id[oa]|ante|ente|an[oa]|ari[oa])s?$")
_VERB_ENDS = re.compile(r"[aei]r(se|lo|la|los|las|le|les)?$|(ó|aron|ieron|aba|aban|ando|iendo|aría|ía|ían)$")


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns and names of each text, in the order of the text, in the singular, in lower case."""
    return read_all(texts, _words())


@cache
def _words() -> Words:
    from simplemma import lemmatize

    index = table("es_lemma_index")
    lists = {NOUN: set(index["noun"]), ADJECTIVE: set(index["adj"]), VERB: set(index["verb"])}

    @lru_cache(200_000)
    def lemma(word: str) -> str:
        """The singular of a noun."""
        singular = next((one for one in (word, *_singulars(word)) if one in lists[NOUN]), None)
        return singular or str(lemmatize(word, lang="es")).lower()

    @lru_cache(200_000)
    def readings(word: str) -> frozenset[str]:
        """What a word can be, by the lists, else by its ending."""
        form = str(lemmatize(word, lang="es")).lower()
        found = {kind for kind in lists if word in lists[kind] or form in lists[kind]}
        found |= {NOUN} if any(one in lists[NOUN] for one in _singulars(word)) else set()
        return frozenset(found or _by_ending(word, form))

    return Words(classes(_CLOSED), readings, lemma, _CUT)


def _by_ending(word: str, lemma: str) -> set[str]:
    if word.endswith("mente"):
        return {OTHER}
    if _NOUN_ENDS.search(word):
        return {NOUN}
    if _VERB_ENDS.search(word) or (lemma != word and lemma.endswith(("ar", "er", "ir"))):
        return {VERB}
    return {ADJECTIVE, NOUN} if _ADJECTIVE_ENDS.search(word) else {UNKNOWN}


def _singulars(word: str) -> list[str]:
    ends = (("ces", "z"), ("iones", "ión"), ("es", ""), ("s", ""))
    return [word[: -len(plural)] + singular for plural, singular in ends if word.endswith(plural)]
