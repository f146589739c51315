"""The image folders of a workspace's sources: which file an image path names, and that no link leads elsewhere than at
ingest.

A picture is read (shown, embedded, exported) only through here. The path of one inside a shard goes on behind the
shard's name, and `adr.picture_file` reads it. Knows nothing of what the pictures show.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adr.errors import AdrError
from adr.picture_file import is_picture

if TYPE_CHECKING:
    from adr.store import Store

Links = Mapping[str, str]
"""{image path, or folder ending in /: where it leads, relative to the image folder, or absolute when it leads out of
it}, for those that are links."""

_PREFIX = re.compile(r"@[^/]*/")


def prefix_of(name: str, prefixes: Mapping[str, Any]) -> str:
    """What `name` begins with among the prefixes of sources ('' or '@NAME/'); '' when it begins with none of them."""
    found = _PREFIX.match(name)
    return found[0] if found and found[0] in prefixes else ""


class ImageFolder:
    """The image folders of all sources. A picture has one name in the workspace: the path in the folder of its source,
    after that source's prefix, which is '' for the first source and '@NAME/' for one with a folder of its own."""

    def __init__(self, roots: Mapping[str, "Root"]) -> None:
        self._roots = roots

    @classmethod
    def at(cls, folder: Path) -> "ImageFolder":
        """One folder, whose links are not known."""
        return cls({"": Root(folder)})

    @classmethod
    def of(cls, store: "Store") -> "ImageFolder | None":
        """The image folders of the workspace's sources; None when all were read without one."""
        rows = store.rows("select image_prefix, images, links from source where images <> '' order by source desc")
        return cls(_roots(store, rows)) if rows else None

    @classmethod
    def beside(cls, store: "Store") -> "ImageFolder":
        """As `of`; paths of a source without an image folder start from the folder that the source is in."""
        rows = store.rows("""
            select image_prefix, coalesce(nullif(images, ''), regexp_replace(path, '[^/]*$', '')),
                   case when images <> '' then links end
            from source order by source desc""")
        return cls(_roots(store, rows)) if rows else cls.at(Path("."))

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> "ImageFolder":
        """The folders that `to_json` has described, for a process that never opens the database."""
        return cls(
            {prefix: Root(Path(root["folder"]), _known(root["links"])) for prefix, root in read["folders"].items()}
        )

    def to_json(self) -> dict[str, Any]:
        """Folders and links as JSON can hold them."""
        return {
            "folders": {
                prefix: {"folder": str(root.folder.absolute()), "links": root.links}
                for prefix, root in self._roots.items()
            }
        }

    @staticmethod
    def links_of(store: "Store", prefix: str) -> dict[str, str]:
        """The links that ingest has seen in the folder whose paths begin with `prefix`, without it."""
        rows = store.rows("select path, target from image_link where starts_with(path, $1)", [prefix])
        return {path[len(prefix) :]: target for path, target in rows}

    @property
    def folders(self) -> dict[str, Path]:
        """{prefix: folder}, as a person has named it; it may be a link itself."""
        return {prefix: root.folder for prefix, root in self._roots.items()}

    def common(self) -> tuple[Path, dict[str, str]]:
        """The folder that holds all image folders, and {prefix: what takes its place in paths that start there}."""
        folders = {prefix: str(folder.expanduser().absolute()) for prefix, folder in self.folders.items()}
        shared = os.path.commonpath(list(folders.values()))
        below = {prefix: os.path.relpath(folder, shared) for prefix, folder in folders.items()}
        return Path(shared), {prefix: "" if way == "." else f"{way}/" for prefix, way in below.items()}

    def path_of(self, name: str) -> Path:
        """The path of an image without links, whether it is on disk or not; AdrError when it leads out of its folder,
        or through a link that ingest has not seen there or that has changed since."""
        prefix = prefix_of(name, self._roots)
        root = self._roots.get(prefix)
        shown = name[:80].replace("\x00", "\N{SYMBOL FOR NULL}")
        if root is None:
            raise AdrError(
                f"The image “{shown}” is of a source that was read without an image folder.",
                "Set the folder of that source (`adr images DIR --name NAME`, or the Dataset page).",
            )
        path = root.real(name[len(prefix) :])
        if path is None:
            raise AdrError(
                f"The image “{shown}” is reached through a link that was not there, or led elsewhere, when the dataset "
                "was read.",
                "Put the picture back in its place, or ingest the dataset again.",
            )
        return path

    def file(self, name: str) -> Path | None:
        """The path of an image for `adr.picture_file`; None when it is not there or `path_of` refuses it."""
        if not name:
            return None
        try:
            path = self.path_of(name)
            return path if is_picture(path) else None
        except (AdrError, OSError):
            return None

    def lies_at(self, name: str) -> Path:
        """The absolute path that an image is named by, whose links are neither followed nor checked; for `name_of`."""
        prefix = prefix_of(name, self._roots)
        root = self._roots.get(prefix)
        return Path(root.there if root else "", name[len(prefix) :])

    def name_of(self, path: str | Path) -> str:
        """The image path that stands for an absolute path below one of the folders; else the path as it is."""
        found = {
            folder: prefix
            for prefix, root in self._roots.items()
            for folder in (root.there, str(root.folder))
            if str(path).startswith(folder.rstrip(os.sep) + os.sep)
        }
        if not found:
            return str(path)
        nearest = max(found, key=len)
        return found[nearest] + os.path.relpath(path, nearest)


@dataclass
class Root:
    """One folder, with the links in it that ingest has seen; None: the links are not known, and may lead anywhere
    inside. The folder itself may be a link: it is what a person has named."""

    folder: Path
    find_links: Callable[[], Links | None] = field(default=lambda: None)

    def real(self, name: str) -> Path | None:
        """The path of `name` in the folder without links; None when a link leads elsewhere than ingest has seen."""
        inside = self.there.rstrip(os.sep) + os.sep
        plain = os.path.normpath(os.path.join(self.there, name))
        try:
            real = os.path.realpath(plain)
        except (OSError, ValueError):  # a null byte
            return None
        if not plain.startswith(inside):
            return None
        if real == plain:
            return Path(real)
        seen = real.startswith(inside) if self.links is None else self._was_seen(name, real, self.links)
        return Path(real) if seen else None

    def _was_seen(self, name: str, real: str, links: Links) -> bool:
        prefix, base = os.path.split(os.path.normpath(name))
        target = links.get(name)
        if target is None:
            folder = links.get(f"{prefix}/")
            target = None if folder is None else os.path.join(folder, base)
        return target is not None and os.path.normpath(os.path.join(self.there, target)) == real

    @cached_property
    def links(self) -> Links | None:
        """The links that ingest has seen."""
        return self.find_links()

    @cached_property
    def there(self) -> str:
        """The folder without links."""
        return os.path.realpath(self.folder.expanduser())


def _known(links: Links | None) -> Callable[[], Links | None]:
    return lambda: links


def _roots(store: "Store", rows: list[tuple[Any, ...]]) -> dict[str, Root]:
    """rows: (prefix, folder, number of links or None where they are not known), the last of each prefix counting."""

    def links(prefix: str) -> Callable[[], Links]:
        return lambda: ImageFolder.links_of(store, prefix)

    return {
        prefix or "": Root(Path(folder or "."), _known(None) if known is None else links(prefix or ""))
        for prefix, folder, known in rows
    }
