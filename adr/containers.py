"""Which files a source is made of: one file, or a folder of Parquet, Arrow or tar shards. Reads no record of them."""

import hashlib
import json
import re
from pathlib import Path

from adr.errors import AdrError
from adr.files import sha256_of

SHARDS = {"parquet": ".parquet", "arrow": ".arrow", "webdataset": ".tar"}
"""{layout: what the names of its files end in}, for sources whose rows may hold pictures."""

_SPLIT = re.compile(r"(train|test|validation|valid|val|dev)(?=[-_.]|$)")


def shard_files(path: Path) -> tuple[str, list[Path]] | None:
    """The layout of a folder and its shards in the order of their names; None when it holds no shards.

    AdrError when the folder holds several splits, or shards of several kinds.
    """
    if (path / "dataset_dict.json").is_file():
        raise _several_splits(path, sorted(inner.name for inner in path.iterdir() if inner.is_dir()))
    if saved := _saved_to_disk(path):
        return "arrow", saved
    found = {layout: _named(path, ending) for layout, ending in SHARDS.items()}
    held = [layout for layout, files in found.items() if files]
    if not held:
        return None
    if len(held) > 1:
        raise AdrError(f"{path} holds shards of several kinds: {', '.join(held)}.", "Name a folder with one kind.")
    files = found[held[0]]
    splits = {split.group(1) for file in files if (split := _SPLIT.match(file.name))}
    if len(splits) > 1:
        raise _several_splits(path, sorted(splits))
    return held[0], files


def source_files(path: Path) -> list[Path]:
    """The files of a source that has been read: the file itself, or the shards of a folder."""
    shards = shard_files(path) if path.is_dir() else None
    return shards[1] if shards else [path]


def source_bytes(path: Path) -> int:
    """How many bytes the files of a source hold; OSError when one is not there."""
    return sum(file.stat().st_size for file in source_files(path))


def source_sha256(path: Path) -> str:
    """The hash of a source: of its file; of a folder of shards, that of the lines which `sha256sum` writes for them in
    order, with names relative to the folder. OSError when one cannot be read."""
    path = path.expanduser()
    if not path.is_dir():
        return sha256_of(path)
    sums = "".join(f"{sha256_of(file)}  {file.relative_to(path).as_posix()}\n" for file in source_files(path))
    return hashlib.sha256(sums.encode()).hexdigest()


def picture_root(path: Path) -> Path:
    """The folder that the paths of pictures inside a source's shards start from."""
    return path if path.is_dir() else path.parent


def unreadable(path: Path, error: Exception) -> AdrError:
    """What to say of a shard that its library cannot read."""
    return AdrError(f"{path} cannot be read: {error}.", "It is cut off or broken: fetch it again.")


def _named(path: Path, ending: str) -> list[Path]:
    found = (file for file in path.rglob(f"*{ending}") if not _hidden(file.relative_to(path)) and file.is_file())
    return sorted(found, key=lambda file: file.relative_to(path).as_posix())


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _saved_to_disk(path: Path) -> list[Path] | None:
    """The Arrow files of a folder that the `save_to_disk` of `datasets` has made, in its order; None for others."""
    try:
        listed = json.loads((path / "state.json").read_text(encoding="utf-8"))["_data_files"]
        return [path / Path(one["filename"]).name for one in listed]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _several_splits(path: Path, splits: list[str]) -> AdrError:
    return AdrError(
        f"{path} holds several splits: {', '.join(splits)}.",
        "Name the folder or the file of one of them, so that no test data is trained on.",
    )
