"""The questions and answers of instances and candidates: what a trial learns from and is asked.

What a pair asks about is read by the rules of the workspace's own index. How rare that is follows from the counts of
the training instances alone, so that no row of the test can move a limit.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from adr.index.named import NameReader
from adr.prove.words import is_short

LIMITS = {"few": 5, "tail": 20, "head": 100}
"""unseen: 0 training instances have the entity; few: 1 to 5; tail: 6 to 19; mid: 20 to 99; head: 100 and more. The
last two are those of ImageNet-LT (arXiv 1904.05160)."""
RARITIES = ("unseen", "few", "tail", "mid", "head")
OTHER = "other"
_KIND_SHARE = 0.01
"""A form of question with a smaller share of the test pairs counts as OTHER, so that every kind has an average."""
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_TOGETHER = 50_000

COLUMNS = pa.schema(
    [
        ("pair", pa.int64()),
        ("side", pa.string()),
        ("position", pa.int64()),
        ("candidate", pa.string()),
        ("picture", pa.string()),
        ("question", pa.string()),
        ("answer", pa.string()),
        ("short", pa.bool_()),
        ("kind", pa.string()),
        ("entity", pa.string()),
        ("entity_words", pa.list_(pa.string())),
        ("train_count", pa.int32()),
        ("rarity", pa.string()),
        ("cluster", pa.int64()),
    ]
)


@dataclass(frozen=True)
class PairSource:
    """Where questions come from: an instance (position) or a candidate, with its side, picture and group."""

    side: str
    position: int | None
    candidate: str | None
    picture: str | None
    cluster: int | None
    questions: Sequence[tuple[str, str]]


def rarity_of(count: int | None) -> str | None:
    """The name of the range that a training count lies in; None for a pair that asks about no entity."""
    if count is None:
        return None
    if count < 1:
        return "unseen"
    if count <= LIMITS["few"]:
        return "few"
    return "tail" if count < LIMITS["tail"] else "mid" if count < LIMITS["head"] else "head"


def pair_table(
    talks: Sequence[PairSource], reader: NameReader, perspective: str, counts: Mapping[str, int]
) -> pa.Table:
    """The table `pairs.parquet`: a row per question, in the order of `talks`. counts: {entity: training instances that
    have it} in the perspective ('object' or 'token') that rarity is measured in."""
    flat = [(talk, *pair) for talk in talks for pair in talk.questions]
    columns: list[dict[str, object]] = []
    for start in range(0, len(flat), _TOGETHER):
        columns += _rows(start, flat[start : start + _TOGETHER], reader, perspective, counts)
    return pa.Table.from_pylist(_with_few_kinds(columns), schema=COLUMNS)


def _rows(
    start: int,
    flat: Sequence[tuple[PairSource, str, str]],
    reader: NameReader,
    perspective: str,
    counts: Mapping[str, int],
) -> Iterator[dict[str, object]]:
    asked, told = reader.read([question for _, question, _ in flat]), reader.read([answer for _, _, answer in flat])
    in_question, in_answer = (getattr(said, f"{perspective}s") for said in (asked, told))
    words = _word_names(reader, [answer for _, _, answer in flat], perspective)
    for at, (talk, question, answer) in enumerate(flat):
        about = list(dict.fromkeys([*in_question[at], *in_answer[at]]))
        rarest = min(about, key=lambda name: (counts.get(name, 0), name), default=None)
        count = None if rarest is None else counts.get(rarest, 0)
        said = _WORD.findall(answer)
        yield {
            "pair": start + at,
            "side": talk.side,
            "position": talk.position,
            "candidate": talk.candidate,
            "picture": talk.picture,
            "question": question,
            "answer": answer,
            "short": is_short(answer),
            "kind": next((form for form in asked.forms[at] if form != "statement"), OTHER),
            "entity": rarest,
            "entity_words": [word for word in said if words[word.lower()] & _parts(in_answer[at])],
            "train_count": count,
            "rarity": rarity_of(count),
            "cluster": talk.cluster,
        }


def _word_names(reader: NameReader, answers: Sequence[str], perspective: str) -> dict[str, set[str]]:
    """{word of the answers in lower case: the names that it may be part of}: itself, its singular, what it names."""
    words = sorted({word.lower() for answer in answers for word in _WORD.findall(answer)})
    named = reader.read(words)
    of_things = named.objects if perspective == "object" else named.tokens
    return {word: {word, *tokens, *things} for word, tokens, things in zip(words, named.tokens, of_things, strict=True)}


def _parts(names: Sequence[str]) -> set[str]:
    """The names, and the words of those of several words."""
    return {part for name in names for part in (name, *name.split())}


def _with_few_kinds(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows with kinds that are rare in the test called OTHER."""
    found = Counter(row["kind"] for row in rows if row["side"] == "test")
    least = _KIND_SHARE * found.total()
    for row in rows:
        if found[row["kind"]] < least or not found[row["kind"]]:
            row["kind"] = OTHER
    return rows
