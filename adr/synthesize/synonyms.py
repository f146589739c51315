"""The paper's language synthesis: nouns of the tail in place of their more frequent synonyms.

Synonyms come from WordNet, and the count of each in the source decides whether it may be used. They are looked up when
a plan is made, in the process that owns the database, and kept in the plan's slots.
"""

import re
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from adr.errors import AdrError
from adr.models import require
from adr.progress import let_pages_run
from adr.recipe import PAPER_TAIL_SHARE
from adr.tail import tail_share_to_tau

if TYPE_CHECKING:
    from adr.store import Store

# Shown by the page that offers language synthesis.
WARNING = (
    "The paper found that rewriting tokens harms captioning: in its Table 8, Flickr30k captioning breaks down "
    "with token rewriting alone. Use it for part of the data, and evaluate captioning. "
    "Synonyms come from WordNet: `python -m nltk.downloader wordnet`."
)
Turns = list[dict[str, str]]

# Kinds of nouns (WordNet's lexicographer files) that name things one can point at. Nouns for time, feeling, thought,
# form and the like are left alone; the paper has a list of words for this.
_CONCRETE = frozenset(
    {
        "noun.animal",
        "noun.artifact",
        "noun.body",
        "noun.food",
        "noun.object",
        "noun.person",
        "noun.plant",
        "noun.substance",
    }
)
_SENSES = 1
# The meaning shared with a synonym must be among this many of the synonym's most frequent meanings.
_FIRST_MEANINGS = 2
_AT_ONCE = 20_000
_LOOKS = 200
_readers: dict[str, Any] = {}  # by the place of WordNet; each takes a second and a half to make
_reading = threading.Lock()  # a reader seeks in its open files, so it serves one thread at a time


def load_wordnet() -> Any:
    """NLTK's reader of WordNet, made once. It serves one thread at a time (`_reading`). Where WordNet is missing, the
    AdrError says how to get it."""
    require("nltk", "WordNet's reader")
    import nltk
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    for place in ("corpora/wordnet", "corpora/wordnet.zip/wordnet/"):
        try:
            found = nltk.data.find(place)
            if repr(found) not in _readers:  # without the lock: no page waits for a plan that is reading
                with _reading, warnings.catch_warnings(action="ignore"):  # it warns that it has English only
                    _readers[repr(found)] = WordNetCorpusReader(found, None)
            return _readers[repr(found)]
        except LookupError:
            continue
        except OSError as error:
            raise AdrError(
                f"WordNet cannot be read: {error}.", "Download it again: python -m nltk.downloader --force wordnet"
            ) from error
    raise AdrError(
        "WordNet, where synonyms come from, is not on this machine.", "Download it: python -m nltk.downloader wordnet"
    )


def synonyms_of(wordnet: Any, noun: str, senses: int = _SENSES) -> list[str]:
    """Single-word synonyms of a noun in its `senses` most frequent concrete senses, by sense, then by name, for which
    the shared meaning is a main one ("child" has the synonym "kid", not "fry"). Empty where the noun's most frequent
    sense is not concrete, or the word is more often a verb ("stand"), because a replacement cannot tell the two apart.
    """
    found: list[str] = []
    synsets = wordnet.synsets(noun, pos="n")
    if not synsets or synsets[0].lexname() not in _CONCRETE:
        return []
    if _tagged(wordnet, noun, "v") > _tagged(wordnet, noun, "n"):
        return []
    for synset in [s for s in synsets if s.lexname() in _CONCRETE][:senses]:
        found += sorted(
            name
            for name in synset.lemma_names()
            if name.isalpha() and name.islower() and synset in wordnet.synsets(name, pos="n")[:_FIRST_MEANINGS]
        )
    return [name for name in dict.fromkeys(found) if name != noun]


def _tagged(wordnet: Any, word: str, pos: str) -> int:
    """How often the word occurs as this part of speech in the texts that WordNet's senses were counted in."""
    return sum(lemma.count() for lemma in wordnet.lemmas(word, pos=pos))


def in_the_tail(names: Iterable[str], counts: Mapping[str, int], tau: float) -> list[str]:
    """The names with a score τ − n(name) > 0 (the paper's), best first: the rarest ones in the source, then names that
    the source lacks, which have n = 0 and fill no entity of the tail."""
    usable = [name for name in dict.fromkeys(names) if tau - counts.get(name, 0) > 0]
    return sorted(usable, key=lambda name: (counts.get(name, 0) == 0, counts.get(name, 0), name))


def rewrite(turns: Sequence[Mapping[str, str]], synonyms: Mapping[str, Sequence[str]]) -> tuple[Turns, dict[str, str]]:
    """The turns with every noun of `synonyms` (singular) replaced by its first synonym, and {noun: synonym} for what
    was replaced. Only whole words are replaced; number, case and a preceding "a" or "an" agree with the synonym.
    `<image>` stays."""
    changes: dict[str, str] = {}
    texts = [t["text"] for t in turns]
    taken = set(synonyms)
    for noun, names in synonyms.items():
        name = next((n for n in names if n not in taken), None)
        if name is None:
            continue
        before = texts
        texts = [_replace(text, noun, name) for text in texts]
        if texts != before:
            changes[noun] = name
            taken.add(name)
    return [{"role": t["role"], "text": text} for t, text in zip(turns, texts, strict=True)], changes


def replaced(turns: Sequence[Mapping[str, str]], noun: str) -> bool:
    """Whether a noun, singular or plural, occurs in the turns."""
    return any(_found(noun).search(t["text"]) for t in turns)


def spoken(turns: Sequence[Mapping[str, str]], names: Iterable[str]) -> bool:
    """Whether any of the names, singular or plural, occurs in the turns."""
    return any(replaced(turns, name) for name in names)


def _replace(text: str, noun: str, name: str) -> str:
    def agreeing(match: "re.Match[str]") -> str:
        said = match["noun"]
        singular = said.lower() == noun
        new = _cased(name if singular else _plural(name), said)
        if not match["article"]:
            return new
        article = _article(name) if singular else match["article"].lower()
        return f"{_cased(article, match['article'])}{match['gap']}{new}"

    return _found(noun).sub(agreeing, text)


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


@cache
def _found(noun: str) -> "re.Pattern[str]":
    forms = sorted({noun, _plural(noun)}, key=len, reverse=True)
    words = "|".join(map(re.escape, forms))
    return re.compile(rf"(?:\b(?P<article>an?)(?P<gap>\s+))?(?<![\w-])(?P<noun>{words})(?![\w-])", re.IGNORECASE)


@cache
def _inflect() -> Any:
    import inflect

    return inflect.engine()


@cache
def _plural(noun: str) -> str:
    return str(_inflect().plural_noun(noun) or noun)


@cache
def _article(noun: str) -> str:
    return str(_inflect().a(noun)).split()[0]


# -- of a dataset ------------------------------------------------------------------------------------------------------


def tail_synonyms(store: "Store", tau: float | None, nouns: Iterable[str] | None = None) -> dict[str, list[str]]:
    """{noun: its synonyms that are in the tail or new to the source, best first} for those nouns (token entities)
    outside the tail that have such synonyms. nouns: the only nouns to look up.

    tau: τ of the token perspective; None for the paper's tail share. AdrError without WordNet.
    """
    wordnet = load_wordnet()
    counts = dict(store.rows("select name, n from entity where perspective = 'token' order by n desc, name"))
    if tau is None:
        tau = tail_share_to_tau(np.array(list(counts.values())), PAPER_TAIL_SHARE["token"])
    found = {}
    with _reading:
        for looked, noun in enumerate(counts if nouns is None else nouns):
            if looked % _LOOKS == 0:
                let_pages_run()
            if counts[noun] >= tau and (usable := in_the_tail(synonyms_of(wordnet, noun), counts, tau)):
                found[noun] = usable
    return found


def synonyms_of_parents(store: "Store", parents: Iterable[int], tau: float | None) -> dict[int, dict[str, list[str]]]:
    """{parent: {noun: synonyms as `tail_synonyms` has them}}, most frequent noun first, for the parents that have any;
    AdrError when no parent does."""
    nouns: dict[int, list[str]] = defaultdict(list)
    wanted = sorted(set(parents))
    for start in range(0, len(wanted), _AT_ONCE):
        for instance, name in store.rows(
            """
                select p.instance, e.name from posting p join entity e on e.entity = p.entity
                where p.perspective = 'token' and p.instance in (select unnest($1::integer[]))
                order by p.instance, e.n desc, e.name
                """,
            [wanted[start : start + _AT_ONCE]],
        ):
            nouns[instance].append(name)
    usable = tail_synonyms(store, tau, dict.fromkeys(name for names in nouns.values() for name in names))
    found = {
        parent: words
        for parent, names in nouns.items()
        if (words := {name: usable[name] for name in names if name in usable})
    }
    if not found:
        raise AdrError(
            "No noun in the parents' conversations has a synonym in the tail.",
            "Choose another way to make conversations.",
        )
    return found
