"""Where things lie in a workspace folder. Knows paths only, nothing of what the files hold."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from adr.errors import AdrError

FOLDERS = ("images", "thumbnails", "plans", "exports")


@dataclass(frozen=True)
class Workspace:
    """One folder with the database, the images made here, plans and exports."""

    folder: Path

    @classmethod
    def at(cls, folder: str | Path, create: bool = True) -> "Workspace":
        """The workspace in `folder`, which is made if it is missing; AdrError when it cannot be made, or is missing and
        `create` is False. A workspace that can only be read may lack some of its folders."""
        path = _taken_by_database(_resolved(folder))
        if path.exists() and not path.is_dir():
            raise AdrError(f"{path} is a file, not a workspace folder.", "Name a folder.")
        present = _database_in(path)
        if not create and not present:
            raise AdrError(f"There is no workspace in {path}.", "Make one with `python -m adr demo -w` or `ingest`.")
        try:
            for name in FOLDERS:
                (path / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if present:
                return cls(path)
            raise AdrError(
                f"The workspace folder {path} cannot be written: {error.strerror}.", "Choose a folder you may write to."
            ) from error
        return cls(path)

    @property
    def name(self) -> str:
        """The folder's name, as shown in the app."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """The DuckDB file; one process owns it at a time."""
        return self.folder / "adr.duckdb"

    @property
    def images(self) -> Path:
        """The synthetic images that were collected."""
        return self.folder / "images"

    @property
    def thumbnails(self) -> Path:
        """Small copies of images, made when first shown; safe to delete."""
        return self.folder / "thumbnails"

    @property
    def plans(self) -> Path:
        """One folder per plan: the plan file, and what its workers write."""
        return self.folder / "plans"

    @property
    def proofs(self) -> Path:
        """One folder per experiment: its design, and what its trials write."""
        return self.folder / "prove"

    @property
    def exports(self) -> Path:
        """Where the app writes exports."""
        return self.folder / "exports"

    def set_aside(self, path: Path) -> None:
        """Move a file or folder of the workspace to `replaced/<time>`, below which it keeps its path."""
        replaced = self.folder / "replaced" / datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
        target = replaced / path.relative_to(self.folder)
        for number in count(2):
            if not target.exists():
                break
            target = replaced.with_name(f"{replaced.name}-{number}") / path.relative_to(self.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)

    @property
    def verified(self) -> Path:
        """What checkers have seen in the source's images, one folder per checker; safe to delete."""
        return self.folder / "verified"

    @property
    def features(self) -> Path:
        """What models see in pictures: those of the source below `source/`, for proofs beside it; safe to delete."""
        return self.folder / "features"

    @property
    def hashes(self) -> Path:
        """What the source's pictures look like, as hashes; safe to delete."""
        return self.folder / "hashes"

    @property
    def measures(self) -> Path:
        """What was measured in the source's pictures; safe to delete."""
        return self.folder / "measures"

    @property
    def agreement(self) -> Path:
        """What a process that compares pictures with texts reads and writes; safe to delete."""
        return self.folder / "agreement"

    @property
    def leaks(self) -> Path:
        """Small copies of the benchmarks' pictures that the dataset has, too."""
        return self.folder / "leaks"

    @property
    def map(self) -> Path:
        """Where pictures lie on the map, as it was computed last, and the log of that; safe to delete."""
        return self.folder / "map"

    @property
    def pairs(self) -> Path:
        """How much pictures of the source differ that may be copies of one another; safe to delete."""
        return self.folder / "pairs"

    @property
    def fits(self) -> Path:
        """How well models name the source's images, one file per model and sample; safe to delete."""
        return self.folder / "fits"


def _resolved(folder: str | Path) -> Path:
    try:
        return Path(folder).expanduser().resolve()
    except (ValueError, RuntimeError, OSError) as error:  # a null byte, an unknown user's home, links in a circle
        shown = ascii(str(folder))
        raise AdrError(f"{shown} does not name a folder: {error}.", "Name another folder.") from error


def _taken_by_database(path: Path) -> Path:
    """`path`; AdrError when its name has characters with which DuckDB opens no file."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        shown = str(path).encode("utf-8", "backslashreplace").decode("utf-8")
        raise AdrError(
            f"The name of the folder {shown} is not UTF-8 text.", "Rename the folder, or choose another one."
        ) from None
    if "?" in str(path):
        raise AdrError(
            f"The database cannot be kept in {path}: there is a question mark in the name.",
            "Rename the folder, or choose another one.",
        )
    return path


def _database_in(path: Path) -> bool:
    """Whether there is a database; AdrError when this user may not look into the folder."""
    try:
        return (path / "adr.duckdb").stat().st_size >= 0
    except PermissionError as error:
        raise AdrError(
            f"You have no permission to look into the workspace folder {path}.", "Ask its owner for permission."
        ) from error
    except (OSError, ValueError):
        return False
