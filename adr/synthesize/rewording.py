"""Which conversations can be reworded with nouns of the tail: the pool of a plan that makes no picture.

A parent's frequent noun is replaced by a synonym that lacks instances (the paper's rule replacement). Knows nothing of
prompts, models or files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.progress import let_pages_run
from adr.store import Store
from adr.synthesize.greedy import Choice, Pool
from adr.synthesize.replacement import rewrite
from adr.synthesize.synonyms import tail_synonyms
from adr.synthesize.tail import Tail

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Rewordable:
    """Instances that may be reworded, those that the run dropped first. `synonyms[offsets[i]:offsets[i + 1]]` are the
    positions in a `Tail` of the synonyms that instance i could say; `nouns` holds, at the same positions, the entity
    that each would replace."""

    instance: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    synonyms: npt.NDArray[np.int64]
    nouns: npt.NDArray[np.int64]
    names: Mapping[int, str]

    def pool(self, per_parent: int) -> Pool:
        """The pool in which a slot uses one synonym per noun, and an instance is used at most `per_parent` times."""
        return Pool(self.offsets, self.synonyms, np.full(len(self.instance), per_parent, np.int64), self.nouns)

    def words(self, choice: Choice, tail: Tail) -> dict[str, list[str]]:
        """{noun: [its synonym]} of the slot for a `choice` from this pool."""
        span = slice(self.offsets[choice.parent], self.offsets[choice.parent + 1])
        noun = dict(zip(self.synonyms[span].tolist(), self.nouns[span].tolist(), strict=True))
        return {self.names[noun[e]]: [tail.name[e]] for e in choice.entities}


def rewordable(
    store: Store, run: int, tail: Tail, tau: float | None, chosen: Mapping[int, Iterable[int]] | None = None
) -> Rewordable:
    """The instances that say a frequent noun with a synonym in `tail`, only where the synonym may stand, but not the
    synonym itself, and that have no picture or one that is on disk; none that the run excludes.

    Instances that the run dropped come before those that it kept, because the export would hold both wordings of a kept
    one. A synonym of several nouns of an instance replaces the most frequent one. tau: τ of the token perspective.
    chosen: {entity: the only instances to be reworded for it}.
    """
    at = {
        name: place
        for place, (name, perspective) in enumerate(zip(tail.name, tail.perspective, strict=True))
        if perspective == "token"
    }
    synonyms: dict[str, list[int]] = {}
    for noun, names in tail_synonyms(store, tau).items():
        if wanted := [at[name] for name in names if name in at]:
            synonyms[noun] = wanted
    nouns = dict(
        store.rows(
            "select entity, name from entity where perspective = perspective_number('token') "
            "and name in (select unnest($1::varchar[]))",
            [list(synonyms)],
        )
    )
    said = _said(store, run, list(nouns))
    entity, where = np.array(sorted(nouns), np.int64), np.argsort(said["entity"], kind="stable")
    begins = np.searchsorted(said["entity"][where], entity, "left")
    ends = np.searchsorted(said["entity"][where], entity, "right")
    rows: list[npt.NDArray[np.int64]] = []
    for noun, begin, end in zip(entity.tolist(), begins, ends, strict=True):
        place = said["place"][where[begin:end]]
        rows += [
            np.column_stack([place, np.full(len(place), synonym), np.full(len(place), noun)])
            for synonym in synonyms[nouns[noun]]
        ]
    table = np.concatenate(rows) if rows else np.zeros((0, 3), np.int64)
    table = table[~_says_already(store, tail, said["instance"], table)]
    for one, parents in (chosen or {}).items():
        mine = tail.entity[table[:, 1]] == one
        table = table[~mine | np.isin(said["instance"][table[:, 0]], np.fromiter(parents, np.int64))]
    table = table[_texts_allow(store, tail, said["instance"], table, nouns)]
    return _ordered(table, said["instance"], nouns)


def _said(store: Store, run: int, nouns: Sequence[int]) -> dict[str, npt.NDArray[np.int64]]:
    """Postings of the nouns: entity, place (0.. in order of preference) and, by place, instance."""
    found = store.arrays(
        """
        select p.entity, i.instance, d.kept is not distinct from true as kept
        from posting p
        join instance i on i.instance = p.instance
        left join decision d on d.run = $1 and d.instance = p.instance
        where p.perspective = perspective_number('token') and p.entity in (select unnest($2::integer[]))
            and len(i.images) <= 1 and coalesce(i.missing, 0) = 0 and len(i.turns) > 0
            and d.reason is distinct from 'excluded'
        order by kept, i.instance, p.entity
        """,
        [run, list(nouns)],
    )
    instance = found["instance"].astype(np.int64)
    key = instance + np.where(found["kept"], 1 << 40, 0)
    places, place = np.unique(key, return_inverse=True)
    return {
        "entity": found["entity"].astype(np.int64),
        "place": place.astype(np.int64),
        "instance": places & ((1 << 40) - 1),
    }


def _says_already(
    store: Store, tail: Tail, instance: npt.NDArray[np.int64], table: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Which rows (place, synonym, noun) belong to an instance that already says the synonym."""
    known = store.arrays(
        "select instance, entity from posting where perspective = perspective_number('token') "
        "and entity in (select unnest($1::integer[]))",
        [np.unique(tail.entity[table[:, 1]]).tolist()],
    )
    pairs = known["instance"].astype(np.int64) << 32 | known["entity"].astype(np.int64)
    return np.isin(instance[table[:, 0]] << 32 | tail.entity[table[:, 1]], pairs)


def _texts_allow(
    store: Store, tail: Tail, instance: npt.NDArray[np.int64], table: npt.NDArray[np.int64], names: Mapping[int, str]
) -> npt.NDArray[np.bool_]:
    """Which rows (place, synonym, noun) say the noun only where the synonym may stand."""
    allowed = np.zeros(len(table), np.bool_)
    parents = instance[table[:, 0]]
    by_parent = np.argsort(parents, kind="stable")
    for start in range(0, len(table), _AT_ONCE):
        let_pages_run()
        rows = by_parent[start : start + _AT_ONCE]
        turns = dict(
            store.rows(
                "select instance, turns from instance where instance in (select unnest($1::integer[]))",
                [np.unique(parents[rows]).tolist()],
            )
        )
        for row in rows.tolist():
            noun, synonym = names[int(table[row, 2])], tail.name[int(table[row, 1])]
            allowed[row] = bool(rewrite(turns[int(parents[row])], {noun: [synonym]})[1])
    return allowed


def _ordered(table: npt.NDArray[np.int64], instance: npt.NDArray[np.int64], names: Mapping[int, str]) -> Rewordable:
    """The rows by place and noun. Of two nouns with the same synonym, the more frequent (with the lower id) stays."""
    table = table[np.lexsort((table[:, 1], table[:, 2], table[:, 0]))]
    _, first = np.unique(table[:, 0] << 32 | table[:, 1], return_index=True)
    table = table[np.sort(first)]
    places, starts = np.unique(table[:, 0], return_index=True)
    return Rewordable(
        instance[places], np.append(starts, len(table)).astype(np.int64), table[:, 1], table[:, 2], dict(names)
    )
