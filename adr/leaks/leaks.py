"""Compares benchmarks with the dataset and with every synthetic picture and conversation.

Writes `leak` and `leaks_made`; a person judges what was found (`adr.leaks.judging`).
"""

import hashlib
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from adr.embed.hash_folder import HashFolder
from adr.errors import AdrError
from adr.feature_folder import FeatureFolder
from adr.files import whole_file
from adr.image_folder import ImageFolder
from adr.leaks.benchmark import Benchmark, read_benchmark
from adr.leaks.looks import overlaid_pictures
from adr.leaks.passages import passages, questions_of
from adr.leaks.pictures import Ours, same_pictures
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.settings import setting
from adr.small_images import NotAPicture, small_image
from adr.store import Store, Writer
from adr.workspace import Workspace

SHOWN = 512
"""Longer side of the copies that are kept of a benchmark's pictures."""
_LONGEST = 2_000  # characters that are kept of a question
_MADE = """
    insert into leaks_made
    select $1, (select list(images order by source) from source), now() at time zone 'UTC'"""
_ASKED = """
    select name, first(array_to_string(list_transform(list_filter(
        turns, lambda turn: turn.role = 'human'), lambda turn: coalesce(turn.text, '')), ' ') order by instance)
    from (select instance, turns, unnest(images) as name from instance) group by name"""
_QUESTION = """
    select instance, array_to_string(list_transform(list_filter(
        turns, lambda turn: turn.role = 'human'), lambda turn: coalesce(turn.text, '')), ' ')
    from instance where instance in (select unnest($1::integer[]))"""


@dataclass(frozen=True)
class ComparedBenchmark:
    """pictures, missing: of the benchmark, on disk and not; questions: its rows; short: those that are not compared,
    having fewer than 13 words or nothing but its prompt; pictures_found, questions_found: those that were found."""

    name: str
    pictures: int
    missing: int
    questions: int
    short: int
    pictures_found: int
    questions_found: int


@dataclass(frozen=True)
class LeaksReport:
    """What `find_leaks` found. pictures: of the dataset and of candidates, on disk, that were compared; looks: whether
    by what a model sees, too; leaks: pairs of something of a benchmark and what has it; instances, candidates: that
    have one or more of them."""

    benchmarks: tuple[ComparedBenchmark, ...]
    pictures: int
    looks: bool
    leaks: int
    instances: int
    candidates: int
    seconds: float


@dataclass(frozen=True)
class Leak:
    """A row of the table `leak` without its number and mark."""

    benchmark: str
    item: str
    kind: str
    how: str
    likeness: float
    path: str | None
    instance: int | None
    candidate: str | None
    question: str | None
    shown: str | None

    @property
    def mark(self) -> str:
        """What stays the same when it is found again."""
        text = "\0".join(map(str, (self.benchmark, self.kind, self.item, self.path, self.instance, self.candidate)))
        return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=12).hexdigest()


def find_leaks(
    store: Store, workspace: Workspace, against: Sequence[Path], images: Path | None = None, progress: Progress = silent
) -> LeaksReport:
    """Compare the benchmarks with the dataset and write what was found in place of what was there; judgements stay.

    images: the folder that the image paths of benchmark files start from; by default each file's own. AdrError when
    there is no dataset or a benchmark cannot be read. When `progress` raises Cancelled, nothing is written.
    """
    started = time.monotonic()
    if not store.value("select count(*) from instance"):
        raise AdrError("There is no dataset in this workspace.", "Ingest one first.")
    ours = _our_pictures(store, workspace)
    copies = workspace.leaks.with_name(f"{workspace.leaks.name}.unfinished")
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir()
    found: list[Leak] = []
    compared = []
    for path in against:
        with read_benchmark(path, images, progress) as benchmark:
            pictures = _by_picture(workspace, benchmark, ours, copies, progress)
            texts, short = _by_text(store, benchmark, progress)
            compared.append(_compared(benchmark, pictures, texts, short))
            found += pictures + texts
    with store.atomic() as writer:
        _write(writer, found)
        report = LeaksReport(
            tuple(compared),
            len(ours),
            FeatureFolder.of(workspace.features, setting("ADR_SCORER_MODEL")).read() is not None,
            len(found),
            int(writer.value("select count(distinct instance) from leaked_instance")),
            len({one.candidate for one in found if one.candidate}),
            round(time.monotonic() - started, 2),
        )
        writer.execute("delete from leaks_made")
        writer.execute(_MADE, [to_json(report)])
    shutil.rmtree(workspace.leaks, ignore_errors=True)
    copies.rename(workspace.leaks)
    return report


def leaks_report(store: Store) -> LeaksReport | None:
    """The report of `find_leaks` on the present sources; None when it has not run since they changed."""
    text = store.value("select report from leaks_in_force")
    return from_json(LeaksReport, text) if text else None


def _our_pictures(store: Store, workspace: Workspace) -> dict[Ours, Path]:
    """The files of the source pictures and of the candidates' own pictures that are on disk."""
    folder = ImageFolder.of(store)
    paths = [path for (path,) in store.rows("select distinct unnest(images) as path from instance order by path")]
    ours: dict[Ours, Path] = {("path", path): file for path in paths if folder and (file := folder.file(path))}
    for candidate, image in store.rows("select candidate, image from candidate where image is not null order by 1"):
        if (file := workspace.folder / image).is_file():
            ours["candidate", candidate] = file
    return ours


def _by_picture(
    workspace: Workspace, benchmark: Benchmark, ours: Mapping[Ours, Path], copies: Path, progress: Progress
) -> list[Leak]:
    pairs = same_pictures(HashFolder(workspace.hashes), benchmark.pictures, ours, progress)
    known = {(pair.item, pair.ours) for pair in pairs}
    looks = overlaid_pictures(workspace, setting("ADR_SCORER_MODEL"), benchmark.pictures, ours, progress)
    pairs += [pair for pair in looks or () if (pair.item, pair.ours) not in known]
    asked = dict(benchmark.rows.rows(_ASKED)) if pairs else {}
    shown = {item: _copied(benchmark.pictures[item], copies) for item in sorted({pair.item for pair in pairs})}
    return [
        Leak(
            benchmark.name,
            pair.item,
            "picture",
            pair.how,
            pair.likeness,
            pair.ours[1] if pair.ours[0] == "path" else None,
            None,
            pair.ours[1] if pair.ours[0] == "candidate" else None,
            _short(asked.get(pair.item)),
            shown[pair.item],
        )
        for pair in pairs
    ]


def _copied(picture: Path, copies: Path) -> str | None:
    """Where the small copy of a benchmark's picture will lie below the workspace; None when it cannot be read."""
    name = f"{hashlib.blake2b(str(picture).encode(errors='surrogateescape'), digest_size=12).hexdigest()}.webp"
    try:
        small = small_image(picture, SHOWN)
    except (OSError, NotAPicture):
        return None
    with whole_file(copies / name) as partial:
        small.save(partial, "WEBP", quality=82, method=2)
    return f"{copies.name.removesuffix('.unfinished')}/{name}"


def _by_text(store: Store, benchmark: Benchmark, progress: Progress) -> tuple[list[Leak], int]:
    """(the leaks by text, how many questions are too short to be compared)."""
    questions = questions_of(benchmark.rows)
    found = passages(store, questions, progress) if questions.compared else []
    texts = dict(benchmark.rows.rows(_QUESTION, [sorted({one.question for one in found})]))
    leaks = [
        Leak(
            benchmark.name,
            str(one.question),
            "text",
            "shingles",
            one.share,
            None,
            one.row if isinstance(one.row, int) else None,
            one.row if isinstance(one.row, str) else None,
            _short(texts[one.question]),
            None,
        )
        for one in found
    ]
    return leaks, len(questions.rows) - questions.compared


def _compared(benchmark: Benchmark, pictures: list[Leak], texts: list[Leak], short: int) -> ComparedBenchmark:
    return ComparedBenchmark(
        benchmark.name,
        len(benchmark.pictures),
        benchmark.missing,
        int(benchmark.rows.value("select count(*) from instance")),
        short,
        len({one.item for one in pictures}),
        len({one.item for one in texts}),
    )


def _short(text: str | None) -> str | None:
    return " ".join(text.replace("<image>", " ").split())[:_LONGEST] if text else None


def _write(writer: Writer, found: Sequence[Leak]) -> None:
    columns = {
        "leak": pa.array(range(1, len(found) + 1), pa.int32()),
        "mark": pa.array([one.mark for one in found], pa.string()),
        "likeness": pa.array([one.likeness for one in found], pa.float32()),
        "instance": pa.array([one.instance for one in found], pa.int32()),
    }
    for name in ("benchmark", "item", "kind", "how", "path", "candidate", "question", "shown"):
        columns[name] = pa.array([getattr(one, name) for one in found], pa.string())
    writer.register("found_leak", pa.table(columns))
    writer.execute("delete from leak")
    writer.execute("insert into leak by name select * from found_leak")
