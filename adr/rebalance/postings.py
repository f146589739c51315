"""The postings of one perspective in memory, as compressed rows.

Part of the rebalance stage; reads `posting` and `entity`, knows nothing of recipes.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.rebalance import loops
from adr.store import Store

NO_ENTITY = np.iinfo(np.int32).max
"""In place of a count where there is no entity: above every count."""


@dataclass(frozen=True)
class PostingRows:
    """The postings of one perspective as compressed rows; entities numbered from 0 in descending order of count."""

    perspective: str
    offsets: npt.NDArray[np.int64]  # rows + 1
    entities: npt.NDArray[np.int32]  # ascending within a row: the rarest last
    n: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]
    ids: npt.NDArray[np.int32]  # entity.entity of each entity here

    def rows_of(self, entity: int) -> npt.NDArray[np.int64]:
        """Rows that have the entity, ascending."""
        at = np.flatnonzero(self.entities == entity)
        return np.searchsorted(self.offsets, at, side="right") - 1

    def rarest(self) -> npt.NDArray[np.int32]:
        """For every row the count of its rarest entity; NO_ENTITY for a row without entities."""
        found = np.full(len(self.offsets) - 1, NO_ENTITY, dtype=np.int32)
        some = self.offsets[1:] > self.offsets[:-1]
        found[some] = self.n[self.entities[self.offsets[1:][some] - 1]]
        return found

    def of_row(self, row: int) -> npt.NDArray[np.int32]:
        """Entities of one row."""
        return self.entities[self.offsets[row] : self.offsets[row + 1]]

    def place(self, entity: int) -> int:
        """The number in these rows of the entity whose id is `entity`; KeyError when the perspective lacks it."""
        first = int(self.ids[0]) if len(self.ids) else 0
        guess = entity - first
        if 0 <= guess < len(self.ids) and self.ids[guess] == entity:
            return guess
        found = np.flatnonzero(self.ids == entity)
        if not len(found):
            raise KeyError(entity)
        return int(found[0])

    def place_or_none(self, entity: int) -> int | None:
        """As `place`; None when the perspective lacks the entity."""
        try:
            return self.place(entity)
        except KeyError:
            return None

    def names_in_order(self, store: Store) -> npt.NDArray[np.int64]:
        """The place of each entity in the order of names."""
        found = store.arrays(
            "select entity, row_number() over (order by name) as place from entity "
            "where perspective = perspective_number($1) order by entity",
            [self.perspective],
        )
        at = np.searchsorted(np.asarray(found["entity"]), self.ids)
        return np.asarray(found["place"], dtype=np.int64)[at]

    def counts_in(self, store: Store, instances: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """How many of these instances have each entity, whether they are rows here or not."""
        number = store.value("select perspective_number($1)", [self.perspective])
        found = np.sort(np.asarray(_postings_of(store, number, instances)["entity"], dtype=np.int32))
        left, right = (np.searchsorted(found, self.ids, side=side) for side in ("left", "right"))
        return (right - left).astype(np.int32)

    def without(
        self, empty: npt.NDArray[np.bool_], by_name: npt.NDArray[np.int64], n: npt.NDArray[np.int32] | None = None
    ) -> "PostingRows":
        """The same without the postings of the rows `empty`; entities with no instance left are left out.

        by_name: the place of each entity in the order of names, in which entities of one count stand, as in an index.
        n: the count of each entity without these instances, where the rows are not all that there are.
        """
        lengths = np.where(empty, 0, np.diff(self.offsets))
        entities = self.entities[np.repeat(~empty, np.diff(self.offsets))]
        n = np.bincount(entities, minlength=len(self.n)).astype(np.int32) if n is None else n
        order = np.lexsort((by_name, -n))[: np.count_nonzero(n)]
        number = np.empty(len(n), dtype=np.int32)
        number[order] = np.arange(len(order), dtype=np.int32)
        offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        entities = number[entities]
        if np.any(np.diff(order) < 0):
            loops.sort_rows(offsets, entities)  # within a row the rarest entity stands last
        return replace(
            self,
            offsets=offsets,
            entities=np.ascontiguousarray(entities),
            n=np.ascontiguousarray(n[order]),
            keys=np.ascontiguousarray(self.keys[order]),
            ids=np.ascontiguousarray(self.ids[order]),
        )

    @classmethod
    def load(
        cls, store: Store, perspective: str, instances: npt.NDArray[np.int32], *, some: bool = False
    ) -> "PostingRows":
        """The postings as the index wrote them; row r is instance `instances[r]` (ascending).

        some: whether `instances` are some of the dataset's; the entities and their counts are those of the dataset.
        """
        # asked for first: a scan for a plain number gives the rows in the order in which they were written
        number = store.value("select perspective_number($1)", [perspective])
        entity = store.arrays(
            "select entity, n, draw_key from entity where perspective = $1 order by n desc, entity", [number]
        )
        ids = np.ascontiguousarray(entity["entity"], dtype=np.int32)
        found = _postings_of(store, number, instances if some else None)
        at, local = np.asarray(found["instance"], dtype=np.int32), np.asarray(found["entity"], dtype=np.int32)
        del found
        consecutive = bool(len(ids)) and bool(np.all(np.diff(ids) == 1))
        if consecutive:
            local = local - ids[0]
        elif len(ids):
            by_id = np.argsort(ids)
            local = by_id[np.searchsorted(ids[by_id], local)].astype(np.int32)
        offsets, local = _compressed(instances, at, local)
        return cls(
            perspective,
            offsets,
            local,
            np.ascontiguousarray(entity["n"], dtype=np.int32),
            np.ascontiguousarray(entity["draw_key"], dtype=np.uint64),
            ids,
        )

    @classmethod
    def of(
        cls,
        perspective: str,
        instances: npt.NDArray[np.int32],
        postings: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
        names: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.uint64]],
    ) -> "PostingRows":
        """The postings of some instances (ascending), with what is known of their names in the whole dataset.

        postings: (instance, number of a name here) of each; names: (rank, n, draw key) of each number. `ids` are ranks.
        A name with rank -1 does not occur in the whole dataset: its postings are left out.
        """
        (at, name), (rank, n, keys) = postings, names
        order = np.argsort(rank, kind="stable")[np.count_nonzero(rank < 0) :]
        number = np.full(len(rank), -1, dtype=np.int32)
        number[order] = np.arange(len(order), dtype=np.int32)
        local = number[name]
        if len(order) < len(rank):
            at, local = at[local >= 0], local[local >= 0]
        offsets, entities = _compressed(instances, at, local)
        return cls(perspective, offsets, entities, n[order], keys[order], rank[order])


def _postings_of(store: Store, number: int, some: npt.NDArray[np.int32] | None) -> dict[str, np.ndarray]:
    """(instance, entity) of the postings of a perspective; those of `some` instances, or of all."""
    asked = "select instance, entity from posting where perspective = $1"
    if some is None:
        return store.arrays(asked, [number])
    wanted = pa.table({"instance": some})
    return store.arrays(f"{asked} and instance in (select instance from wanted)", [number], wanted=wanted)


def _compressed(
    instances: npt.NDArray[np.int32], at: npt.NDArray[np.int32], entities: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """(offsets, entities) of compressed rows, one per instance, from pairs of an instance and an entity."""
    if len(instances) and not (int(instances[0]) == 0 and int(instances[-1]) == len(instances) - 1):
        at = np.searchsorted(instances, at).astype(np.int32)
    same = at[1:] == at[:-1]
    if not bool(np.all((at[1:] > at[:-1]) | (same & (entities[1:] > entities[:-1])))):
        order = np.lexsort((entities, at))
        at, entities = at[order], entities[order]
    offsets = np.zeros(len(instances) + 1, dtype=np.int64)
    np.cumsum(np.bincount(at, minlength=len(instances)), out=offsets[1:])
    return offsets, np.ascontiguousarray(entities)
