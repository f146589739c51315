"""The source's pictures as a scorer sees them, to be compared with candidates. Reads what `adr embed` has written."""

from collections.abc import Iterator, Sequence

from adr.errors import AdrError
from adr.feature_folder import FeatureFolder, Features
from adr.store import Store
from adr.synthesize.embeddings import BLOCK, Block, Hashes, Near, Vectors, nearest
from adr.workspace import Workspace


class SourcePictures:
    """The pictures of the source that `scorer` has looked at; `len` says how many."""

    def __init__(self, store: Store, workspace: Workspace, scorer: str | None) -> None:
        self._store, self._features = store, _features_of(workspace, scorer)

    def __len__(self) -> int:
        return len(self._features.paths) if self._features else 0

    def nearest(self, vectors: Vectors, hashes: Hashes) -> list[Near]:
        """The nearest picture for each candidate, given as vector and hash; its name is 'instance:12', None where no
        instance shows it any more."""
        found = nearest(self._blocks(), vectors, hashes, [""] * len(vectors))
        first = self._instances([near.name for near in found if near.name])
        return [
            Near(first.get(near.name) if near.name else None, near.cosine, near.bits_there, near.bits) for near in found
        ]

    def _blocks(self) -> Iterator[Block]:
        """Image paths with vectors and hashes."""
        if self._features is None:
            return
        for start in range(0, len(self), BLOCK):
            part = slice(start, start + BLOCK)
            vectors = self._features.vectors[part].astype("float32")
            yield list(self._features.paths[part]), vectors, self._features.hashes[part]

    def _instances(self, paths: Sequence[str]) -> dict[str, str]:
        """{image path: 'instance:12', the first that shows it}."""
        rows = self._store.rows(
            """
            select image, min(instance) from (select unnest(images) as image, instance from instance)
            where image in (select unnest($1::varchar[])) group by image
            """,
            [list(paths)],
        )
        return {image: f"instance:{instance}" for image, instance in rows}


def _features_of(workspace: Workspace, scorer: str | None) -> Features | None:
    if scorer is None:
        return None
    try:
        return FeatureFolder.of(workspace.features, scorer).read()
    except AdrError:  # a scorer that only another machine has
        return None
