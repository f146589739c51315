"""The source's image folder: which file an image path names, and that no link leads elsewhere than at ingest.

A picture is read (shown, embedded, exported) only through here. The path of one inside a shard goes on behind the
shard's name, and `adr.picture_file` reads it. Knows nothing of what the pictures show.
"""

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adr.errors import AdrError
from adr.picture_file import is_picture

if TYPE_CHECKING:
    from adr.store import Store

Links = Mapping[str, str]
"""{image path, or folder ending in /: where it leads, relative to the image folder}, for those that are links."""


class ImageFolder:
    """A folder with the links in it that ingest has seen; None: the links are not known, and may lead anywhere inside.

    The folder itself may be a link: it is what a person has named.
    """

    def __init__(self, folder: Path, links: Callable[[], Links | None] = lambda: None) -> None:
        self.folder = folder
        self._find_links = links

    @classmethod
    def of(cls, store: "Store") -> "ImageFolder | None":
        """The image folder of the workspace's dataset; None when it was read without one."""
        found = store.row("select images, links from source")
        if found is None or not found[0]:
            return None
        if found[1] is None:
            return cls(Path(found[0]))
        return cls(Path(found[0]), lambda: dict(store.rows("select path, target from image_link")))

    @classmethod
    def beside(cls, store: "Store") -> "ImageFolder":
        """As `of`; without an image folder, paths start from the folder of the source."""
        path = store.value("select path from source")
        return cls.of(store) or cls(Path(path).parent if path else Path("."))

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> "ImageFolder":
        """The folder that `to_json` has described, for a process that never opens the database."""
        return cls(Path(read["folder"]), lambda: read["links"])

    def to_json(self) -> dict[str, Any]:
        """Folder and links as JSON can hold them."""
        return {"folder": str(self.folder.absolute()), "links": self._links}

    def path_of(self, name: str) -> Path:
        """The path of an image without links, whether it is on disk or not; AdrError when it leads out of the folder,
        or through a link that ingest has not seen there or that has changed since."""
        plain = os.path.normpath(os.path.join(self._root, name))
        try:
            real = os.path.realpath(plain)
        except (OSError, ValueError):  # a null byte
            real = ""
        if not (real.startswith(self._inside) and (real == plain or self._was_seen(name, real))):
            shown = name[:80].replace("\x00", "\N{SYMBOL FOR NULL}")
            raise AdrError(
                f"The image “{shown}” is reached through a link that was not there, or led elsewhere, when the dataset "
                "was read.",
                "Put the picture back in its place, or ingest the dataset again.",
            )
        return Path(real)

    def file(self, name: str) -> Path | None:
        """The path of an image for `adr.picture_file`; None when it is not there or `path_of` refuses it."""
        if not name:
            return None
        try:
            path = self.path_of(name)
            return path if is_picture(path) else None
        except (AdrError, OSError):
            return None

    def name_of(self, path: str | Path) -> str:
        """The image path that stands for an absolute path: relative to the folder as it was named, or as it is."""
        for folder in (str(self.folder), self._root):
            if str(path).startswith(folder.rstrip(os.sep) + os.sep):
                return os.path.relpath(path, folder)
        return str(path)

    def _was_seen(self, name: str, real: str) -> bool:
        if self._links is None:
            return True
        prefix, base = os.path.split(os.path.normpath(name))
        target = self._links.get(name)
        if target is None:
            folder = self._links.get(f"{prefix}/")
            target = None if folder is None else os.path.join(folder, base)
        return target is not None and os.path.join(self._root, target) == real

    @cached_property
    def _links(self) -> Links | None:
        return self._find_links()

    @cached_property
    def _root(self) -> str:
        return os.path.realpath(self.folder.expanduser())

    @property
    def _inside(self) -> str:
        return self._root.rstrip(os.sep) + os.sep
