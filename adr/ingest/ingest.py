"""Source file → instance, rejected, annotation: reads a dataset of conversations, whole or not at all.

Knows nothing of entities or of what later stages make of an instance. A record that cannot be used is set aside with a
reason; a fault of the file as a whole is reported in one sentence and leaves the workspace as it was.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from adr.containers import SHARDS, picture_root
from adr.errors import AdrError
from adr.figures import counted
from adr.files import sha256_of, sha256_of_all
from adr.ingest import plain
from adr.ingest.image_paths import image_folder, links_are_followed
from adr.ingest.inside import picture_folder
from adr.ingest.instance_images import count_linked_outside, count_missing, count_other_endings, find_images
from adr.ingest.layout import Layout, look_at, look_at_source
from adr.ingest.lists import listed
from adr.ingest.objects import kept_objects, read_objects
from adr.ingest.oddities import WARNINGS
from adr.ingest.opened import reader
from adr.ingest.options import IngestOptions, ingest_options
from adr.ingest.parts import SourcePart
from adr.ingest.record import MOST_DIGITS, Conversation, excerpt, read_record
from adr.ingest.records import Block, Records
from adr.ingest.refusal import LARGEST
from adr.ingest.sources import Given, ReadSource, RemoveReport, SourcePlace, next_place, sources
from adr.ingest.table_rows import RowBlock, rows_sql
from adr.ingest.written_paths import make_relative
from adr.markers import maybe_spelled_otherwise
from adr.perspectives import PAPER_NAMES
from adr.progress import Progress, let_pages_run, silent
from adr.report import from_json, to_json
from adr.store import Store, Writer
from adr.workspace import Workspace

_TURNS = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
_INSTANCE = pa.schema(
    [
        ("instance", pa.int32()),
        ("id", pa.string()),
        ("images", pa.list_(pa.string())),
        ("turns", _TURNS),
        ("raw", pa.string()),
        ("videos", pa.list_(pa.string())),
    ]
)
_REJECTED = pa.schema(
    [("position", pa.int32()), ("reason", pa.string()), ("detail", pa.string()), ("excerpt", pa.string())]
)
_TOO_MANY_DIGITS = re.compile(rb"(?<![0-9])[0-9]{%d}" % (MOST_DIGITS + 1))
_SHAPE = 'A record looks like {"image": "a.jpg", "conversations": [{"from": "human", "value": "…"}, …]}.'
_MAP = "Say which key holds what: --map question=KEY --map answer=KEY --map image=KEY, or --map conversations=KEY."
_A_WHILE = 0.01  # seconds of reading in Python before pages get a turn


@dataclass(frozen=True)
class IngestReport:
    """What an ingest took in: counts of instances, of rejected records by reason and of warnings by kind. Of several
    sources, these are their sums."""

    source: str  # its path; of several, their paths with commas
    images: str | None
    form: str  # a name of adr.ingest.forms.FORMS, or several: 'llava, messages'
    layout: str  # see `Layout`
    instances: int
    rejected: dict[str, int]
    warnings: dict[str, int]
    text_only: int
    annotations: int  # (instance, object) pairs from annotations
    bytes: int
    sha256: str
    seconds: float
    sources: tuple[ReadSource, ...] = ()
    removed: RemoveReport | None = None  # what went, where a source was taken out


def ingest(
    store: Store,
    source: Path | Sequence[Given],
    images: Path | None = None,
    *,
    objects: Path | None = None,
    name: str | None = None,
    mapping: Mapping[str, str] | None = None,
    place_markers: bool = False,
    replace: bool = False,
    add: bool = False,
    follow_links: bool | None = None,
    progress: Progress = silent,
) -> IngestReport:
    """Read `source`, a file or several sources (records in one of the FORMS, in files as docs/formats.md says; or a
    trainer's list of datasets), into the workspace; returns what was read.

    `images` is the folder that image paths start from, `objects` a file of object annotations, `name` what the source
    is called. `mapping` says which key holds what ({target: key}, see adr.ingest.options), `place_markers` whether
    missing image markers are placed. `replace` lets the new dataset take the place of the present one and of everything
    made from it; `add` reads the sources beside the present ones, whose positions stay. follow_links: whether links
    that lead out of an image folder are followed; by default unless ADR_ROOTS limits paths. AdrError when a file as a
    whole cannot be used, or when the workspace holds a dataset and neither `replace` nor `add` is asked for; nothing is
    written then, nor when `progress` raises Cancelled.
    """
    options = ingest_options({"map": mapping or {}, "place_markers": place_markers}, "The mapping")
    given = [Given(Path(source), images, objects, name, options)] if isinstance(source, str | Path) else source
    former = bool(store.value("select count(*) from source") + store.value("select count(*) from instance"))
    if former and not (replace or add):
        raise AdrError(
            "The workspace holds a dataset already.",
            "Choose an empty folder, or ask to add to it (--add) or to replace it (--replace).",
        )
    follow = links_are_followed() if follow_links is None else follow_links
    opened = [_Source(one, follow) for each in given for one in listed(each, outside=follow)]
    read = []
    with store.atomic() as writer:
        if not add:
            _clear(writer)
        for one in opened:
            one.read(writer, progress)
            read.append(one.report)
        report = combined(read, sources(writer)[-len(read) :])
    if former and not add:
        _set_files_aside(store, report)
    store.checkpoint()
    return report


def ingest_part(store: Store, part: SourcePart, progress: Progress = silent) -> IngestReport:
    """Read a part of a source into an empty store: the same rows at the same positions as those that `ingest` makes of
    these records. The table `source` gets its row of the whole source, with the counts of this part. A part may hold no
    conversation. Not counted among the warnings: `objects_unread` and `objects_unmatched`, which only the whole has.

    AdrError when the part does not hold as many records as it should.
    """
    source = _Source(part.given, links_are_followed(), part.layout)
    with store.atomic() as writer:
        count = source.take(writer, part.place, part.skipped, progress, part.objects)
        if count != part.records:
            raise AdrError(
                f"{part.layout.path} holds {count:,} records where there were {part.records:,}.",
                "It has changed since it was cut: cut it again.",
            )
        whole = part.whole
        report = replace(
            source.report, source=str(whole.path), layout=whole.layout, bytes=whole.bytes, sha256=whole.sha256
        )
        _record(writer, report, part.given, part.place, whole.records, whole.objects_sha256)
    store.checkpoint()
    return report


def ingest_report(store: Store) -> IngestReport:
    """The report of all sources of the workspace together; AdrError when there is no dataset."""
    read = [from_json(IngestReport, text) for (text,) in store.rows("select report from source order by source")]
    if not read:
        raise AdrError("The workspace holds no dataset.", "Ingest one first.")
    return combined(read, sources(store))


def combined(reports: Sequence[IngestReport], of: Sequence[ReadSource]) -> IngestReport:
    """One report of several sources, by their own reports."""
    if len(reports) == 1:
        return replace(reports[0], sources=tuple(of))
    rejected, warnings = Counter[str](), Counter[str]()
    for one in reports:
        rejected.update(one.rejected)
        warnings.update(one.warnings)
    return IngestReport(
        source=", ".join(one.source for one in reports),
        images=", ".join(dict.fromkeys(one.images for one in reports if one.images)) or None,
        form=", ".join(sorted({form for one in reports for form in one.form.split(", ")})),
        layout=", ".join(sorted({one.layout for one in reports})),
        instances=sum(one.instances for one in reports),
        rejected=dict(rejected.most_common()),
        warnings={kind: warnings[kind] for kind in WARNINGS if warnings[kind]},
        text_only=sum(one.text_only for one in reports),
        annotations=sum(one.annotations for one in reports),
        bytes=sum(one.bytes for one in reports),
        sha256=sha256_of_all([one.sha256 for one in reports]),
        seconds=round(sum(one.seconds for one in reports), 2),
        sources=tuple(of),
    )


class _Source:
    """One source while it is read. The constructor checks every path before anything is read."""

    report: IngestReport

    def __init__(self, given: Given, follow_links: bool, part: Layout | None = None) -> None:
        self.given, self._follow = given, follow_links
        self._records = reader(part or look_at_source(given.path))
        self._folder = image_folder(given.images) if given.images is not None else None
        if given.objects is not None and part is None:
            look_at(given.objects)

    @property
    def _shards(self) -> Path | None:
        """The folder of its shards, where it consists of shards."""
        layout = self._records.layout
        return picture_root(layout.path) if layout.layout in SHARDS else None

    def read(self, writer: Writer, progress: Progress) -> None:
        """Read the source into the tables, at the place that is next."""
        place = next_place(writer, self.given, self._folder or self._shards)
        count = self.take(writer, place, 0, progress)
        _refuse_if_none(self.report, count, writer, place)
        objects = sha256_of(self.given.objects) if self.given.objects is not None else None
        _record(writer, self.report, self.given, place, count, objects)
        progress(count, count, "Writing")

    def take(
        self, writer: Writer, place: SourcePlace, skipped: int, progress: Progress, objects: Path | None = None
    ) -> int:
        """Read the records into the tables; returns how many. skipped: records of the source before these; objects: of
        a part of a source, the annotations as `keep_objects` writes them."""
        started = time.monotonic()
        first = place.first + skipped
        reading = BlockReading(writer, self.given.options, place.prefix)
        count = 0
        for block in _ahead(self._records):
            reading.take(replace(block, position=first + block.position))
            count = block.position + block.count
            whole = max(count, round(count * self._records.layout.bytes / block.read))
            progress(count, whole, "Reading records")
        if place.source:
            writer.execute(
                "update instance set source = $1 where instance >= $2 and source <> $1", [place.source, first]
            )
        self._folder = picture_folder(writer, self._records.layout, self._folder, place)
        warnings = self._look_at_images(writer, place, progress)
        if objects is not None:
            _take_kept_objects(writer, objects, place)
        elif self.given.objects is not None:
            warnings.update(_take_objects(writer, self.given.objects, place, progress))
        progress(count, count, "Checking what was read")
        warnings.update(_count_oddities(writer, place))
        self.report = self._made(writer, place, reading.forms, Counter(warnings), started)
        return count

    def _look_at_images(self, writer: Writer, place: SourcePlace, progress: Progress) -> dict[str, int]:
        """Count each instance's missing images, set aside those with an image outside the folder; returns warnings.

        An image is outside when its path is absolute and not below the folder, or when a link in it leads out of the
        folder and is not followed.
        """
        otherwise = {"written_otherwise": make_relative(writer, place.source, self._folder, place.prefix)}
        of = [place.source]
        if self._folder is None:
            having = "select count(*) from instance where len(images) > 0 and source = $1"
            return {**otherwise, "no_image_folder": int(writer.value(having, of))}
        find_images(writer, self._folder, progress, of=of, prefix=place.prefix, follow_links=self._follow)
        _set_leaving_aside(writer)
        count_missing(writer, of)
        return {
            **otherwise,
            "other_ending": count_other_endings(writer, of),
            "linked_outside": count_linked_outside(writer, of),
        }

    def _made(
        self, writer: Writer, place: SourcePlace, forms: Counter[str], warnings: Counter[str], started: float
    ) -> IngestReport:
        rejected = writer.rows(
            "select reason, count(*) from rejected where position >= $1 group by reason order by count(*) desc, reason",
            [place.first],
        )
        taken = "select count(*) from instance where source = $1"
        return IngestReport(
            source=str(self._records.layout.path),
            images=str(self._folder) if self._folder else None,
            form=", ".join(sorted(forms)) or "llava",
            layout=self._records.layout.layout,
            instances=int(writer.value(taken, [place.source])),
            rejected={reason: int(n) for reason, n in rejected},
            warnings={kind: warnings[kind] for kind in WARNINGS if warnings[kind]},
            text_only=int(writer.value(f"{taken} and len(images) = 0 and len(videos) = 0", [place.source])),
            annotations=int(writer.value("select count(*) from annotation where instance >= $1", [place.first])),
            bytes=self._records.layout.bytes,
            sha256=self._records.sha256,
            seconds=round(time.monotonic() - started, 2),
        )


def _record(
    writer: Writer, report: IngestReport, given: Given, place: SourcePlace, records: int, objects_sha256: str | None
) -> None:
    writer.execute(
        """
        insert into source (path, images, objects, objects_sha256, form, layout, bytes, sha256, instances, rejected,
                            warnings, report, links, ingested_at, source, name, first, records, image_prefix, mapping,
                            taken)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
                case when $2 is not null then (select count(*) from image_link) end, now() at time zone 'UTC',
                $13, $14, $15, $16, $17, $18, nullif($19, ''))
        """,
        [
            report.source,
            report.images,
            str(given.objects.expanduser().absolute()) if given.objects is not None else None,
            objects_sha256,
            report.form,
            report.layout,
            report.bytes,
            report.sha256,
            report.instances,
            sum(report.rejected.values()),
            json.dumps(report.warnings),
            to_json(report),
            place.source,
            place.name,
            place.first,
            records,
            place.prefix,
            given.options.to_json(),
            given.taken,
        ],
    )


def _clear(writer: Writer) -> None:
    """Empty every table except `meta`, `job` and the paper's perspectives: everything else was made from the old
    dataset."""
    for (table,) in writer.rows(
        "select table_name from duckdb_tables() "
        "where not internal and not temporary and table_name not in ('meta', 'job', 'perspective')"
    ):
        writer.execute(f'delete from "{table}"')
    writer.execute("delete from perspective where number >= $1", [len(PAPER_NAMES)])


def _set_files_aside(store: Store, report: IngestReport) -> None:
    """Move the plans and images made from the former dataset to `replaced/<time>` in the workspace.

    New plans are numbered from 1 again and must not find old files in their folders; no image is deleted.
    """
    if store.path is None:
        return
    workspace = Workspace(store.path.parent)
    for folder in (workspace.plans, workspace.images):
        in_use = any(
            Path(used).is_relative_to(folder) for one in report.sources for used in (one.path, one.images) if used
        )
        if folder.is_dir() and any(folder.iterdir()) and not in_use:
            workspace.set_aside(folder)
            folder.mkdir()


def _ahead(blocks: Iterable[Block | RowBlock]) -> Iterator[Block | RowBlock]:
    """The blocks in order; the next one is split while the caller works on the last."""
    coming: Iterator[Block | RowBlock] = iter(blocks)
    with ThreadPoolExecutor(1, thread_name_prefix="ingest-ahead") as pool:
        following = pool.submit(next, coming, None)
        while (block := following.result()) is not None:
            following = pool.submit(next, coming, None)
            yield block


class BlockReading:
    """Takes blocks of record texts into `instance` and `rejected`: plain shapes in SQL, all others one by one. prefix:
    what image paths are to begin with."""

    def __init__(self, writer: Writer, options: IngestOptions, prefix: str = "") -> None:
        self.forms: Counter[str] = Counter()
        self._writer = writer
        self._options = options
        self._prefix = prefix
        self._judged: dict[str | None, plain.Plain | None] = {None: None}

    def take(self, block: Block | RowBlock) -> None:
        """Insert the records of one block."""
        if isinstance(block, RowBlock):
            self._one_by_one(self._rows_in_sql(block))
        elif self._options.map:
            self._one_by_one(list(enumerate(block.texts, block.position)))
        else:
            self._one_by_one(self._texts_in_sql(block))

    def _rows_in_sql(self, block: RowBlock) -> list[tuple[int, bytes]]:
        """Insert the plain rows; returns the texts of the others with their positions."""
        self._writer.register("row", block.rows)
        texts = self._writer.arrow(rows_sql(block), {"position": block.position, "shard": block.shard})
        self._writer.register("batch", texts)
        left = range(block.position, block.position + block.count) if self._options.map else sorted(self._in_sql(block))
        return [(position, texts["raw"][position - block.position].as_py().encode()) for position in left]

    def _texts_in_sql(self, block: Block) -> list[tuple[int, bytes]]:
        """Insert the plain records; returns the others with their positions."""
        broken = _unfit(block.texts)
        skipped = set(broken)
        kept = [number for number in range(len(block.texts)) if number not in skipped] if broken else None
        texts = block.texts if kept is None else [block.texts[number] for number in kept]
        positions = range(len(texts)) if kept is None else kept
        self._writer.register(
            "batch",
            pa.table(
                {
                    "position": pa.array(
                        (block.position + number for number in positions), pa.int32(), size=len(texts)
                    ),
                    "raw": pa.array(texts, pa.binary()).view(pa.string()),
                }
            ),
        )
        careful = sorted([*self._in_sql(block), *(block.position + number for number in broken)])
        return [(position, block.texts[position - block.position]) for position in careful]

    def _in_sql(self, block: Block | RowBlock) -> list[int]:
        """Insert the plain records of the table `batch`; returns the positions of the others."""
        writer = self._writer
        writer.register("batch_shape", writer.arrow(plain.SHAPES_SQL))
        by_way: dict[plain.Plain, list[str]] = {}
        for (shape,) in writer.rows("select distinct shape from batch_shape"):
            if shape not in self._judged:
                self._judged[shape] = plain.judge(shape)
            if way := self._judged[shape]:
                by_way.setdefault(way, []).append(shape)
        for way, shapes in by_way.items():
            writer.execute(plain.read_sql(way, self._options.place_markers), {"shapes": shapes, "prefix": self._prefix})
            if way.objects:
                writer.execute(plain.objects_sql(), {"shapes": shapes})
        taken = writer.arrow(plain.TAKEN_SQL, [block.position, block.position + block.count])
        writer.register("batch_taken", taken)
        if shapes := [s for way, those in by_way.items() if way.form == "llava" and way.image_key for s in those]:
            writer.execute(plain.EMPTY_IMAGES_SQL, {"shapes": shapes})
        for shape, count in writer.rows("select shape, count(*) from batch_taken group by shape"):
            self.forms[way.form if (way := self._judged[shape]) else ""] += count
        left = writer.rows("select position from batch_shape anti join batch_taken using (position)")
        return [position for (position,) in left]

    def _one_by_one(self, records: list[tuple[int, bytes]]) -> None:
        """Read records in Python, and insert what they say, or why they are set aside, all at once."""
        taken, annotations, oddities = [], [], []
        rejected: dict[str, list[object]] = {name: [] for name in _REJECTED.names}
        turn = time.monotonic()
        for position, text in records:
            read = read_record(text, self._options)
            if isinstance(read, Conversation):
                self.forms[read.form] += 1
                taken.append(_row(position, text, read, self._prefix))
                annotations += [{"instance": position, "object": name} for name in read.objects]
                oddities += [{"instance": position, "kind": kind} for kind in read.oddities]
            else:
                for name, value in zip(rejected, (position, read.reason, read.detail, excerpt(text)), strict=True):
                    rejected[name].append(value)
            if time.monotonic() - turn > _A_WHILE:
                let_pages_run()
                turn = time.monotonic()
        if taken:
            self._writer.insert("instance", pa.Table.from_pylist(taken, schema=_INSTANCE))
        if rejected["position"]:
            self._writer.insert("rejected", pa.table(rejected, schema=_REJECTED))
        if annotations:
            self._writer.insert("annotation", pa.Table.from_pylist(annotations))
        if oddities:
            self._writer.insert("oddity", pa.Table.from_pylist(oddities))


def _row(position: int, text: bytes, read: Conversation, prefix: str) -> dict[str, object]:
    """A row of `instance`."""
    return {
        "instance": position,
        "id": read.id,
        "images": [prefix + path for path in read.images],
        "turns": [{"role": role, "text": said} for role, said in read.turns],
        "raw": text.decode("utf-8"),
        "videos": [prefix + path for path in read.videos],
    }


def _unfit(texts: list[bytes]) -> list[int]:
    """Which texts are not read in SQL: those that are not UTF-8 or too large, those with a number that DuckDB reads and
    Python does not, and those that may hold an image marker in another spelling."""
    long = [number for number, text in enumerate(texts) if len(text) > MOST_DIGITS]
    large = {n for n in long if len(texts[n]) > LARGEST or _TOO_MANY_DIGITS.search(texts[n])}
    joined = b"\n".join(texts)
    if not large and not maybe_spelled_otherwise(joined) and _is_utf8(joined):
        return []
    return [
        number
        for number, text in enumerate(texts)
        if number in large or maybe_spelled_otherwise(text) or not _is_utf8(text)
    ]


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _set_leaving_aside(writer: Writer) -> None:
    """Reject the instances with an image of `image_leaving`."""
    if not writer.value("select count(*) from image_leaving"):
        return
    writer.execute("""
        create or replace temp table set_aside as
        select instance, min(path) as path, min(raw) as raw
        from (select instance, unnest(images) as path, raw from instance) join image_leaving using (path)
        group by instance""")
    writer.execute("""
        insert into rejected
        select instance, 'unsafe_path', 'The image path “' || left(path, 80)
               || '” leaves the image folder through a link; copy the files in, or name a folder that holds them.',
               left(raw, 200)
        from set_aside""")
    for table in ("annotation", "oddity", "instance"):
        writer.execute(f"delete from {table} where instance in (select instance from set_aside)")


def _take_objects(writer: Writer, path: Path, place: SourcePlace, progress: Progress) -> dict[str, int]:
    """Join the annotations of a sidecar file to instances by position, image or id; returns warnings."""
    _make_named(writer)
    unread = count = 0
    for rows in read_objects(path, progress):
        unread += sum(row is None for row in rows)
        kept = [row for row in rows if row is not None]
        writer.insert(
            "named",
            pa.table(
                {
                    "entry": pa.array(range(count, count + len(kept)), pa.int32()),
                    "by": [row.by for row in kept],
                    "key": [row.key for row in kept],
                    "objects": pa.array([row.objects for row in kept], pa.list_(pa.string())),
                }
            ),
        )
        count += len(kept)
    _annotate(writer, place)
    unmatched = int(writer.value("select count(*) from named anti join matched using (entry)"))
    return {"objects_unread": unread, "objects_unmatched": unmatched}


def _take_kept_objects(writer: Writer, path: Path, place: SourcePlace) -> None:
    """As `_take_objects`, from the annotations of a whole source for a part of it."""
    _make_named(writer)
    writer.execute(
        """
        create or replace temp table own_key as
        select 'position' as "by", (instance - $1)::varchar as key from instance union all
        select distinct 'id', id from instance where id is not null union all
        select distinct 'image', path[len($2) + 1:] from (select unnest(images) as path from instance)
        where starts_with(path, $2)""",
        [place.first, place.prefix],
    )
    for rows in kept_objects(path, writer.arrow("select distinct key from own_key")["key"]):
        writer.register("kept_object", rows)
        writer.execute(
            'insert into named select null, "by", key, objects from kept_object semi join own_key using ("by", key)'
        )
    _annotate(writer, place)


def _make_named(writer: Writer) -> None:
    writer.execute('create or replace temp table named (entry integer, "by" varchar, key varchar, objects varchar[])')


def _annotate(writer: Writer, place: SourcePlace) -> None:
    """Insert the annotations of the table `named` that match an instance; `matched` says which do."""
    writer.execute(
        """
        create or replace temp table matched as
        with own as (select instance, id, images from instance where source = $1)
        select entry, instance, objects from named join own on key = (instance - $2)::varchar where "by" = 'position'
        union all
        select entry, instance, objects from named
        join (select distinct instance, unnest(images) as path from own) on $3 || key = path where "by" = 'image'
        union all
        select entry, instance, objects from named join own on key = id where "by" = 'id'""",
        [place.source, place.first, place.prefix],
    )
    writer.execute(
        "insert into annotation select distinct instance, object from ("
        "select instance, unnest(objects) as object from matched) "
        "anti join annotation using (instance, object) order by instance, object"
    )


def _count_oddities(writer: Writer, place: SourcePlace) -> dict[str, int]:
    counted = dict(
        writer.rows(
            """
            select kind, count(*) from instance_kind
            where kind in ('image_missing', 'image_address', 'image_empty', 'marker_mismatch',
                           'marker_spelled_otherwise', 'marker_placed', 'nobody_answers') and instance >= $1
            group by kind""",
            [place.first],
        )
    )
    repeated = writer.value("select count(id) - count(distinct id) from instance where source = $1", [place.source])
    return {**counted, "repeated_ids": int(repeated)}


def _refuse_if_none(report: IngestReport, count: int, writer: Writer, place: SourcePlace) -> None:
    if report.instances:
        return
    if not count:
        raise AdrError(f"{report.source} holds no records.", "Name a file with conversations in it.")
    if keys := _keys_of_one_object(report, count, writer):
        named = ", ".join(keys[:6]) + (" …" if len(keys) > 6 else "")
        reason, detail = writer.rows(
            "select reason, detail from rejected where position >= $1 order by position limit 1", [place.first]
        )[0]
        raise AdrError(
            f"{report.source} is one JSON object with {counted(len(keys), 'key')} ({named}), not a list of records"
            + (f", and its values are no conversations ({reason}: {detail})" if report.layout == "keyed" else "")
            + ".",
            'Write it as a list: [{"image": "a.jpg", "conversations": [{"from": "human", "value": "…"}, …]}, …].',
        )
    reason, detail, position = writer.rows(
        "select reason, detail, position - $1 from rejected where position >= $1 order by position limit 1",
        [place.first],
    )[0]
    most = ", ".join(f"{n:,} {word}" for word, n in report.rejected.items())
    said = (
        f"None of the {count:,} records of {report.source} is a conversation ({most}); record {position} is set aside"
    )
    if count == 1:
        said = f"The only record of {report.source} is no conversation and is set aside"
    raise AdrError(f"{said} as {reason}: {detail}", _MAP if reason == "no_conversation" else _SHAPE)


def _keys_of_one_object(report: IngestReport, count: int, writer: Writer) -> list[str]:
    """The keys of a file that holds a single JSON object, or holds records under keys; else none."""
    if (
        report.layout == "array"
        or (report.layout != "keyed" and count > 1)
        or [*report.rejected] != ["no_conversation"]
    ):
        return []
    records = Records(look_at(Path(report.source)))
    try:
        if report.layout == "keyed":
            return [str(json.loads(text).get("id")) for block in records for text in block.texts]
        found = json.loads(next(iter(records)).texts[0])
    except (ValueError, RecursionError, AttributeError):
        return []
    whole = isinstance(found, dict) and any(isinstance(value, dict | list) for value in found.values())
    return list(found) if whole else []  # with texts and numbers alone it is a record, of a form that is not known
