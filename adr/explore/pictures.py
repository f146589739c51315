"""A few instances with different pictures for each of many entities, to see what the entities look like. Reads only."""

from collections.abc import Sequence

from adr.store import Store

_LOOKED_AT = 4  # instances looked at for each picture wanted, since several may have one picture, or none


def pictured(store: Store, perspective: str, entities: Sequence[int], count: int) -> dict[int, list[int]]:
    """{entity: its first `count` instances with pictures that differ}, of entities of one perspective, by position.

    Only the first few instances of an entity are looked at, so that an entity of the head is as quick as any. Pictures
    differ when their paths do; those that are known to be missing are left out.
    """
    rows = store.rows(
        """
        with first as (
            select entity, unnest(min(instance, $count)) as instance from posting
            where perspective = perspective_number($perspective) and entity between $least and $most
              and entity in (select unnest($entities::integer[]))
            group by entity
        )
        select f.entity, i.instance, i.images[1] from first f join instance i using (instance)
        where len(i.images) > coalesce(i.missing, 0) order by f.entity, i.instance""",
        {
            "perspective": perspective,
            "entities": list(entities),
            "least": min(entities, default=0),
            "most": max(entities, default=0),
            "count": _LOOKED_AT * count,
        },
    )
    found: dict[int, dict[str, int]] = {entity: {} for entity in entities}
    for entity, instance, picture in rows:
        if len(found[entity]) < count:
            found[entity].setdefault(picture, instance)
    return {entity: list(of.values()) for entity, of in found.items()}
