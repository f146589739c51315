"""Which perspectives an index has beside the paper's four: rows of the table `perspective`, added to an index and taken
from it without making the rest anew."""

import json
import time
from collections.abc import Iterable
from dataclasses import replace

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.index.perspectives.reading import postings_of
from adr.index.postings import write
from adr.index.renumber import remember, renumber
from adr.index.report import IndexReport, index_report
from adr.index.spill import spilled
from adr.perspectives import PAPER_NAMES, in_order, indexed, perspective_of
from adr.progress import Progress, silent
from adr.report import to_json
from adr.store import Store, Writer

_NUMBERS = 256


def beside(names: Iterable[str]) -> tuple[str, ...]:
    """The names without the paper's four, in order and without repeats; AdrError for a name that is not known."""
    return tuple(perspective_of(name).name for name in in_order(names) if name not in PAPER_NAMES)


def change_perspectives(
    store: Store, wanted: Iterable[str], *, again: Iterable[str] = (), progress: Progress = silent
) -> IndexReport:
    """Make the perspectives beside the paper's four exactly `wanted`: those that are new are read, those that are not
    wanted go with their postings, and everything else stays. Runs that another perspective decided stay as they are.

    again: of those wanted, the ones that are read anew although the index has them.
    AdrError when there is no index of the dataset, when a name is not known, or when a package's function fails.
    """
    started, report = time.monotonic(), index_report(store)
    if report is None:
        raise AdrError("There is no index of this dataset.", "Build the index first.")
    now = beside(wanted)
    had, stay = beside(indexed(store)), {*now} - {*again}
    images = ImageFolder.of(store)
    with spilled(store.folder) as collected, store.atomic() as writer:
        remember(writer)
        for name in (name for name in had if name not in stay):
            writer.execute("delete from posting where perspective = perspective_number($1)", [name])
            writer.execute("delete from entity where perspective = perspective_number($1)", [name])
        placed = place(writer, now)
        new = [name for name in placed if name not in had or name not in stay]
        read = postings_of(writer, images, new, progress, collected)
        found = {name: write(writer, name, postings)[0] for name, postings in read.items()}
        renumber(writer)
        counts = dict(writer.rows("select perspective_name(perspective), count(*) from entity group by perspective"))
        every = [*PAPER_NAMES, *placed]
        report = replace(
            report,
            postings={p: found.get(p, report.postings.get(p, 0)) for p in every},
            entities={p: int(counts.get(p, 0)) for p in every},
            seconds=round(time.monotonic() - started, 2),
        )
        _record(writer, now, report)
    return report


def place(writer: Writer, names: Iterable[str]) -> tuple[str, ...]:
    """Give these perspectives rows, and mark them as those that the index has beside the paper's four. Returns them in
    the order of their numbers, in which their entities are to be written."""
    writer.execute("update perspective set indexed = false where number >= $1", [len(PAPER_NAMES)])
    numbers = {name: number for number, name in writer.rows("select number, name from perspective")}
    for name in names:
        row = perspective_of(name)
        number = numbers.setdefault(name, max(numbers.values()) + 1)
        if number >= _NUMBERS:
            raise AdrError(
                f"This workspace has had {len(numbers):,} perspectives, which is as many as it can tell apart.",
                "Ingest the dataset into a new workspace.",
            )
        writer.execute("delete from perspective where number = $1", [number])
        writer.execute(
            "insert into perspective values ($1, $2, $3, $4, $5, $6, $7, $8, true)",
            [number, name, row.title, row.sentence, row.read_from, row.tail_share, row.votes, row.several],
        )
    return tuple(sorted(names, key=numbers.__getitem__))


def _record(writer: Writer, now: tuple[str, ...], report: IndexReport) -> None:
    asked, options = writer.rows("select asked, options from index_made")[0]
    given = {**json.loads(asked), "perspectives": now}
    if not now:
        del given["perspectives"]
    writer.execute(
        "update index_made set asked = $1, options = $2, report = $3, indexed_at = now() at time zone 'UTC'",
        [json.dumps(given), json.dumps({**json.loads(options), "perspectives": now}), to_json(report)],
    )
