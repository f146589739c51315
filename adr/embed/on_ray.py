"""Embeds pictures on the machines of a Ray cluster, each worker an actor with the model loaded.

Pictures are read where a worker is, so that their files are on every machine at the same path; their features come back
as the answer, half a megabyte per block, and are written here.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

from adr.embed.embedding import Blocks, Part, PictureModel, block_of
from adr.feature_folder import FeatureBlock
from adr.ray_cluster import OnRay, RayCluster


class Embedder:
    """The actor: one model on one device."""

    def __init__(self, model: str) -> None:
        self.name = model

    @cached_property
    def model(self) -> PictureModel:
        """The model, loaded for the first block; AdrError when it cannot be."""
        return PictureModel(self.name)

    def block(self, part: Part) -> FeatureBlock:
        """The features of a part."""
        return block_of(self.model, part)


def on_cluster(where: OnRay, model: str) -> Blocks:
    """Looks at pictures with the workers of a cluster."""

    def blocks(parts: Sequence[Part]) -> Iterator[FeatureBlock]:
        cluster = RayCluster(where.address)
        try:
            yield from cluster.shared(parts, cluster.actors(Embedder, (model,), where), "block")
        finally:
            cluster.close()

    return blocks
