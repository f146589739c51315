"""The paper's language synthesis: which nouns of the tail may take the place of their more frequent synonyms.

Synonyms come from WordNet, and the count of each in the source decides whether it may be used. They are looked up when
a plan is made, in the process that owns the database, and kept in the plan's slots.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from adr.errors import AdrError
from adr.perspectives import described
from adr.progress import let_pages_run
from adr.synthesize.replacement import has_plural, is_plural
from adr.synthesize.word_frequency import LEAST, frequency
from adr.synthesize.word_tags import tags
from adr.synthesize.wordnet import Noun, Sense, nouns, of_synset
from adr.tail import tail_share_to_tau

if TYPE_CHECKING:
    from adr.store import Store

# Shown by the page that offers language synthesis.
WARNING = (
    "The paper found that rewriting tokens harms captioning: in its Table 8, Flickr30k captioning breaks down "
    "with token rewriting alone. Use it for part of the data, and evaluate captioning."
)
# A meaning is a word's own when it has this part of all that WordNet counted of the word as a noun. Where others
# count, too, it must have been met three times: two of three settle nothing.
_OWN_SHARE = 2 / 3
_OWN_COUNT = 3
_OTHER_KIND = 3
# Names of plants and animals are names of food, too; these meanings do not lead astray.
_AKIN = (frozenset({"food", "plant"}), frozenset({"food", "animal"}))
# A synonym with several meanings must have been met twice in this one, and any synonym a tenth as often as the noun: a
# rarer one is slang, of another century or of a trade.
_SEEN = 2
_SEEN_SHARE = 1 / 10
# In use is what has this log probability in present texts ("eatery", but not "repast").
_IN_USE = -16.5
# A synonym that is twelve times as frequent as the noun is so for other uses ("resident" for "occupant").
_MORE_FREQUENT = 2.5
# WordNet does not mark words that offend; a meaning that has one of them is left alone.
_OFFENSIVE = frozenset(
    {"maniac", "madman", "whore", "whorehouse", "arse", "ass", "tit", "titty", "bastard", "bitch", "slut", "prick"}
    | {"cunt", "crapper", "shit", "shithead", "fuckhead", "dumbass", "raper", "pedophile"}
)
_AT_ONCE = 20_000
_LOOKS = 200


def synonyms_of(name: str) -> list[str]:
    """Single-word synonyms of a noun, by name, that are said in its place: both words mostly mean the same concrete
    thing, WordNet's texts say the synonym not much less often in that meaning, both are in present use, and both can be
    counted or neither. A synonym that is a plural by its form is left out, as it agrees with nothing.

    Empty where the word is more often a verb or an adjective ("stand"), because a replacement cannot tell them apart.
    """
    noun = nouns().get(name)
    sense = _own_sense(noun) if noun else None
    if not sense or not _in_use(name) or not _OFFENSIVE.isdisjoint(of_synset()[sense.synset]):
        return []
    others = (nouns()[other] for other in of_synset()[sense.synset] if other != name)
    return [other.name for other in others if _means(other, sense) and _as_usual(other.name, name)]


def _own_sense(noun: Noun) -> Sense | None:
    """The concrete meaning that a noun nearly always has, if it has one. Each further concrete meaning counts as met
    once more than it was, or three times if it is another kind of thing (a pitcher that throws, and one that pours),
    because pictures show what news and novels leave out."""
    first, *others = noun.senses
    if not first.concrete or first.marked or not _mostly_noun(noun):
        return None
    met = first.count + sum(sense.count + sense.concrete * _unmet(sense, first) for sense in others)
    enough = first.count == met or first.count >= _OWN_COUNT
    return first if not others or (first.count and enough and first.count >= _OWN_SHARE * met) else None


def _unmet(sense: Sense, first: Sense) -> int:
    return 1 if sense.kind == first.kind or {sense.kind, first.kind} in _AKIN else _OTHER_KIND


def _mostly_noun(noun: Noun) -> bool:
    return sum(sense.count for sense in noun.senses) >= noun.others


def _means(synonym: Noun, sense: Sense) -> bool:
    """Whether a word says this meaning of a noun to a reader who has met it: it is the word's only meaning, or the one
    that it was mostly met in, and none of its meanings is slang."""
    first, *others = synonym.senses
    if first.synset != sense.synset or any(each.marked for each in synonym.senses) or not _mostly_noun(synonym):
        return False
    met = sum(each.count for each in synonym.senses)
    return first.count >= int(_SEEN_SHARE * sense.count) and (not others or first.count >= max(_SEEN, _OWN_SHARE * met))


def _as_usual(synonym: str, noun: str) -> bool:
    """Whether a synonym is as usual a word as the noun, and is counted like it."""
    return (
        _in_use(synonym)
        and frequency()[synonym] <= frequency()[noun] + _MORE_FREQUENT
        and has_plural(synonym) == has_plural(noun)
    )


def _in_use(name: str) -> bool:
    """Whether a word is in present use, as a noun, in the singular."""
    return frequency().get(name, LEAST) >= _IN_USE and tags().get(name, "NN").startswith("NN") and not is_plural(name)


def in_the_tail(names: Iterable[str], counts: Mapping[str, int], tau: float) -> list[str]:
    """The names with a score τ − n(name) > 0 (the paper's), best first: the rarest ones in the source, then names that
    the source lacks, which have n = 0 and fill no entity of the tail."""
    usable = [name for name in dict.fromkeys(names) if tau - counts.get(name, 0) > 0]
    return sorted(usable, key=lambda name: (counts.get(name, 0) == 0, counts.get(name, 0), name))


# -- of a dataset ------------------------------------------------------------------------------------------------------


def tail_synonyms(store: "Store", tau: float | None, wanted: Iterable[str] | None = None) -> dict[str, list[str]]:
    """{noun: its synonyms that are in the tail or new to the source, best first} for those nouns (token entities)
    outside the tail that have such synonyms. wanted: the only nouns to look up.

    tau: τ of the token perspective; None for the paper's tail share.
    """
    counts = dict(
        store.rows("select name, n from entity where perspective = perspective_number('token') order by n desc, name")
    )
    if tau is None:
        tau = tail_share_to_tau(np.array(list(counts.values())), described("token").tail_share)
    found = {}
    for looked, noun in enumerate(counts if wanted is None else wanted):
        if looked % _LOOKS == 0:
            let_pages_run()
        if counts[noun] >= tau and (usable := in_the_tail(synonyms_of(noun), counts, tau)):
            found[noun] = usable
    return found


def synonyms_of_parents(store: "Store", parents: Iterable[int], tau: float | None) -> dict[int, dict[str, list[str]]]:
    """{parent: {noun: synonyms as `tail_synonyms` has them}}, most frequent noun first, for the parents that have any;
    AdrError when no parent does."""
    said: dict[int, list[str]] = defaultdict(list)
    wanted = sorted(set(parents))
    for start in range(0, len(wanted), _AT_ONCE):
        for instance, name in store.rows(
            """
                select p.instance, e.name from posting p join entity e on e.entity = p.entity
                where p.perspective = perspective_number('token') and p.instance in (select unnest($1::integer[]))
                order by p.instance, e.n desc, e.name
                """,
            [wanted[start : start + _AT_ONCE]],
        ):
            said[instance].append(name)
    usable = tail_synonyms(store, tau, dict.fromkeys(name for names in said.values() for name in names))
    found = {
        parent: words
        for parent, names in said.items()
        if (words := {name: usable[name] for name in names if name in usable})
    }
    if not found:
        raise AdrError(
            "No noun in the parents' conversations has a synonym in the tail.",
            "Choose another way to make conversations.",
        )
    return found
