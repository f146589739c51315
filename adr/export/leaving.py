"""What leaves the workspace, in its order: the kept instances of a run, and the accepted candidates.

Knows nothing of formats and writes no files. A row is addressed by one number: an instance by its position, an accepted
candidate by its `candidate_row`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adr.conversation import MARKER
from adr.draws import draw_key, draws, epoch_seed
from adr.errors import AdrError
from adr.export.in_order import tables, windows
from adr.export.only import Only
from adr.image_folder import ImageFolder
from adr.markers import place_markers
from adr.names import inside
from adr.progress import let_pages_run
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace

# Below the image root of an export, for pictures of candidates; unlikely to be folders of the source.
SYNTHETIC_FOLDER = "adr-synthetic"
RESERVOIR_FOLDER = "adr-reservoir"
CANDIDATE_FOLDERS = (SYNTHETIC_FOLDER, RESERVOIR_FOLDER)
SHUFFLE_KEY = draw_key("shuffle", "")
CHUNK = 10_000
BEFORE_MIXTURE = -1  # in the place of an epoch: the rows of epoch 1 before the mixture

Turns = list[tuple[str, str]]  # (role, text); role is 'human', 'gpt', 'system' or 'tool'


@dataclass(frozen=True)
class Accepted:
    """An accepted candidate to be exported, with its conversation after the latest edit."""

    candidate: str
    image: Path | None  # its own picture, a file in the workspace; None when only the conversation is new
    images: tuple[str, ...]  # the paths in its row, below the image root: its own picture, or the parent's
    turns: Turns
    caption: str
    entities: tuple[int, ...]
    by: str  # 'person' or the name of the rule
    own_id: str | None = None  # of a row of the reservoir, as JSON text
    raw: str | None = (
        None  # the record of a row of the reservoir with its picture's new path; None when it has to be rewritten
    )
    retrieved: int | None = None  # position in the reservoir

    @property
    def name(self) -> str:
        """The name of its row where rows are files."""
        return f"adr-{self.candidate}"

    @property
    def id(self) -> str:
        """The id of its row, as JSON text."""
        return self.own_id or json.dumps(self.name)


@dataclass(slots=True)
class Exported:
    """One row of the exported dataset: an instance as it was read, or an accepted candidate."""

    place: int  # 0.. in the export
    source: int  # position in the source, or a `candidate_row`
    copy: int  # 1.., the number of this copy of a repeated instance
    id: str | None  # JSON text
    images: list[str]
    videos: list[str]
    turns: Turns
    raw: str | None  # the record as it was read; None for a candidate that was made, or when it was not requested
    repaired: bool = False  # whether `id` differs from the id in `raw`
    placed: bool = False  # whether `turns` have markers that `raw` lacks
    candidate: str = ""  # the name of a candidate's row

    @property
    def synthetic(self) -> bool:
        """Whether it is an accepted candidate."""
        return self.source < 0

    @property
    def key(self) -> str:
        """A name without dots: the position with nine digits, or the candidate's name."""
        return self.candidate if self.synthetic else f"{self.source:09d}"


@dataclass(frozen=True)
class Leaving:
    """Everything that an export writes, in its order."""

    run: int
    recipe: Recipe
    form: str  # of the source: 'llava', 'messages', or 'llava, messages'
    image_root: ImageFolder | None  # the folder of the source's pictures
    order: np.ndarray  # int32 per row: a position, or a `candidate_row`
    accepted: Sequence[Accepted]
    new_ids: dict[int, str] = field(default_factory=dict)  # place -> repaired id, as JSON text
    place_markers: bool = False  # whether rows get the markers that they lack
    epoch: int = (
        1  # whose rows these are, as in `kept_in`; 0: each instance that some epoch keeps, once; BEFORE_MIXTURE
    )
    only: Only | None = None  # what the rows are limited to
    placed: frozenset[int] = frozenset()  # positions whose turns got markers when they were read, which `raw` lacks

    @property
    def which(self) -> list[int]:
        """The run and the epoch, as parameters of a query on `kept_in`."""
        return [self.run, self.epoch]

    @property
    def counted(self) -> list[int]:
        """The same for counts of entities, which are those of the first epoch where all are written."""
        return [self.run, self.epoch or 1]

    @property
    def shuffled_by(self) -> int:
        """The seed by which the rows are shuffled."""
        return epoch_seed(self.recipe.seed, max(1, self.epoch))

    @property
    def instances(self) -> int:
        """Number of rows, including copies and candidates."""
        return len(self.order)

    @property
    def repeats(self) -> bool:
        """Whether a row may be there several times, by the keep rule or by the mixture."""
        return self.recipe.repeat > 1 or (self.recipe.mixture is not None and self.recipe.mixture.repeat > 1)

    @property
    def synthetic(self) -> int:
        """Number of rows that are candidates."""
        return int((self.order < 0).sum())

    @property
    def candidate_rows(self) -> list[int]:
        """The rows that are candidates, in order."""
        found: list[int] = self.order[self.order < 0].tolist()
        return found

    def candidate(self, row: int) -> Accepted:
        """The candidate of a row."""
        return self.accepted[candidate_row(row)]

    @property
    def with_image(self) -> list[int]:
        """The rows of candidates with their own image, in order."""
        return [row for row in self.candidate_rows if self.candidate(row).image]


def candidate_row(number: int) -> int:
    """The row of the accepted candidate `number` (from 0), which is below every position; also the inverse."""
    return -1 - number


def leaving(
    store: Store,
    workspace: Workspace,
    run: int,
    *,
    order: str = "source",
    synthetic: str = "run",
    accept_above: float | None = None,
    epoch: int = 1,
) -> Leaving:
    """The rows that a run keeps and the accepted candidates, in export order.

    order: 'source' (the source's order, then candidates) or 'shuffled' (all together, by the recipe's seed).
    synthetic: candidates planned from this 'run', from 'all' runs, or 'none'. accept_above: the recipe's rule, which
    accepts the best candidate of a slot when nobody has judged it, it has been compared and has no flags, and its score
    is at least this. epoch: as in `Leaving`.
    """
    found = store.row("select recipe from run where run = $1", [run])
    if found is None:
        listed = [str(number) for (number,) in store.rows("select run from run order by run")]
        raise AdrError(
            f"There is no run {run}.",
            f"Runs: {', '.join(listed)}." if listed else "Apply a recipe on the Rebalance page first.",
        )
    recipe = Recipe.from_toml(found[0], f"the recipe of run {run}")
    form = _form(store)
    if order not in ("source", "shuffled"):
        raise AdrError(f"There is no order {order!r}.", "Choose source or shuffled.")
    accepted = _accepted(store, workspace, run, synthetic, accept_above)
    placed = frozenset(n for (n,) in store.rows("select instance from oddity where kind = 'marker_placed'"))
    none = np.empty(0, dtype=np.int32)
    leave = Leaving(run, recipe, form, ImageFolder.of(store), none, accepted, placed=placed)
    return of_epoch(store, leave, epoch, order)


def of_epoch(store: Store, leave: Leaving, epoch: int, order: str) -> Leaving:
    """The rows of an epoch of the same run, with the same candidates; ids are not repaired."""
    kept = store.arrays(
        "select instance, copies from kept_in where run = $1 and epoch = $2 order by instance", [leave.run, epoch]
    )
    positions = np.repeat(np.asarray(kept["instance"], dtype=np.int32), np.asarray(kept["copies"]))
    candidates = np.array([candidate_row(number) for number in range(len(leave.accepted))], dtype=np.int32)
    rows = np.concatenate([positions, candidates])
    made = replace(leave, order=rows, epoch=epoch, new_ids={})
    if order == "shuffled":
        made = replace(made, order=rows[_shuffle(len(rows), made.shuffled_by)])
    return made


def _form(store: Store) -> str:
    """The form of all sources; the forms in order where they differ."""
    listed = {
        one for (form,) in store.rows("select distinct form from source") for one in (form or "llava").split(", ")
    }
    return ", ".join(sorted(listed)) or "llava"


def batches(
    store: Store, leave: Leaving, *, turns: bool = False, raw: bool = True, size: int = CHUNK
) -> Iterator[list[Exported]]:
    """The rows in lists of at most `size`, in order, with bounded memory. turns, raw: whether these are looked up."""
    turns = turns or leave.place_markers or bool(leave.placed)
    columns = ["i.id", "i.images", "i.videos"] + (["i.turns"] if turns else []) + (["i.raw"] if raw else [])
    copies = _copy_numbers(leave) if leave.repeats else None
    for start, table in tables(store, leave.order, columns, windows(len(leave.order), size)):
        part = leave.order[start : start + size]
        ids = table.column("id").to_pylist()
        images = table.column("images").to_pylist()
        videos = table.column("videos").to_pylist()
        spoken = _turns(table.column("turns")) if "turns" in table.column_names else [[]] * len(ids)
        raws = table.column("raw").to_pylist() if raw else [None] * len(ids)
        made: list[Exported] = []
        at = 0
        for place, source in enumerate(part.tolist(), start):
            if source < 0:
                one = leave.candidate(source)
                made.append(
                    Exported(place, source, 1, one.id, list(one.images), [], one.turns, one.raw, candidate=one.name)
                )
                continue
            copy = 1 if copies is None else int(copies[place])
            made.append(Exported(place, source, copy, ids[at], images[at], videos[at] or [], spoken[at], raws[at]))
            at += 1
        if leave.new_ids:
            for row in made:
                if row.place in leave.new_ids:
                    row.id, row.repaired = leave.new_ids[row.place], True
        for row in made:
            row.placed = row.source in leave.placed
            if leave.place_markers:
                _mark(row)
        yield made
        let_pages_run()


def _copy_numbers(leave: Leaving) -> np.ndarray:
    """The number of each row among those of the same instance, from 1: int16."""
    by_source = np.argsort(leave.order, kind="stable")
    ordered = leave.order[by_source]
    begins = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    lengths = np.diff(begins, append=len(ordered))
    numbers = np.empty(len(ordered), dtype=np.int16)
    numbers[by_source] = np.arange(len(ordered)) - np.repeat(begins, lengths) + 1
    return numbers


def _mark(row: Exported) -> None:
    """Give a row the markers that it lacks."""
    marked = place_markers(row.turns, len(row.images), len(row.videos))
    row.placed = row.placed or marked != row.turns
    row.turns = marked


def _turns(column: pa.ChunkedArray) -> list[Turns]:
    lists = column.combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_pylist()
    flat = lists.flatten()
    said = list(zip(flat.field("role").to_pylist(), flat.field("text").to_pylist(), strict=True))
    made, at = [], 0
    for length in lengths:
        made.append(said[at : at + length])
        at += length
    return made


def _shuffle(count: int, seed: int) -> np.ndarray:
    """A permutation of `count` rows, the same on every machine: rows sorted by the draw of (seed, place)."""
    return np.argsort(draws(seed, SHUFFLE_KEY, np.arange(count)), kind="stable")


def rule_name(accept_above: float) -> str:
    """The name, in the manifest, of the recipe's rule that accepts candidates nobody has seen."""
    return f"recipe: score >= {accept_above:g}, best of its slot, no flags, judged by nobody"


def _accepted(
    store: Store, workspace: Workspace, run: int, synthetic: str, accept_above: float | None
) -> list[Accepted]:
    if synthetic not in ("run", "all", "none"):
        raise AdrError(f"There is no choice {synthetic!r} of synthetic rows.", "Choose run, all or none.")
    if synthetic == "none":
        return []
    if accept_above is not None and not (isinstance(accept_above, int | float) and 0 <= accept_above <= 1):
        raise AdrError(f"accept_above is {accept_above!r}.", "Give a score from 0 to 1.")
    found = store.rows(
        """
        with edit as (
            select candidate, arg_max(turns, verdict) as turns from verdict
            where judgement = 'edit'
              and verdict not in (select undoes from verdict where judgement = 'undo' and undoes is not null)
            group by candidate
        )
        select c.candidate, c.image, i.images, coalesce(e.turns, c.turns), c.caption, c.entities,
               case when v.judgement = 'accept' then coalesce(v.rule, 'person') end,
               c.retrieved, e.turns is not null, case when c.retrieved is not null then c.model end
        from candidate c
        left join instance i on c.image is null and i.instance = c.parent
        left join current_verdict v using (candidate)
        left join edit e using (candidate)
        join plan p using (plan)
        where ($1 = 'all' or p.run = $2)
          and (v.judgement = 'accept'
               or (v.judgement is null and c.chosen and coalesce(len(c.flags), 0) = 0 and c.score >= $3
                   and (c.image is null or c.perceptual_distance is not null)))
        order by c.plan, c.slot, c.alternative, c.candidate
        """,
        [synthetic, run, 2.0 if accept_above is None else float(accept_above)],
    )
    rule = rule_name(accept_above) if accept_above is not None else ""
    rows = _rows_of_reservoir(store, {row[-1] for row in found}, [row[-3] for row in found if row[-3] is not None])
    made = []
    for candidate, image, parents, turns, caption, entities, by, retrieved, edited, _ in found:
        said = [(turn["role"], turn["text"]) for turn in turns or []]
        folder = SYNTHETIC_FOLDER if retrieved is None else RESERVOIR_FOLDER
        names = (f"{folder}/{candidate}{Path(image).suffix.lower()}",) if image else tuple(parents or ())
        own_id, raw, path = rows.get(retrieved, (None, None, ""))
        made.append(
            Accepted(
                candidate,
                inside(workspace.folder, image) if image else None,
                names,
                _marked(said) if image else said,
                caption or "",
                tuple(entities or ()),
                by or rule,
                own_id,
                None if raw is None or edited or _marked(said) != said else _moved(raw, path, names[0]),
                retrieved,
            )
        )
    return made


def _rows_of_reservoir(
    store: Store, reservoirs: set[str | None], positions: Sequence[int]
) -> dict[int | None, tuple[str | None, str | None, str]]:
    """{position in the reservoir: (id, record, path of its picture)}. The record is None where the reservoir has
    another form than the dataset, whose form an export has; AdrError when a row is not of the present reservoir."""
    if not positions:
        return {}
    present = store.value("select name || ' ' || sha256[:12] from reservoir")
    if reservoirs - {None, present}:
        raise AdrError(
            "Accepted rows were retrieved from a reservoir that is not there any more.",
            "Read that file again as the reservoir (`ingest FILE --reservoir --replace`), or export without them.",
        )
    same = "exists (select 1 from reservoir r join source s on s.form = r.form)"
    return {
        position: (own_id, raw, path)
        for position, own_id, raw, path in store.rows(
            f"""
            select instance, id, case when {same} then raw end, images[1] from reservoir_instance
            where instance in (select unnest($1::integer[]))""",
            [list(positions)],
        )
    }


def _moved(raw: str, path: str, name: str) -> str | None:
    """The record with `name` in place of its picture's path; None when the path is not where records have it."""
    record = json.loads(raw)
    for key in ("image", "images"):
        if record.get(key) == path:
            record[key] = name
            return dumps(record)
        if record.get(key) == [path]:
            record[key] = [name]
            return dumps(record)
    return None


def _marked(turns: Turns) -> Turns:
    """The conversation with exactly one image marker: before the first human turn where it has none."""
    if any(MARKER in text for _, text in turns):
        return turns
    for n, (role, text) in enumerate(turns):
        if role == "human":
            return [*turns[:n], (role, f"{MARKER}\n{text}"), *turns[n + 1 :]]
    return turns


def dumps(value: Any) -> str:
    """JSON on one line, with non-ASCII letters as they are; only what UTF-8 cannot encode is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return text if _encodable(text) else json.dumps(value)


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, which the source has as an escape
        return False
    return True


def one_line(raw: str) -> str:
    """A record as it was read, on one line. JSON has line ends between tokens only, so its content stays the same."""
    return raw.replace("\r", " ").replace("\n", " ") if "\n" in raw or "\r" in raw else raw
