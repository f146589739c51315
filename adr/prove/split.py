"""The split of a dataset into training, dev and test, by groups of the same picture and before anything is decided.

A group is what may not stand on two sides: instances that share a picture (its path, file, pixels or rough look), and
text-only instances with the same conversation. Which groups are held out is a keyed hash, as in `adr.draws`: the same
on every machine. Pure functions over arrays; reads no tables.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adr.draws import draw_key, draws
from adr.picture_hash import near_pairs
from adr.prove.picture_facts import PictureFacts

SPLIT_KEY, DEV_KEY = draw_key("prove test", ""), draw_key("prove dev", "")
HOLD_OUT, DEV_SHARE = 0.1, 0.05
MANY, SOME = 10, 4
"""An entity in MANY pictures gives its share of them to the test, one in SOME gives one picture, a rarer one none."""


@dataclass(frozen=True)
class Holders:
    """Which groups hold which entities: one element per (group, entity), each at most once; both numbered from 0."""

    group: NDArray[np.int64]
    entity: NDArray[np.int64]
    groups: int
    entities: int

    @property
    def n(self) -> NDArray[np.int64]:
        """How many groups have each entity."""
        return np.bincount(self.entity, minlength=self.entities)


def picture_groups(
    positions: Sequence[int],
    pictures: Sequence[Sequence[str]],
    facts: Mapping[str, PictureFacts],
    said: Mapping[int, str],
) -> NDArray[np.int64]:
    """The group of each instance: the lowest position in it.

    pictures: the image paths of each instance; facts: of the paths that could be read; said: {position: a hash of the
    conversation} of those without a picture.
    """
    whole = _Unions(len(positions))
    first: dict[tuple[str, str], int] = {}
    hashes: dict[int, int] = {}
    for row, (position, names) in enumerate(zip(positions, pictures, strict=True)):
        keys = [("said", said[position])] if position in said else []
        for name in names:
            keys.append(("path", name))
            if (known := facts.get(name)) is None:
                continue
            keys += [("file", known.sha256), *([("pixels", known.pixels)] if known.pixels else [])]
            if known.perceptual is not None:
                whole.join(row, hashes.setdefault(known.perceptual, row))
        for key in keys:
            whole.join(row, first.setdefault(key, row))
    looks = list(hashes)
    for one, other in near_pairs(np.array(looks, dtype=np.uint64)):
        whole.join(hashes[looks[one]], hashes[looks[other]])
    roots = np.array([whole.root(row) for row in range(len(positions))], dtype=np.int64)
    return _lowest(np.asarray(positions, dtype=np.int64), roots)


def _lowest(positions: NDArray[np.int64], roots: NDArray[np.int64]) -> NDArray[np.int64]:
    lowest = np.full(len(positions), np.iinfo(np.int64).max)
    np.minimum.at(lowest, roots, positions)
    return lowest[roots]


class _Unions:
    """Sets of rows that are joined two at a time."""

    def __init__(self, rows: int) -> None:
        self._parent = list(range(rows))

    def root(self, row: int) -> int:
        while self._parent[row] != row:
            self._parent[row] = row = self._parent[self._parent[row]]
        return row

    def join(self, one: int, other: int) -> None:
        self._parent[self.root(one)] = self.root(other)


def quota(n: int, share: float) -> int:
    """How many of the n pictures of an entity the test gets."""
    if n >= MANY:
        return math.ceil(round(share * n, 9))
    return int(n >= SOME)


def held_out_groups(holders: Holders, names: NDArray[np.int64], share: float = HOLD_OUT) -> NDArray[np.bool_]:
    """Which groups are held out (bool per group). names: what each group is drawn by, its lowest position.

    Entities take turns, the rarest first. Each adds to what rarer ones have brought along until its quota is filled,
    and only groups of which it is the rarest entity: a picture with an entity of fewer than SOME pictures stays in
    training.
    """
    n = holders.n
    by_group = _rows(holders.group, holders.entity, holders.groups)
    rarest = np.array([min(of, key=lambda e: (n[e], e)) if of else -1 for of in by_group], dtype=np.int64)
    in_order = np.argsort(draws(0, SPLIT_KEY, names), kind="stable")
    waiting = _rows(rarest[in_order] + 1, in_order, holders.entities + 1)
    chosen, have = np.zeros(holders.groups, dtype=bool), np.zeros(holders.entities, dtype=np.int64)
    for entity in np.argsort(n, kind="stable").tolist():
        for group in waiting[entity + 1][: max(0, quota(int(n[entity]), share) - int(have[entity]))]:
            chosen[group] = True
            have[by_group[group]] += 1
    chosen[waiting[0][: quota(len(waiting[0]), share)]] = True
    return chosen


def dev_groups(
    holders: Holders, names: NDArray[np.int64], test: NDArray[np.bool_], share: float = DEV_SHARE
) -> NDArray[np.bool_]:
    """Which of the groups that are not in the test are for dev (bool per group): the first by a draw, leaving out those
    with an entity of fewer than SOME pictures."""
    free = ~test
    free[holders.group[holders.n[holders.entity] < SOME]] = False
    in_order = np.argsort(draws(0, DEV_KEY, names), kind="stable")
    chosen = np.zeros(holders.groups, dtype=bool)
    chosen[in_order[free[in_order]][: int(share * np.count_nonzero(~test))]] = True
    return chosen


def _rows(row: NDArray[np.int64], value: NDArray[np.int64], rows: int) -> list[list[int]]:
    """The values of each row, in the order given."""
    order = np.argsort(row, kind="stable")
    edges = np.searchsorted(row[order], np.arange(1, rows))
    return [part.tolist() for part in np.split(value[order], edges)]
