"""The sources of a workspace: how each is named, which positions it gets, what its image paths begin with, and how one
is taken out again.

Positions and numbers are never used again, so that adding or removing a source changes no draw of another one.
"""

from dataclasses import dataclass, field
from pathlib import Path

from adr.errors import AdrError
from adr.figures import counted
from adr.ingest.options import IngestOptions
from adr.store import Store, Writer

_ENDINGS = (".gz", ".zst", ".json", ".jsonl", ".ndjson", ".parquet", ".tar")


@dataclass(frozen=True)
class Given:
    """A source to be read. name: as pages and the command line call it (by default the name of the file); images: the
    folder that its image paths start from; objects: the file of object annotations beside it."""

    path: Path
    images: Path | None = None
    objects: Path | None = None
    name: str | None = None
    options: IngestOptions = field(default_factory=IngestOptions)
    taken: str = ""  # how much of it a trainer's list takes, as it stands there; all records are read


@dataclass(frozen=True)
class ReadSource:
    """One source of the workspace. first, records: its positions are first .. first + records - 1."""

    source: int
    name: str
    path: str
    images: str | None
    objects: str | None
    first: int
    records: int
    instances: int
    rejected: int
    taken: str = ""  # as in `Given`


@dataclass(frozen=True)
class RemoveReport:
    """What went with a source. runs: those that were made with it; their decisions name instances that are gone."""

    name: str
    instances: int
    rejected: int
    runs: int
    left: int  # instances that stay


def changed_at(store: Store) -> str:
    """When the sources changed last, as text: positions mean the same records while it stays the same."""
    return str(store.value("select changed_at from dataset_changed"))


def sources(store: Store | Writer) -> list[ReadSource]:
    """The sources, in the order in which they were added."""
    return [
        ReadSource(*row)
        for row in store.rows("""
            select source, coalesce(name, ''), path, images, objects, first, coalesce(records, instances), instances,
                   rejected, coalesce(taken, '')
            from source order by source""")
    ]


@dataclass(frozen=True)
class SourcePlace:
    """Where the next source goes: its number, the position of its first record, and the prefix of its image paths."""

    source: int
    name: str
    first: int
    prefix: str


def next_place(writer: Writer, given: Given, folder: Path | None) -> SourcePlace:
    """The place of a source that is about to be read; AdrError when its name is taken."""
    number, first = writer.rows("""
        with former as (select source, first, records from source union all
                        select source, first, records from removed_source)
        select coalesce(max(source) + 1, 0), coalesce(max(first + records), 0) from former""")[0]
    name = _name(writer, given)
    return SourcePlace(int(number), name, int(first), _prefix(writer, given, folder, name))


def keep_place(writer: Writer, place: SourcePlace, path: Path, folder: Path | None, records: int) -> None:
    """Write down where a source went that is not read here, so that `next_place` counts on after it."""
    writer.execute(
        "insert into source (source, name, path, images, first, records, image_prefix) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        [place.source, place.name, str(path), str(folder) if folder else None, place.first, records, place.prefix],
    )


def _name(writer: Writer, given: Given) -> str:
    taken = {name for (name,) in writer.rows("select name from source")}
    if given.name is not None:
        if not given.name.strip() or not given.name.isprintable() or "/" in given.name:
            raise AdrError(f"“{given.name}” cannot be the name of a source.", "Choose a short name without a slash.")
        if given.name in taken:
            raise AdrError(f"There is a source named {given.name} already.", "Choose another with --name.")
        return given.name
    name = given.path.name
    while (path := Path(name)).suffix.lower() in _ENDINGS and path.stem:
        name = path.stem
    return _unused(name or "source", taken)


def _unused(name: str, taken: set[str]) -> str:
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


def _prefix(writer: Writer, given: Given, folder: Path | None, name: str) -> str:
    """'' for the first source, that of a source with the same image folder, or '@NAME/'."""
    home = str(folder or given.path.expanduser().absolute().parent)
    homes = [
        (prefix, images or str(Path(path).parent))
        for prefix, images, path in writer.rows("select image_prefix, images, path from source order by source")
    ]
    for prefix, there in homes:
        if there == home:
            return str(prefix)
    if not homes:
        return ""
    taken = {prefix for prefix, _ in homes}
    taken |= {
        folder
        for (folder,) in writer.rows(r"""
            select distinct regexp_extract(path, '^@[^/]*/')
            from (select unnest(images) as path from instance) where starts_with(path, '@')""")
    }
    return f"@{_unused(name, {one[1:-1] for one in taken})}/"


def remove_source(store: Store, name: str) -> RemoveReport:
    """Take a source out of the workspace: its instances, rejected records, annotations and postings go. Runs, plans and
    candidates stay; the index has to be built again. AdrError for an unknown name, and for the only source."""
    found = sources(store)
    one = next((source for source in found if source.name == name), None)
    if one is None:
        raise AdrError(
            f"There is no source named {name}.",
            f"Sources: {', '.join(source.name for source in found)}." if found else "The workspace holds no dataset.",
        )
    if len(found) == 1:
        raise AdrError(
            f"{name} is the only source of the workspace.", "Read another dataset in its place with --replace."
        )
    with store.atomic() as writer:
        report = RemoveReport(
            name=name,
            instances=int(writer.value("select count(*) from instance where source = $1", [one.source])),
            rejected=one.rejected,
            runs=int(
                writer.value(
                    "select count(distinct run) from decision where instance between $1 and $2",
                    [one.first, one.first + one.records - 1],
                )
            ),
            left=int(writer.value("select count(*) from instance where source <> $1", [one.source])),
        )
        _take_out(writer, one)
    store.checkpoint()
    return report


def _take_out(writer: Writer, one: ReadSource) -> None:
    last = one.first + one.records - 1
    for table, column in (
        ("instance", "instance"),
        ("annotation", "instance"),
        ("oddity", "instance"),
        ("posting", "instance"),
        ("rejected", "position"),
    ):
        writer.execute(f"delete from {table} where {column} between $1 and $2", [one.first, last])
    prefix = writer.value("select image_prefix from source where source = $1", [one.source])
    writer.execute(
        "insert into removed_source select source, name, path, first, records, now() at time zone 'UTC' "
        "from source where source = $1",
        [one.source],
    )
    writer.execute("delete from source where source = $1", [one.source])
    if not writer.value("select count(*) from source where image_prefix = $1", [prefix]):
        writer.execute(
            "delete from image_link where starts_with(path, $1) and ($1 <> '' or not starts_with(path, '@'))", [prefix]
        )


def removal_words(report: RemoveReport) -> str:
    """What a removal took with it, in a sentence or two."""
    said = f"{report.name} was taken out: {counted(report.instances, 'instance')}"
    said += f" and {counted(report.rejected, 'rejected record')}" if report.rejected else ""
    said += f"; {counted(report.left, 'instance')} stay. Its positions are not used again. Build the index again."
    if report.runs:
        said += (
            f" {counted(report.runs, 'run')} decided about instances that are gone: apply the recipe again to export."
        )
    return said
