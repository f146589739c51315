"""The perspectives picture, text and copy: the cluster of copies that an instance is in. Knows nothing of how they were
found."""

from collections.abc import Callable

from adr.index.perspectives.batch import Batch, Names


def of_kind(kind: str) -> Callable[[Batch], Names]:
    """The function of one kind: at most one name per instance, with the position of the cluster's first instance."""

    def names(batch: Batch) -> Names:
        return [[] if cluster is None else [f"cluster {cluster}"] for cluster in batch.clusters(kind)]

    return names
