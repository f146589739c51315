"""Finds what a trainer would stumble over, before anything is written. Errors block an export, warnings do not.

Takes the rules of a format as data (`Rules`) and writes nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from adr.conversation import ADDRESS, FAULTS, MARKER
from adr.export.leaving import Accepted, Leaving, candidate_row
from adr.image_folder import ImageFolder
from adr.progress import Progress, let_pages_run, silent
from adr.store import Store

STRETCH = 50_000  # instances per SQL statement

EXAMPLES = 5
OPENED = 5_000  # source pictures that lint opens; those that are copied or packed are all read anyway


@dataclass(frozen=True)
class Rules:
    """What a trainer's loader insists on; breaking anything else is only a warning."""

    markers_equal_images: bool = True  # if not, too few markers are a warning (the picture is not used)
    marker_in_answer: bool = True  # whether an answer may hold a marker
    system_turn: bool = True  # whether a system turn may come first
    tool_turns: bool = False  # whether there may be tool turns
    one_schema: bool = False  # whether all rows must have the same keys and id type
    carries_ids: bool = True  # whether the rows hold ids at all
    ids_as_text: bool = False  # whether all ids are written as text
    conversation: bool = True  # whether the rows hold conversations (not in selection and captions)


@dataclass(frozen=True)
class Finding:
    """One kind of fault: how many rows have it, and the first few of them."""

    kind: str
    level: str  # 'error' or 'warning'
    sentence: str
    rows: int
    examples: tuple[str, ...]  # "instance 12: ..." or "candidate p1-00003-0: ..."


@dataclass(frozen=True)
class Lint:
    """All findings, errors first, and the rows that an export could leave out to avoid the errors."""

    findings: tuple[Finding, ...]
    faulty: frozenset[int]  # rows that have an error

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that block the export."""
        return tuple(f for f in self.findings if f.level == "error")


def lint(
    store: Store,
    leave: Leaving,
    rules: Rules,
    *,
    verbatim: bool,
    images: str = "reference",
    progress: Progress = silent,
) -> Lint:
    """Every fault in the rows to be exported. verbatim: records are written as they were read; images: where the
    pictures of the rows will be (`work.IMAGES`)."""
    progress(0, 4, "Checking conversations")
    found = _Findings()
    if rules.conversation:
        _instances(store, leave, rules, found, progress)
        for j, one in enumerate(leave.accepted):
            _candidate(j, one, rules, found)
    progress(1, 4, "Checking pictures")
    if rules.conversation:
        _source_images(store, leave, images, found, progress)
    _synthetic_images(leave, found)
    progress(2, 4, "Checking ids and keys")
    if rules.carries_ids or (verbatim and rules.conversation):
        _ids(store, leave, rules, found)
    if rules.conversation:
        _keys(store, leave, rules, verbatim, found)
    if not leave.instances:
        found.add("nothing_to_write", "warning", {}, count=1)
    progress(4, 4, "Checked")
    return found.lint()


class _Findings:
    """Collects faults by kind, in the order of `SENTENCES`."""

    def __init__(self) -> None:
        self.levels: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[str]] = {}
        self.faulty: set[int] = set()

    def add(self, kind: str, level: str, rows: Mapping[int, str], count: int | None = None, own: bool = True) -> None:
        """Add one kind. rows: {row: its text as an example}; own: whether leaving these rows out removes the fault."""
        total = len(rows) if count is None else count
        if not total:
            return
        self.levels[kind] = "error" if "error" in (level, self.levels.get(kind)) else level
        self.counts[kind] = self.counts.get(kind, 0) + total
        shown = self.examples.setdefault(kind, [])
        shown += list(islice(rows.values(), max(0, EXAMPLES - len(shown))))
        if level == "error" and own:
            self.faulty.update(rows)

    def lint(self) -> Lint:
        order = sorted(self.counts, key=lambda kind: (self.levels[kind] != "error", list(SENTENCES).index(kind)))
        return Lint(
            tuple(
                Finding(kind, self.levels[kind], SENTENCES[kind], self.counts[kind], tuple(self.examples[kind]))
                for kind in order
            ),
            frozenset(self.faulty),
        )


SENTENCES = {
    **{
        kind: FAULTS[kind]
        for kind in (
            "no_turns",
            "empty_turn",
            "turns_do_not_alternate",
            "no_answer",
            "system_turn",
            "tool_turn",
            "too_many_markers",
            "too_few_markers",
            "marker_in_answer",
        )
    },
    "image_missing": "A picture is not on disk.",
    "image_unreadable": "A picture cannot be opened.",
    "images_not_checked": "The dataset was read without an image folder, so its pictures were not checked.",
    "image_address": "A picture is a web address or data, not a file; most trainers read only files.",
    "images_sampled": f"Only {OPENED:,} of the source pictures, evenly spread, were opened to check them.",
    "repeated_ids": "Some ids occur in more than one row (repair them if your tools join by id).",
    "mixed_ids": "Some ids are numbers and some are text; readers that infer a schema refuse that.",
    "keys_differ": "The rows do not all have the same keys; readers that infer a schema may refuse that.",
    "keys_left_out": "The source has keys that this format has no place for; they are left out.",
    "nothing_to_write": "No instance is kept and no candidate is accepted.",
}

# One row per instance with the rules its turns break. In SQL, because 665,298 conversations take 4 s that way and
# minutes in Python. `body` is the conversation without a leading system turn.
_CHECKS = """
    with body as (
        select i.instance, len(i.images) as images, turns,
               case when turns[1].role = 'system' then turns[2:] else turns end as body
        from instance i join decision d using (instance)
        where d.run = $run and d.kept and i.instance between $low and $high
    )
    select instance, images,
           coalesce(len(turns), 0) = 0 as no_turns,
           len(list_filter(turns, lambda t: trim(t.text, E' \\t\\r\\n') = '')) > 0 as empty_turn,
           turns[1].role = 'system' as system_turn,
           len(list_filter(turns, lambda t: t.role = 'tool')) > 0 as tool_turn,
           len(list_filter(list_transform(
               list_filter(body, lambda t: t.role != 'tool'),
               lambda t, n: case when n % 2 = 1 then t.role != 'human' else t.role != 'gpt' end),
               lambda wrong: wrong)) > 0 as turns_do_not_alternate,
           coalesce(turns[-1].role != 'gpt', true) as no_answer,
           markers(turns) as markers,
           len(list_filter(turns, lambda t: t.role = 'gpt' and contains(t.text, '<image>'))) > 0 as marker_in_answer
    from body
"""

_FAULTS = f"""
    select instance, images, markers, no_turns, empty_turn, not no_turns and turns_do_not_alternate
           as turns_do_not_alternate, not no_turns and no_answer and not turns_do_not_alternate as no_answer,
           system_turn, tool_turn, markers > images as too_many_markers, markers < images as too_few_markers,
           marker_in_answer
    from ({_CHECKS})
    where no_turns or empty_turn or turns_do_not_alternate or no_answer or system_turn or tool_turn
          or markers != images or marker_in_answer
    order by instance
    """


def _instances(store: Store, leave: Leaving, rules: Rules, found: _Findings, progress: Progress) -> None:
    """Faults in the conversations of kept instances, one stretch of the table at a time, which allows a cancel."""
    levels = {
        "no_turns": "error",
        "empty_turn": "error",
        "turns_do_not_alternate": "error",
        "no_answer": "error",
        "system_turn": None if rules.system_turn else "error",
        "tool_turn": None if rules.tool_turns else "error",
        "too_many_markers": "error",
        "too_few_markers": "error" if rules.markers_equal_images else "warning",
        "marker_in_answer": None if rules.marker_in_answer else "error",
    }
    last = int(leave.order.max()) if len(leave.order) else -1
    parts = []
    for low in range(0, last + 1, STRETCH):
        progress(low, last + 1, "Checking conversations")
        parts.append(store.frame(_FAULTS, {"run": leave.run, "low": low, "high": low + STRETCH - 1}))
    if not parts:
        return
    faults = pd.concat(parts, ignore_index=True)
    counts = {
        int(row): (int(m), int(p))
        for row, m, p in zip(faults["instance"], faults["markers"], faults["images"], strict=True)
    }
    copies = _copies(leave)
    for kind, level in levels.items():
        if level is None:
            continue
        rows = [int(row) for row in faults["instance"][faults[kind].fillna(False).astype(bool)]]
        said = {
            row: f"instance {row}: {counts[row][0]} markers, {counts[row][1]} pictures"
            if kind.endswith("markers")
            else f"instance {row}"
            for row in rows
        }
        found.add(kind, level, said, count=sum(copies.get(row, 1) for row in rows))


def _candidate(j: int, one: Accepted, rules: Rules, found: _Findings) -> None:
    """Faults in one candidate's conversation, by the same rules."""
    roles = [role for role, _ in one.turns]
    body = [role for role in (roles[1:] if roles[:1] == ["system"] else roles) if role != "tool"]
    markers = sum(text.count(MARKER) for _, text in one.turns)

    def fault(kind: str, holds: bool, level: str = "error") -> None:
        if holds:
            found.add(kind, level, {candidate_row(j): f"candidate {one.candidate}"})

    fault("no_turns", not one.turns)
    fault("empty_turn", any(not text.strip() for _, text in one.turns))
    wrong = any(role != ("human", "gpt")[n % 2] for n, role in enumerate(body))
    fault("turns_do_not_alternate", wrong)
    fault("no_answer", bool(roles) and roles[-1] != "gpt" and not wrong)
    fault("system_turn", roles[:1] == ["system"] and not rules.system_turn)
    fault("tool_turn", "tool" in roles and not rules.tool_turns)
    fault("too_many_markers", markers > len(one.images))
    fault(
        "too_few_markers",
        markers < len(one.images) and bool(one.turns),
        "error" if rules.markers_equal_images else "warning",
    )
    fault(
        "marker_in_answer",
        not rules.marker_in_answer and any(role == "gpt" and MARKER in text for role, text in one.turns),
    )


def _source_images(store: Store, leave: Leaving, images: str, found: _Findings, progress: Progress) -> None:
    """Pictures that were missing when the source was read, and pictures of a spread sample that cannot be opened."""
    if not len(leave.order) or int(leave.order.max()) < 0:
        return
    if leave.image_root is None:
        with_image = store.value(
            """
            select count(*) from instance i join decision d using (instance)
            where run = $1 and kept and len(images) > 0
            """,
            [leave.run],
        )
        found.add("images_not_checked", "warning", {}, count=int(with_image))
        return
    root = leave.image_root
    missing = store.rows(
        """
        select i.instance, images from instance i join decision d using (instance)
        where run = $1 and kept and len(images) > 0 and missing > 0 order by i.instance
        """,
        [leave.run],
    )
    gone = {
        row: f"instance {row}: {_first_missing(root, names)}"
        for row, names in missing
        if not all(ADDRESS.match(name) for name in names)
    }
    kept = store.arrays(
        """
        select i.instance from instance i join decision d using (instance)
        where run = $1 and kept and len(images) > 0 and missing = 0 order by i.instance
        """,
        [leave.run],
    )["instance"]
    picked = kept if len(kept) <= OPENED else kept[np.linspace(0, len(kept) - 1, OPENED).astype(np.int64)]
    if len(picked) < len(kept):
        found.add("images_sampled", "warning", {}, count=len(kept))
    broken: dict[int, str] = {}
    looked = store.rows(
        "select instance, images from instance where instance in (select unnest($1::integer[])) order by instance",
        [picked.tolist()],
    )
    addresses: dict[int, str] = {}
    for n, (row, names) in enumerate(looked):
        if n % 100 == 0:
            progress(n, len(looked), "Opening pictures")
            let_pages_run()
        for name in names:
            if ADDRESS.match(name):
                addresses[row] = f"instance {row}: {name[:80]}"
            elif not (file := root.file(name)):
                gone[row] = f"instance {row}: {name}"
            elif not opens(file):
                broken[row] = f"instance {row}: {name}"
    found.add("image_missing", "error", gone)
    found.add("image_unreadable", "error", broken)
    found.add("image_address", "warning" if images == "reference" else "error", addresses)


def _first_missing(root: ImageFolder, images: list[str]) -> str:
    return next((name for name in images if not root.file(name)), images[0])


def _synthetic_images(leave: Leaving, found: _Findings) -> None:
    """Pictures of candidates: their own, or the parent's where only the conversation is new."""
    for j, one in enumerate(leave.accepted):
        said = {candidate_row(j): f"candidate {one.candidate}"}
        if one.image is None and leave.image_root is None:
            continue
        root = leave.image_root or ImageFolder(Path())
        for path in [one.image] if one.image else [root.file(name) for name in one.images if not ADDRESS.match(name)]:
            if path is None or not path.is_file():
                found.add("image_missing", "error", said)
            elif not opens(path):
                found.add("image_unreadable", "error", said)


def opens(path: Path) -> bool:
    """Whether a picture's header can be read."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            return image.size[0] > 0 and image.size[1] > 0
    except Exception:  # PIL raises many kinds of exceptions for broken files, which all mean the same here
        return False


def _ids(store: Store, leave: Leaving, rules: Rules, found: _Findings) -> None:
    """Ids that repeat (including copies), and ids of mixed types."""
    kept = "instance i join decision d using (instance) where d.run = $1 and d.kept"
    repeated = store.rows(
        f"""
        select trim(id, '"') as id, sum(copies) as rows, min(i.instance) as first
        from {kept} and id is not null group by all having sum(copies) > 1 order by first
        """,
        [leave.run],
    )
    if not leave.new_ids:
        found.add(
            "repeated_ids",
            "warning",
            {first: f"id {name}: {rows} rows, first instance {first}" for name, rows, first in repeated},
            count=sum(int(rows) for _, rows, _ in repeated),
        )
    kinds = store.rows(
        f"""
        select case when starts_with(id, '"') then 'text' else 'number' end as kind, count(*)
        from {kept} and id is not null group by kind order by kind
        """,
        [leave.run],
    )
    text = sum(leave.candidate(row).id.startswith('"') for row in leave.candidate_rows)
    if text and rules.carries_ids and [kind for kind, _ in kinds] == ["number"]:
        kinds.append(("text", text))
    if len(kinds) > 1 and not rules.ids_as_text:
        least = min(kinds, key=lambda item: item[1])
        found.add(
            "mixed_ids",
            "error" if rules.one_schema else "warning",
            dict(enumerate(f"{int(rows)} rows with {kind} ids" for kind, rows in kinds)),
            count=int(least[1]),
            own=False,
        )


def _keys(store: Store, leave: Leaving, rules: Rules, verbatim: bool, found: _Findings) -> None:
    """Rows that differ in their keys when records are written as they were read; keys left out when they are not."""
    sets = [
        (set(keys or ()), int(count), int(first))
        for keys, count, first in store.rows(
            """
        select json_keys(raw) as keys, count(*) as n, min(i.instance)
        from instance i join decision d using (instance)
        where d.run = $1 and d.kept group by keys order by n desc, keys
        """,
            [leave.run],
        )
    ]
    if not sets:
        return
    if verbatim:
        usual = sets[0][0]
        odd = [(keys, count, first) for keys, count, first in sets if keys != usual]
        if odd:
            found.add(
                "keys_differ",
                "warning",
                {
                    first: f"{count} rows with {', '.join(sorted(keys))} (first: instance {first})"
                    for keys, count, first in sets
                },
                count=sum(count for _, count, _ in odd),
                own=False,
            )
    else:
        known = {"conversations", "messages", "image", "images"} | ({"id"} if rules.carries_ids else set())
        lost = [(keys - known, count, first) for keys, count, first in sets if keys - known]
        found.add(
            "keys_left_out",
            "warning",
            {first: f"{', '.join(sorted(keys))} (first: instance {first})" for keys, _, first in lost},
            count=sum(count for _, count, _ in lost),
        )


def _copies(leave: Leaving) -> dict[int, int]:
    if leave.recipe.repeat <= 1:
        return {}
    rows, counts = np.unique(leave.order[leave.order >= 0], return_counts=True)
    return {int(row): int(count) for row, count in zip(rows, counts, strict=True) if count > 1}


def as_json(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Findings as the manifest holds them."""
    return [json.loads(json.dumps(vars(finding))) for finding in findings]
