"""The nouns of French texts, by the tables of spacy-lookups-data and the rules of `romance`."""

import re
from collections.abc import Sequence
from functools import cache

from adr.index.languages.romance import (
    ADJECTIVE,
    AFTER_NOUN,
    AUXILIARY,
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
    OTHER + NOUN: "personne point bien mal fait pas être avoir ensemble peu rien dessus dessous",
    AUXILIARY + NOUN: "est été",
    DETERMINER: "le la les l' un une des du au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos "
    "votre vos "
    "leur leurs quel quelle quels quelles chaque quelques plusieurs aucun aucune certains certaines tout toute toutes "
    "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante "
    "cinquante soixante cent cents mille",
    PREPOSITION: "de d' à en dans sur sous par pour avec sans entre vers chez contre depuis pendant dès selon parmi "
    "après avant derrière devant durant hors malgré outre via comme jusque jusqu' près lors",
    PRONOUN: "je j' tu il elle on nous vous ils elles me m' te t' se s' ne n' y qui lui leur ça cela",
    AUXILIARY: "sont était étaient étant fut furent sera seront serait soit soient suis es sommes êtes a ont "
    "avait avaient ayant eu eut aura auront aurait ai as avons avez peut peuvent pouvait doit doivent font va vont",
    OTHER: "et ou mais donc or ni car que qu' quoi dont où quand si comment pourquoi combien lorsque lorsqu' puisque "
    "puisqu' quoique parce afin alors ainsi aussi plus moins très trop beaucoup assez jamais toujours souvent parfois "
    "déjà encore ici là ailleurs hier demain aujourd'hui puis ensuite enfin tard tôt même mêmes autre autres tel telle "
    "tels telles tous c' ceci celui celle ceux celles eux moi toi soi oui non voici voilà surtout presque environ "
    "seulement notamment cependant pourtant toutefois loin etc faire dit chacun chacune quelqu'un quiconque auquel "
    "auxquels auxquelles duquel desquels desquelles lequel laquelle lesquels lesquelles tant autant tellement plutôt "
    "davantage quasi voire maintenant longtemps autour dedans dehors partout certes néanmoins vraiment soudain "
    "bientôt mieux pis aussitôt désormais",
}
_CUT = re.compile(r"aujourd['’]hui|(?:[ldjmtscn]|qu|jusqu|lorsqu|puisqu)['’]|[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]|\n", re.I)
_SAID_AFTER = re.compile(r"-(?:t-)?(?:ils?|elles?|on|je|tu|nous|vous|ce|les?|la|lui|leur|moi|toi|y|en)$")
"""Pronouns joined to their verb: "dit-il", "a-t-elle", "prends-le"."""
_STRESSED = re.compile(
    r"(?:celui|celle|ceux|celles)-(?:ci|là)|(?:moi|toi|soi|lui|elles?|eux|nous|vous)-mêmes?|peut-être"
)
_ADJECTIVE_ENDS = re.compile(
    r"(?:al|ale|ales|aux|els?|elles?|iques?|eux|euses?|ifs?|ives?|aires?|[aiu]bles?|iens?|iennes?|ains?|aines?|aise?s?"
    r"|oise?s?|ins?|ines?|istes?|[ae]nte?s?)$"
)
_PARTICIPLE_ENDS = re.compile(r"(?:[éiu]|[éiu]e|[éiu]s|[éiu]es|ite?s?|ise?s?|erte?s?)$")
_OF_ER = ("e", "es", "ent", "ons", "a", "ait", "aient", "ant", "era")
"""Endings of a verb in -er: "montre", "marche"."""
_VERB_ENDS = ("er", "ir", "ez", "ait", "aient", "èrent", "irent", "ront", "ant")


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns and names of each text, in the order of the text, in the singular, in lower case."""
    return read_all(texts, _words())


@cache
def _words() -> Words:
    index, forms = table("fr_lemma_index"), table("fr_lemma_exc")
    lists = {NOUN: set(index["noun"]), ADJECTIVE: set(index["adj"]), VERB: set(index["verb"])}
    shapes = {NOUN: forms["noun"], ADJECTIVE: forms["adj"], VERB: forms["verb"]}
    adverbs = set(index["adv"])

    def readings(word: str) -> frozenset[str]:
        """What a word can be, by itself or by the word that it is a form of."""
        found = {kind for kind in lists if word in lists[kind] or word in shapes[kind]}
        found |= {NOUN} if any(one in lists[NOUN] for one in _singulars(word)) else set()
        if "-" in word and NOUN not in found and (_SAID_AFTER.search(word) or _STRESSED.fullmatch(word)):
            return frozenset({VERB if _SAID_AFTER.search(word) else OTHER})
        if found == {NOUN} and len(word) > 3 and (_ADJECTIVE_ENDS.search(word) or _PARTICIPLE_ENDS.search(word)):
            found.add(AFTER_NOUN)
        if NOUN in found and any(word.endswith(end) and word[: -len(end)] + "er" in lists[VERB] for end in _OF_ER):
            found.add(VERB)
        if found:
            return frozenset(found)
        if word in adverbs or word.endswith("ment"):
            return frozenset({OTHER})
        return frozenset({VERB} if word.endswith(_VERB_ENDS) else {UNKNOWN})

    def lemma(word: str) -> str:
        """The singular of a noun; an unknown word stays as it is but for its s."""
        if word in shapes[NOUN]:
            return str(shapes[NOUN][word][0])
        found = next((one for one in (word, *_singulars(word)) if one in lists[NOUN]), None)
        return found or (word[:-1] if word.endswith("s") and len(word) > 3 else word)

    return Words(classes(_CLOSED), readings, lemma, _CUT)


def _singulars(word: str) -> list[str]:
    ends = (("eaux", "eau"), ("aux", "al"), ("aux", "ail"), ("eux", "eu"), ("oux", "ou"), ("s", ""), ("x", ""))
    return [word[: -len(plural)] + singular for plural, singular in ends if word.endswith(plural)]
