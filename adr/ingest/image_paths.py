"""Which image paths are on disk, and which lead out of the image folder through a link.

Lists each folder in the paths once instead of testing every file. Knows nothing of conversations.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from adr.errors import AdrError
from adr.picture_shards import shard_of
from adr.progress import Progress, let_pages_run, silent
from adr.settings import setting


@dataclass
class Found:
    """What the folders hold: files that are `present`, and files and folders that lead out of the image folder. links:
    {path of a file, or prefix: where a link leads, relative to the image folder}, for links that stay inside; links
    that lead out are among them, with an absolute target, when they are followed."""

    present: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    leaving_folders: list[str] = field(default_factory=list)
    shards: list[str] = field(default_factory=list)  # prefixes that lead into a shard, whose pictures are there
    links: dict[str, str] = field(default_factory=dict)


def image_folder(path: Path) -> Path:
    """The image folder as an absolute path; AdrError when it is missing, not a folder or not readable."""
    folder = path.expanduser().absolute()
    try:
        if not folder.exists():
            raise AdrError(
                f"There is no image folder {folder}.", "Check the path, or leave it out to read only the text."
            )
        if not folder.is_dir():
            raise AdrError(f"{folder} is a file, not an image folder.", "Name the folder that image paths start from.")
        with os.scandir(folder):
            return folder
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise AdrError(f"The image folder {folder} cannot be read: {why}.", "Check its permissions.") from None


def look_for(
    folder: Path, prefixes: Iterable[str], progress: Progress = silent, *, follow_links: bool = False
) -> Found:
    """The files in `folder`/prefix for each of the prefixes ("", "coco/train2017/" …), as paths prefix + name.
    follow_links: whether links that lead out of the folder count as what they lead to."""
    root = os.path.realpath(folder)
    found = Found()
    wanted = list(prefixes)
    for number, prefix in enumerate(wanted):
        if number % 64 == 0:
            progress(number, len(wanted), "Looking for images, folder by folder")
        try:
            here = os.path.realpath(os.path.join(root, prefix))
            if not (follow_links or _inside(here, root)):
                found.leaving_folders.append(prefix)
                continue
            if shard_of(Path(here, "picture")):
                found.shards.append(prefix)
                if here != os.path.normpath(os.path.join(root, prefix)):  # as in the Hub's cache
                    found.links[prefix] = os.path.relpath(here, root) if _inside(here, root) else here
                continue
            if here != os.path.normpath(os.path.join(root, prefix)):
                found.links[prefix] = _target(here, root)
            with os.scandir(here) as entries:
                for seen, entry in enumerate(entries):
                    if seen % 2000 == 1999:
                        let_pages_run()
                    if entry.is_symlink():
                        target = os.path.realpath(entry.path)
                        if not (follow_links or _inside(target, root)):
                            found.leaving.append(prefix + entry.name)
                            continue
                        found.links[prefix + entry.name] = _target(target, root)
                    if entry.is_file():
                        found.present.append(prefix + entry.name)
        except (OSError, ValueError):
            continue  # the folder does not exist or may not be read: its images count as missing
    return found


def links_are_followed() -> bool:
    """Whether links that lead out of an image folder are followed: where paths are not limited to ADR_ROOTS."""
    return not setting("ADR_ROOTS")


def _target(path: str, root: str) -> str:
    return os.path.relpath(path, root) if _inside(path, root) else path


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)
