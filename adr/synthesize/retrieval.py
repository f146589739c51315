"""Which rows of the reservoir can fill a tail, and the slots made of them. Reads tables; chooses nothing.

A row can be retrieved when it has exactly one picture, which is on disk and was not retrieved before, and is no copy of
a kept instance. Of several rows about one picture only the one with most of the wanted entities can.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.store import Store
from adr.synthesize.greedy import Choice
from adr.synthesize.plan_file import Slot
from adr.synthesize.prompts import things_of
from adr.synthesize.tail import Parents, Tail

_HINT = "Read one with `python -m adr ingest FILE --reservoir`, or on the Dataset page."


def reservoir_pool(store: Store, run: int, tail: Tail) -> Parents:
    """The rows of the reservoir that have entities of `tail` and can be retrieved for `run`, in order.

    AdrError without a reservoir, or when it was read for another dataset or with other options than the present index.
    """
    check_reservoir(store)
    found = store.arrays(
        """
        with wanted as (
            select unnest($entities::integer[]) as entity, generate_subscripts($entities::integer[], 1) - 1 as place
        ), same as (
            select r.entity as theirs, w.place
            from wanted w join named_entity e on e.entity = w.entity
            join reservoir_entity r on r.perspective = e.perspective and r.name = e.name
        ), held as (
            select p.instance, s.place from reservoir_posting p join same s on s.theirs = p.entity
        ), taken as (
            select distinct i.images[1] as image from candidate c join reservoir_instance i on i.instance = c.retrieved
            where c.model = $reservoir
        ), copies as (
            select c.instance from reservoir_copy c
            join decision d on d.run = $run and d.instance = c.copy_of and d.kept
        ), rows as (
            select h.instance, count(*) as holds, any_value(i.images[1]) as image
            from held h join reservoir_instance i using (instance)
            where len(i.images) = 1 and i.missing = 0
            group by h.instance
        ), may as (
            select instance from rows anti join copies using (instance) anti join taken using (image)
            qualify row_number() over (partition by image order by holds desc, instance) = 1
        )
        select instance, place from held semi join may using (instance) order by instance, place
        """,
        {"entities": tail.entity.tolist(), "run": run, "reservoir": reservoir_name(store)},
    )
    instance, place = found["instance"].astype(np.int64), found["place"].astype(np.int64)
    starts = np.flatnonzero(np.diff(instance, prepend=-1))
    return Parents(instance[starts], np.append(starts, len(instance)).astype(np.int64), place)


def reservoir_name(store: Store) -> str:
    """What plans and candidates call the present reservoir, in place of a model: its name and the beginning of the
    SHA-256 of its file; AdrError without one."""
    found = store.value("select name || ' ' || sha256[:12] from reservoir")
    if found is None:
        raise AdrError("The workspace has no reservoir to retrieve rows from.", _HINT)
    return str(found)


def check_reservoir(store: Store) -> None:
    """AdrError unless there is a reservoir that was read for the present dataset and index."""
    reservoir_name(store)
    row = store.row("select options, dataset from reservoir") or ("{}", [])
    made = store.value("select options from index_made")
    if made is None or json.loads(made) != json.loads(row[0]):
        raise AdrError(
            "The reservoir was read with other options than the index has.",
            "Read it again, so that both name the same things (`ingest FILE --reservoir --replace`).",
        )
    if row[1] != store.value("select list(sha256 order by source) from source"):
        raise AdrError(
            "The dataset has changed since the reservoir was compared with it for copies.",
            "Read the reservoir again (`ingest FILE --reservoir --replace`).",
        )


def slots_of_rows(store: Store, tail: Tail, pool: Parents, choices: Sequence[Choice]) -> list[Slot]:
    """One slot per choice, with the row's own picture and conversation."""
    name = str(store.value("select name from reservoir"))
    rows = _rows(store, [int(pool.instance[choice.parent]) for choice in choices])
    slots = []
    for number, choice in enumerate(choices):
        position = int(pool.instance[choice.parent])
        image, turns = rows[position]
        entity, perspective = tail.name[choice.entity], tail.perspective[choice.entity]
        slots.append(
            Slot(
                slot=number,
                entity=int(tail.entity[choice.entity]),
                name=entity,
                perspective=perspective,
                things=things_of(entity, perspective),
                entities=tuple(int(tail.entity[e]) for e in choice.entities),
                prompt=f"row {position} of {name}",
                image=image,
                turns=turns,
                retrieved=position,
            )
        )
    return slots


def _rows(store: Store, positions: Sequence[int]) -> dict[int, tuple[str | None, tuple[Mapping[str, Any], ...]]]:
    """{position: (absolute path of its picture, turns)}; the path is None when a new link would reach it."""
    folder = reservoir_images(store)
    found = {}
    for position, image, turns in store.rows(
        "select instance, images[1], turns from reservoir_instance where instance in (select unnest($1::integer[]))",
        [list(positions)],
    ):
        path = None
        with suppress(AdrError):
            path = str(folder.path_of(image))
        found[position] = (path, tuple(turns or ()))
    return found


def reservoir_images(store: Store) -> ImageFolder:
    """The image folder of the reservoir."""
    return ImageFolder.from_json(json.loads(store.value("select folders from reservoir")))
