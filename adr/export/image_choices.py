"""How an export may carry pictures that lie inside the shards of a source. Reads no picture."""

from pathlib import Path

from adr.containers import SHARDS, picture_root
from adr.errors import AdrError
from adr.export.work import Format
from adr.store import Store


def image_choices(store: Store, format: Format) -> tuple[str, ...]:
    """The format's choices for pictures, the default first; without those that need files on disk when pictures of the
    dataset lie inside its shards."""
    if not _pictures_inside(store):
        return format.images
    return tuple(choice for choice in format.images if choice in ("copy", "inside"))


def chosen(store: Store, format: Format, asked: str | None) -> str:
    """The choice for pictures that was asked for, or the default; AdrError for one that cannot be."""
    if asked is not None and asked not in format.images:
        raise AdrError(
            f"{format.title} has no option {asked!r} for its pictures.", f"Choose {' or '.join(format.images)}."
        )
    choices = image_choices(store, format) or format.images
    if asked is not None and asked not in choices:
        raise AdrError(
            f"The pictures lie inside the shards of the dataset, so there are no files to {asked}.",
            f"Choose {' or '.join(choices)}.",
        )
    return asked or choices[0]


def _pictures_inside(store: Store) -> bool:
    """Whether a source's picture paths start from the folder of its own shards."""
    return any(
        images is not None and layout in SHARDS and Path(images) == picture_root(Path(path))
        for path, layout, images in store.rows("select path, layout, images from source")
    )
