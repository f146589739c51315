"""What `copies` has found: clusters a page at a time, and pairs of pictures around a difference. Reads only."""

from dataclasses import dataclass

from adr.embed.overlaid import Overlaid
from adr.store import Store


@dataclass(frozen=True)
class CopyCluster:
    """Instances that are copies of one another. cluster: the first of them, which names it; instances: the first ones,
    ascending; size: how many there are."""

    cluster: int
    instances: tuple[int, ...]
    size: int


def copy_clusters(store: Store, kind: str, offset: int, limit: int, each: int) -> tuple[int, list[CopyCluster]]:
    """(how many clusters of a kind there are, a page of them, the largest first). each: instances listed of one."""
    count = store.value("select count(distinct cluster) from copy_cluster where kind = $1", [kind])
    rows = store.rows(
        """
        select cluster, list(instance order by instance)[1:$3], count(*) as size from copy_cluster where kind = $1
        group by cluster order by size desc, cluster limit $4 offset $2""",
        [kind, offset, each, limit],
    )
    return int(count), [CopyCluster(cluster, tuple(instances), size) for cluster, instances, size in rows]


@dataclass(frozen=True)
class PairsAround:
    """Pairs of pictures on both sides of a difference. same: how many differ by at most so much; others: how many by
    more; below, above: those nearest to it on either side, the nearest first."""

    same: int
    others: int
    below: list[Overlaid]
    above: list[Overlaid]


def pairs_around(store: Store, difference: float, count: int) -> PairsAround:
    """The pairs that were laid over one another, around a difference; `count` on either side."""
    sides = {"below": ("<=", "desc"), "above": (">", "asc")}
    found = {
        side: [
            Overlaid(*row)
            for row in store.rows(
                f"select one, other, difference from overlaid_pair where difference {relation} $1::float "
                f"order by difference {order}, one, other limit $2",
                [difference, count],
            )
        ]
        for side, (relation, order) in sides.items()
    }
    same, others = store.rows(
        "select count(*) filter (difference <= $1::float), count(*) filter (difference > $1::float) from overlaid_pair",
        [difference],
    )[0]
    return PairsAround(same, others, found["below"], found["above"])
