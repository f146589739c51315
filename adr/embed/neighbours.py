"""The instances whose pictures look most like an instance's, in the order of their likeness. Reads only."""

from dataclasses import dataclass

from adr.look_alikes import look_alikes
from adr.store import Store


@dataclass(frozen=True)
class AlikeInstance:
    """An instance, its first picture, and the cosine of that picture's features with the one asked about."""

    instance: int
    path: str
    cosine: float


def neighbours(store: Store, instance: int, count: int = 12) -> list[AlikeInstance]:
    """For each of the `count` other pictures that look most like the instance's first one the first instance that shows
    it, the most alike first. AdrError as by `look_alikes`."""
    own = store.value("select images[1] from instance where instance = $1", [instance])
    alike = [one for one in look_alikes(store, instance, count + 1) if one.path != own][:count]
    first = dict(
        store.rows(
            "select images[1], min(instance) from instance "
            "where images[1] in (select unnest($1::varchar[])) group by images[1]",
            [[one.path for one in alike]],
        )
    )
    return [AlikeInstance(first[one.path], one.path, one.cosine) for one in alike if one.path in first]
