"""Whether the pictures of each tail object look alike at all: debris and wrong names come first.

Reads the index and the features of `adr embed`; writes nothing. The comparison is `adr.embed.likeness`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adr.embed.features import instance_rows, load_features
from adr.embed.likeness import apart, likenesses
from adr.index_needed import need_index
from adr.perspectives import described
from adr.settings import setting
from adr.store import Store
from adr.tail import tail_rule
from adr.workspace import Workspace

LEAST = 3
"""Pictures that an object needs to be looked at."""
LEAST_APART = 6
"""Pictures that it needs so that one of them can stand apart."""
APART = 2.0
"""From so many standard deviations on a picture does not fit its object."""
CHANCE = 2.0
"""Below so many standard deviations the pictures of an object are no more alike than random ones."""

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class ObjectLook:
    """A tail object. entity: its number; n: its instances; pictures: of these that differ and have features;
    close: how close they are (mean cosine with those most alike, whitened); random: how close as many random pictures
    are; likeness: the difference in standard deviations of random pictures."""

    entity: int
    name: str
    n: int
    pictures: int
    close: float
    random: float
    likeness: float


@dataclass(frozen=True)
class OddPicture:
    """The first instance that has an object with a picture that does not fit it; apart: in standard deviations."""

    name: str
    instance: int
    apart: float


@dataclass(frozen=True)
class TailLooks:
    """tail: tail objects in all; objects: those looked at, the least alike first; odd: of those that
    look alike, the pictures that fit least first."""

    tail: int
    objects: list[ObjectLook]
    odd: list[OddPicture]


@dataclass(frozen=True)
class PicturedObject:
    """A tail object with its pictures. rows: of features, each once; instances: the first with each of them."""

    entity: int
    name: str
    n: int
    rows: Ints
    instances: Ints


def tail_looks(store: Store, workspace: Workspace, model: str | None = None) -> TailLooks:
    """How alike the pictures of each tail object are, by the tail share that its perspective has from the start.

    An instance counts by its first picture, a picture of several instances once. model: whose features, by default
    those of ADR_SCORER_MODEL. AdrError without an index or features.
    """
    need_index(store)
    features = load_features(workspace.features, model or setting("ADR_SCORER_MODEL"))
    instances, rows = instance_rows(store, features)
    tail, found = pictured_tail(store, instances, rows)
    looks = likenesses(features.vectors, np.unique(rows), [one.rows for one in found], LEAST)
    objects = [
        ObjectLook(one.entity, one.name, one.n, len(one.rows), float(close), float(random), float(likeness))
        for one, close, random, likeness in zip(found, looks.close, looks.expected, looks.likeness, strict=True)
    ]
    odd = [
        one
        for group, close, likeness in zip(found, looks.closeness, looks.likeness, strict=True)
        if likeness >= CHANCE
        for one in _odd(group, apart(close))
    ]
    return TailLooks(
        tail,
        sorted(objects, key=lambda one: (one.likeness, one.name)),
        sorted(odd, key=lambda one: (-one.apart, one.name, one.instance)),
    )


def _odd(group: PicturedObject, far: NDArray[np.float64]) -> list[OddPicture]:
    if len(far) < LEAST_APART:
        return []
    return [OddPicture(group.name, int(group.instances[at]), float(far[at])) for at in np.flatnonzero(far >= APART)]


def pictured_tail(store: Store, instances: Ints, rows: Ints) -> tuple[int, list[PicturedObject]]:
    """How many tail objects there are, and those with enough pictures. instances, rows: as `instance_rows` gives."""
    objects = store.rows(
        "select entity, name, n from entity where perspective = perspective_number('object') order by entity"
    )
    head = tail_rule([n for *_, n in objects], 1 - described("object").tail_share).head_rank
    if head == len(objects):
        return 0, []
    tail = objects[head:]
    entity, instance = _postings(store, tail[0][0], tail[-1][0])
    at = np.minimum(np.searchsorted(instances, instance), max(len(instances) - 1, 0))
    there = instances[at] == instance if len(instances) else np.zeros(len(instance), bool)
    pairs = np.stack([entity[there], rows[at[there]]], axis=1)
    different, first = np.unique(pairs, axis=0, return_index=True)
    its_instances = instance[there][first]
    starts = np.searchsorted(different[:, 0], [number for number, *_ in tail] + [tail[-1][0] + 1])
    return len(tail), [
        PicturedObject(number, name, n, different[start:end, 1], its_instances[start:end])
        for (number, name, n), start, end in zip(tail, starts[:-1], starts[1:], strict=True)
        if end - start >= LEAST
    ]


def _postings(store: Store, first: int, last: int) -> tuple[Ints, Ints]:
    found = store.arrays(
        """
        select entity, instance from posting
        where perspective = perspective_number('object') and entity between $1 and $2 order by entity, instance""",
        [first, last],
    )
    return found["entity"].astype(np.int32), found["instance"].astype(np.int32)
