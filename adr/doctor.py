"""Checks a workspace and what is installed; every problem is a sentence and a next step.

Reads only, and never raises for what it finds.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from adr.containers import source_bytes, source_sha256
from adr.errors import AdrError
from adr.figures import counted
from adr.image_folder import ImageFolder, Links
from adr.ingest.image_paths import Found, look_for
from adr.models import find_model, is_folder, place
from adr.settings import SETTINGS, setting
from adr.shipped import shipped
from adr.store import Store
from adr.workspace import Workspace

_LITTLE_SPACE = 2 << 30


@dataclass(frozen=True)
class Problem:
    """What is wrong, and what to do about it."""

    sentence: str
    next_step: str


@dataclass(frozen=True)
class DoctorReport:
    """What was found. advice: what is missing and would improve things; nothing is wrong without it."""

    workspace: str
    problems: list[Problem]
    advice: list[Problem]
    holds: dict[str, int]  # rows of the main tables
    installed: dict[str, str | None]  # package → version, None: not installed
    models: dict[str, str | None]  # setting or kind → where it is, None: not there
    device: str | None  # where models run
    free_bytes: int | None  # on the workspace's disk


@dataclass
class _Diagnosis:
    problems: list[Problem] = field(default_factory=list)
    advice: list[Problem] = field(default_factory=list)

    def wrong(self, sentence: str, next_step: str) -> None:
        self.problems.append(Problem(sentence, next_step))

    def better(self, sentence: str, next_step: str) -> None:
        self.advice.append(Problem(sentence, next_step))

    def told(self, error: AdrError) -> None:
        self.problems.append(Problem(error.sentence, error.next_step))


def doctor(folder: Path, shared: Store | None = None) -> DoctorReport:
    """Check the workspace in `folder` and the installation: database, source, images, jobs, packages, models, disk.

    shared: the store of the workspace where this process has it open; its jobs that run are no fault.
    """
    found = _Diagnosis()
    folder = Path(folder).expanduser().absolute()
    holds: dict[str, int] = {}
    try:
        workspace = Workspace.at(folder, create=False)
        with nullcontext(shared) if shared else closing(Store(workspace.database, read_only=True)) as store:
            if _check_schema(store, found):
                holds = _check_workspace(store, workspace, found)
                _check_jobs(store, found, dead=("interrupted",) if shared else ("interrupted", "running"))
    except AdrError as error:
        found.told(error)
    free = _check_disk(folder, found)
    return DoctorReport(
        workspace=str(folder),
        problems=found.problems,
        advice=found.advice,
        holds=holds,
        installed=_check_packages(found),
        models=_check_models(found),
        device=_check_device(found),
        free_bytes=free,
    )


def _check_schema(store: Store, found: _Diagnosis) -> bool:
    """Whether the tables and columns are those of this version; nothing else can be checked where they are not."""
    differs = store.schema_faults()
    for sentence in differs:
        found.wrong(sentence, "Restore the database from a copy, or ingest the source again in a new workspace.")
    return not differs


def _check_workspace(store: Store, workspace: Workspace, found: _Diagnosis) -> dict[str, int]:
    tables = ("instance", "rejected", "entity", "posting", "run", "candidate", "verdict", "export")
    holds = {table: int(store.value(f"select count(*) from {table}")) for table in tables}
    if not holds["instance"]:
        found.better("The workspace holds no dataset.", "Read one: `python -m adr ingest SOURCE --images DIR`.")
    elif not holds["posting"]:
        found.better("There is no index yet.", "Build it: `python -m adr index`.")
    _check_source(store, found)
    _check_images(store, found)
    gone = [
        image
        for (image,) in store.rows("select image from candidate where image is not null")
        if not (workspace.folder / image).is_file()
    ]
    if gone:
        found.wrong(
            f"The images of {counted(len(gone), 'candidate')} are missing from the workspace; the first is {gone[0]}.",
            "Restore the folder `images` from a copy, or generate and collect the plan again.",
        )
    return holds


def _check_source(store: Store, found: _Diagnosis) -> None:
    for path, size, sha256, objects in store.rows("select path, bytes, sha256, objects from source order by source"):
        _check_one_source(path, size, sha256, objects, found)


def _check_one_source(path: str, size: int | None, sha256: str | None, objects: str | None, found: _Diagnosis) -> None:
    again = "The workspace keeps every record, so exports still work; ingest the source again to use its new records."
    if not Path(path).exists():
        found.wrong(
            f"The source {path} no longer exists.",
            "Put it back, or go on without it: the workspace keeps every record, so exports still work.",
        )
    elif size is not None and source_bytes(Path(path)) != size:
        found.wrong(
            f"The source {path} has changed since it was read: {source_bytes(Path(path)):,} bytes, not {size:,}.", again
        )
    elif sha256 and _sha256(Path(path)) != sha256:
        found.wrong(f"The source {path} has changed since it was read, at the same size.", again)
    if objects and not Path(objects).is_file():
        found.wrong(
            f"The file of object annotations {objects} no longer exists.",
            "Put it back if you want to read the dataset again; the workspace keeps the annotations.",
        )


def _sha256(path: Path) -> str | None:
    try:
        return source_sha256(path)
    except OSError:
        return None


def _check_images(store: Store, found: _Diagnosis) -> None:
    folders = store.rows("""
        select image_prefix, any_value(images), list(source), bool_and(links is not null) from source
        group by image_prefix order by image_prefix""")
    for prefix, folder, of, links_known in folders:
        paths = [
            path[len(prefix or "") :]
            for (path,) in store.rows(
                "select distinct unnest(images) from instance where list_contains($1::integer[], source)", [of]
            )
        ]
        if folder is None:
            _check_no_folder(store, of, found)
        elif not Path(folder).is_dir():
            found.wrong(f"The image folder {folder} no longer exists.", "Put it back, or read the dataset again.")
        else:
            known = ImageFolder.links_of(store, prefix or "") if links_known else None
            _check_folder(Path(folder), paths, known, found)


def _check_no_folder(store: Store, of: list[int], found: _Diagnosis) -> None:
    having = "select count(*) from instance where len(images) > 0 and list_contains($1::integer[], source)"
    if with_image := int(store.value(having, [of])):
        found.wrong(
            f"{with_image:,} instances have images, but the dataset was read without an image folder.",
            "Read it again with its image folder: `python -m adr ingest SOURCE --images DIR --replace`.",
        )


def _check_folder(folder: Path, paths: list[str], known: Links | None, found: _Diagnosis) -> None:
    prefixes = {path[: path.rfind("/") + 1] for path in paths}
    seen = look_for(folder, prefixes, follow_links=True)
    _check_links(seen, known, {*paths, *prefixes}, found)
    present, shards = set(seen.present), set(seen.shards)
    missing = [path for path in paths if path not in present and path[: path.rfind("/") + 1] not in shards]
    if missing:
        found.wrong(
            f"{len(missing):,} of {len(paths):,} images are not in {folder}, for example {min(missing)}"
            f"{_other_ending(missing, present)}.",
            "Fetch them and read the dataset again; instances without their image cannot be parents.",
        )


def _other_ending(missing: list[str], present: set[str]) -> str:
    """A clause about missing images whose name exists with another ending; '' when no image is like that."""
    there = {os.path.splitext(path)[0]: path for path in sorted(present)}
    found = sorted((path, there[stem]) for path in missing if (stem := os.path.splitext(path)[0]) in there)
    if not found:
        return ""
    asked, has = found[0]
    return f"; {counted(len(found), 'is', 'are')} there with another ending ({has} instead of {asked})"


def _check_links(seen: Found, known: Links | None, paths: set[str], found: _Diagnosis) -> None:
    """Links by which images are reached, and which are not what they were when the dataset was read."""
    inside = {path: target for path, target in seen.links.items() if not os.path.isabs(target)}
    recorded = inside if known is None else known
    changed = [path for path, target in seen.links.items() if path in paths and recorded.get(path) != target]
    if changed:
        found.wrong(
            f"{counted(len(changed), 'image or image folder', 'images or image folders')} became a link, or another "
            f"link, since the dataset was read, for example {min(changed)}; they are not shown or exported.",
            "Put the pictures back in their place, or read the dataset again.",
        )


def _check_jobs(store: Store, found: _Diagnosis, dead: Sequence[str]) -> None:
    """dead: the states of jobs whose process has ended before they were done."""
    newest = store.rows("""
        select title, started_at, state from job
        qualify row_number() over (partition by kind order by job desc) = 1
        order by started_at""")
    for title, started in [(title, started) for title, started, state in newest if state in dead]:
        found.wrong(
            f"“{title}”, started {started:%Y-%m-%d %H:%M} UTC, was interrupted.",
            "Start it again from its page; what was finished is kept.",
        )


def _check_disk(folder: Path, found: _Diagnosis) -> int | None:
    there = next((part for part in (folder, *folder.parents) if part.exists()), None)
    if there is None:
        return None
    try:
        free = shutil.disk_usage(there).free
    except OSError:
        return None
    if free < _LITTLE_SPACE:
        found.wrong(
            f"The disk of {folder} has {free / (1 << 30):.1f} GB left.",
            "Free some space: a dataset of 1 GB takes about as much again, and images take more.",
        )
    return free


def _requirements() -> Iterator[str]:
    file = shipped("requirements.txt")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else metadata.requires("adr-workbench")
    for line in lines or []:
        if (text := line.split("#")[0].strip()) and not text.startswith("-"):
            yield text


def _check_packages(found: _Diagnosis) -> dict[str, str | None]:
    from packaging.requirements import InvalidRequirement, Requirement

    installed: dict[str, str | None] = {}
    try:
        wanted = [Requirement(text) for text in _requirements()]
    except (InvalidRequirement, OSError, metadata.PackageNotFoundError):
        return installed
    for requirement in wanted:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):  # of an extra, or another system
            continue
        try:
            installed[requirement.name] = version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            installed[requirement.name] = None
            found.wrong(f"The package {requirement.name} is not installed.", f"Install it: pip install '{requirement}'")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            found.wrong(
                f"{requirement.name} {version} is installed; the program is tested with {requirement.specifier}.",
                f"Install it: pip install '{requirement}'",
            )
    return installed


def _check_models(found: _Diagnosis) -> dict[str, str | None]:
    models: dict[str, str | None] = {}
    for variable in ("ADR_GENERATOR_MODEL", "ADR_SCORER_MODEL"):
        try:
            models[variable] = find_model(setting(variable))
        except AdrError as error:
            models[variable] = None
            own = setting(variable) == SETTINGS[variable].default
            found.wrong(
                f"{error.sentence} ({variable})",
                "Restore the starter models: they are part of the repository." if own else error.next_step,
            )
            continue
        if not is_folder(models[variable] or ""):
            models[variable] = f"{models[variable]} (from the hub, when it is used)"
    pipelines = sorted(entry.name for entry in metadata.entry_points(group="spacy_models"))
    models["spaCy pipelines"] = ", ".join(pipelines) or None
    if not pipelines:
        found.better(
            "No spaCy pipeline is installed; the lexicon reads English without one.",
            "Install one to read another language, or to use a tagger: `python -m spacy download en_core_web_sm`.",
        )
    models["language model"] = setting("ADR_LANGUAGE_MODEL_URL") or None
    return models


def _check_device(found: _Diagnosis) -> str | None:
    try:
        there = place()
    except AdrError as error:
        found.told(error)
        return None
    except ImportError as error:
        found.wrong(f"PyTorch cannot be loaded: {error}.", "Install it: pip install -r requirements.txt")
        return None
    if not there.has_gpu:
        found.better(
            "There is no GPU; with a large model, generating takes minutes per image.",
            "The starter model works on the CPU; or run `python -m adr generate` on a machine with a GPU.",
        )
    return f"{there.device}, {there.precision}"
