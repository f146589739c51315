"""Finds what a trainer would stumble over, before anything is written. Errors block an export, warnings do not.

Takes the rules of a format as data (`Rules`) and writes nothing.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd

from adr.conversation import FAULTS, MARKER
from adr.export.columns import KEPT, KeySet
from adr.export.found_rows import EXAMPLES, Rows
from adr.export.leaving import Accepted, Leaving, Turns, candidate_row
from adr.export.marks import mark_faults, video_faults
from adr.export.pictures import DECODED, OPENED, candidate_faults, missing_videos, source_faults
from adr.export.said import REJECTED_KEYS, named_turns, read_keys, tool_turns_fit
from adr.export.set_facts import SetFacts
from adr.figures import counted
from adr.markers import place_markers
from adr.progress import Progress, silent
from adr.store import Store

STRETCH = 50_000  # instances per SQL statement

Keeps = Callable[[str], bool]
"""Whether records of a form are written as they were read."""


@dataclass(frozen=True)
class Rules:
    """What a trainer's loader insists on; breaking anything else is only a warning."""

    markers_equal_images: bool = True  # if not, too few markers are a warning (the trainer does without, or adds them)
    markers_in_answers: bool = True  # whether a marker in an answer counts; if not, it is read as text there
    system_turn: bool = True  # whether a system turn may come first
    tool_turns: bool = False  # whether there may be tool turns
    tool_order: bool = False  # whether questions and observations must take turns with answers and calls
    one_schema: bool = False  # whether all rows must have the same keys and id type
    carries_ids: bool = True  # whether the rows hold ids at all
    ids_as_text: bool = False  # whether all ids are written as text
    conversation: bool = True  # whether the rows hold conversations (not in selection and captions)
    videos: str = "none"  # 'several' and pictures beside them; 'one' and no pictures; 'next': LLaVA-NeXT's loader only
    counts: tuple[str, ...] = ("<image>",)  # the markers of which there must be one for each file
    empty_media_key: bool = True  # whether a key `image` may be there without a picture
    reads_img_tags: bool = False  # whether <img>path</img> is read
    truncated_pictures: bool = False  # whether a picture that is cut off is read, with grey for what is missing
    huge_pictures: bool = False  # whether Pillow's bound of 179 megapixels is lifted
    places: frozenset[str] = frozenset()  # keys beside the conversation that the rows carry on
    preferences: bool = False  # whether a rejected answer has a place, when every row has one
    pictures_first: bool = False  # whether all pictures come before the first question, and rows hold no markers


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
    faulty: npt.NDArray[np.int32]  # rows that have an error, ascending

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that block the export."""
        return tuple(f for f in self.findings if f.level == "error")


def lint(
    store: Store,
    leave: Leaving,
    rules: Rules,
    *,
    keeps: Keeps,
    images: str = "reference",
    check_all_images: bool = False,
    progress: Progress = silent,
) -> Lint:
    """Every fault in the rows to be exported. keeps: which forms are written as they were read; images: where the
    pictures of the rows will be (`work.IMAGES`); check_all_images: decode them all."""
    found = row_findings(store, leave, rules, images=images, check_all_images=check_all_images, progress=progress)
    progress(2, 4, "Checking ids and keys")
    set_findings(SetFacts.of(store, leave, keys=rules.conversation), leave, rules, keeps, found)
    progress(4, 4, "Checked")
    return found.lint()


def row_findings(
    store: Store,
    leave: Leaving,
    rules: Rules,
    *,
    images: str,
    check_all_images: bool = False,
    share: float = 1.0,
    progress: Progress = silent,
) -> "Findings":
    """The faults that a row has whatever the others are. share: of all rows that these are, and of the pictures that
    are looked at as a sample."""
    progress(0, 4, "Checking conversations")
    found = Findings()
    if rules.conversation:
        _instances(store, leave, rules, found, progress)
        for j, one in enumerate(leave.accepted):
            _candidate(j, one, rules, found)
    if rules.pictures_first:
        _moved_pictures(store, leave, found)
    progress(1, 4, "Checking pictures")
    if rules.conversation:
        _pictures(store, leave, rules, images, None if check_all_images else share, found, progress)
    for kind, rows in candidate_faults(leave).items():
        found.add(kind, _picture_level(kind, rules), rows)
    if rules.conversation and not rules.empty_media_key:
        _empty_keys(store, leave, found)
    return found


def set_findings(facts: SetFacts, leave: Leaving, rules: Rules, keeps: Keeps, found: "Findings") -> None:
    """Add the faults that rows have together. leave: its rows do not matter, but for whether there are any."""
    if rules.carries_ids or (keeps(leave.form) and rules.conversation):
        _ids(facts, leave, rules, found)
    if rules.conversation:
        _keys(facts, leave.form, keeps, rules, found)
        if not leave.instances:
            found.add("nothing_to_write", "error", Rows(), count=1)


class Findings:
    """Collects faults by kind, in the order of `SENTENCES`."""

    def __init__(self) -> None:
        self.levels: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[str]] = {}
        self._faulty: list[npt.NDArray[np.int32]] = []

    def add(
        self, kind: str, level: str, rows: Rows, count: int | None = None, own: bool = True, most: int = EXAMPLES
    ) -> None:
        """Add one kind, or more rows of it. own: whether leaving these rows out removes the fault; most: examples that
        are shown."""
        total = len(rows) if count is None else count
        if not total:
            return
        self.levels[kind] = "error" if "error" in (level, self.levels.get(kind)) else level
        self.counts[kind] = self.counts.get(kind, 0) + total
        shown = self.examples.setdefault(kind, [])
        shown += rows.examples[: max(0, most - len(shown))]
        if level == "error" and own:
            self._faulty.append(rows.numbers)

    def merge(self, other: Iterable[Finding]) -> None:
        """Add what was found in other rows, which are known by their examples."""
        for one in other:
            self.add(one.kind, one.level, Rows(enumerate(one.examples)), count=one.rows, own=False)

    def lint(self) -> Lint:
        order = sorted(self.counts, key=lambda kind: (self.levels[kind] != "error", list(SENTENCES).index(kind)))
        return Lint(
            tuple(
                Finding(kind, self.levels[kind], SENTENCES[kind], self.counts[kind], tuple(self.examples[kind]))
                for kind in order
            ),
            np.unique(np.concatenate([np.empty(0, np.int32), *self._faulty])),
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
        )
    },
    "tool_order": "Calls and observations do not take turns: this trainer skips such a row.",
    "marker_in_answer": f"An answer holds an {MARKER} marker, which this trainer reads as text.",
    "other_marker": f"An image marker is not spelled {MARKER}, and this trainer reads it as text.",
    "too_many_video_markers": "There are more <video> markers than videos.",
    "too_few_video_markers": "There are fewer <video> markers than videos.",
    "audio_marker": "The text holds <audio>, which this trainer counts; there is no audio.",
    "video_not_read": "There is a video, which this format has no place for.",
    "several_videos": "There are several videos; this trainer reads one for each row.",
    "image_and_video": "There are pictures and a video; this trainer reads only one kind for each row.",
    "video_next_only": "There is a video: LLaVA-NeXT reads it (--video_folder), LLaVA does not.",
    "image_missing": "A picture is not on disk.",
    "video_missing": "A video is not on disk.",
    "image_unreadable": "A picture cannot be opened.",
    "image_truncated": "A picture is cut off: only a part of it can be decoded.",
    "image_huge": "A picture has more than 179 megapixels, or takes too much memory; Pillow refuses it by default.",
    "image_large": "A picture has more than 89 megapixels; loaders warn of it and need much memory.",
    "image_deep": "A picture has more than 8 bits for each value; loaders cut these off, so that it turns white.",
    "image_cmyk": "A picture is in CMYK; loaders convert it without its profile, which changes its colours.",
    "image_animated": "A picture is animated; loaders read its first frame only.",
    "picture_moved": "A picture that belongs inside or after the text comes before the first question here.",
    "images_not_checked": "The dataset was read without an image folder, so its pictures were not checked.",
    "image_address": "A picture is a web address or data, not a file; most trainers read only files.",
    "images_sampled": f"Of the rows with pictures, evenly spread, at most {OPENED:,} had theirs opened and {DECODED:,} "
    "decoded; --check-all-images decodes all.",
    "image_key_empty": "The key image is there without a picture, where this trainer's loader fails.",
    "repeated_ids": "Some ids occur in more than one row (repair them if your tools join by id).",
    "mixed_ids": "Some ids are numbers and some are text; readers that infer a schema refuse that.",
    "keys_differ": "The rows do not all have the same keys; readers that infer a schema may refuse that.",
    "keys_left_out": "The source has keys that this format has no place for; they are left out.",
    "nothing_to_write": "No instance is kept and no candidate is accepted.",
}

# One row per instance with the rules its turns break. In SQL, because 665,298 conversations take 4 s that way and
# minutes in Python. `body` is the conversation without a leading system turn; `heard` the turns whose markers count.
_CHECKS = """
    with body as (
        select i.instance, len(i.images) as images, coalesce(len(i.videos), 0) as videos, turns,
               case when turns[1].role = 'system' then turns[2:] else turns end as body,
               case when $answers then turns else list_filter(turns, lambda t: t.role = 'human') end as heard
        from instance i join kept_in d using (instance)
        where d.run = $run and d.epoch = $epoch and i.instance between $low and $high
    )
    select instance, images, videos, turns,
           coalesce(len(turns), 0) = 0 as no_turns,
           len(list_filter(turns, lambda t: trim(t.text, E' \\t\\r\\n') = '')) > 0 as empty_turn,
           turns[1].role = 'system' as system_turn,
           len(list_filter(turns, lambda t: t.role = 'tool')) > 0 as tool_turn,
           len(list_filter(list_transform(
               list_filter(body, lambda t: t.role != 'tool'),
               lambda t, n: case when n % 2 = 1 then t.role != 'human' else t.role != 'gpt' end),
               lambda wrong: wrong)) > 0 as turns_do_not_alternate,
           coalesce(turns[-1].role != 'gpt', true) as no_answer,
           markers(heard) as markers,
           videos > 0 or len(list_filter(
               heard, lambda t: contains(t.text, '<video>') or contains(t.text, '<audio>'))) > 0 as about_media,
           len(list_filter(turns, lambda t: t.role = 'gpt' and contains(t.text, '<image>'))) > 0 as marker_in_answer
    from body
"""

_FAULTS = f"""
    select instance, images, markers, videos, turns, no_turns, empty_turn, not no_turns and turns_do_not_alternate
           as turns_do_not_alternate, not no_turns and no_answer and not turns_do_not_alternate as no_answer,
           system_turn, tool_turn, marker_in_answer, about_media
    from ({_CHECKS})
    where no_turns or empty_turn or turns_do_not_alternate or no_answer or system_turn or tool_turn
          or markers != images or marker_in_answer or about_media
    order by instance
    """


def _instances(store: Store, leave: Leaving, rules: Rules, found: Findings, progress: Progress) -> None:
    """Faults in the conversations of kept instances, one stretch of the table at a time, which allows a cancel."""
    last = int(leave.order.max()) if len(leave.order) else -1
    given = {"run": leave.run, "epoch": leave.epoch, "answers": rules.markers_in_answers}
    copies = _Copies(leave)
    for low in range(0, last + 1, STRETCH):
        progress(low, last + 1, "Checking conversations")
        faults = store.frame(_FAULTS, {**given, "low": low, "high": low + STRETCH - 1})
        for kind, level in _turn_levels(rules).items():
            rows = faults["instance"][faults[kind].fillna(False).astype(bool)].tolist()
            _add(found, kind, level, Rows((row, f"instance {row}") for row in rows), copies)
        for kind, rows_of in _marked_wrong(faults, leave, rules).items():
            _add(found, kind, _mark_levels(rules)[kind], rows_of, copies)
    if rules.tool_order:
        _add(found, "tool_order", "error", _out_of_order(store, leave), copies)


def _add(found: Findings, kind: str, level: str | None, rows: Rows, copies: "_Copies | None" = None) -> None:
    if level is not None:
        found.add(kind, level, rows, count=len(rows) if copies is None else copies.of(rows))


def _turn_levels(rules: Rules) -> dict[str, str | None]:
    """How bad each fault of the turns is; None: no fault for this trainer."""
    return {
        "no_turns": "error",
        "empty_turn": "error",
        "turns_do_not_alternate": "error",
        "no_answer": "error",
        "system_turn": None if rules.system_turn else "error",
        "tool_turn": None if rules.tool_turns else "error",
    }


def _mark_levels(rules: Rules) -> dict[str, str | None]:
    """How bad each fault of markers and videos is; None: no fault for this trainer."""
    counts_videos, counts_audio = "<video>" in rules.counts, "<audio>" in rules.counts
    return {
        "too_many_markers": "error",
        "too_few_markers": None if rules.pictures_first else "error" if rules.markers_equal_images else "warning",
        "marker_in_answer": None if rules.markers_in_answers else "warning",
        "other_marker": "warning",
        "too_many_video_markers": "error" if counts_videos else "warning",
        "too_few_video_markers": "error" if counts_videos else None,
        "audio_marker": "error" if counts_audio else None,
        "video_not_read": "error",
        "several_videos": "error",
        "image_and_video": "error",
        "video_next_only": "warning",
    }


def _marked_wrong(faults: pd.DataFrame, leave: Leaving, rules: Rules) -> dict[str, Rows]:
    """{kind: instances} for the faults of markers and videos."""
    wrong: dict[str, Rows] = {}
    about = faults[(faults["markers"] != faults["images"]) | faults["marker_in_answer"] | faults["about_media"]]
    columns = (about[name] for name in ("instance", "images", "videos", "turns"))
    for row, images, videos, talk in zip(*columns, strict=True):
        turns = [(turn["role"], turn["text"]) for turn in (talk if talk is not None else ())]
        for kind, what in _of_media(turns, int(images), int(videos), leave.place_markers, rules).items():
            wrong.setdefault(kind, Rows()).add(int(row), f"instance {row}: {what}" if what else f"instance {row}")
    return wrong


def _of_media(turns: Turns, images: int, videos: int, place: bool, rules: Rules) -> dict[str, str]:
    """The faults of markers and videos in one row, after the markers were placed if they are to be."""
    turns = place_markers(turns, images, videos) if place else turns
    found = mark_faults(turns, images, videos, in_answers=rules.markers_in_answers)
    found |= dict.fromkeys(video_faults(images, videos, rules.videos), "")
    if rules.reads_img_tags and found.get("other_marker", "").startswith("<img>"):
        del found["other_marker"]
    return found


def _out_of_order(store: Store, leave: Leaving) -> Rows:
    """The instances whose calls and observations do not take turns with the other turns."""
    rows = store.batches(
        f"""
        select i.instance, turns, raw {KEPT} and list_bool_or(list_transform(turns, lambda t: t.role = 'tool'))
        order by i.instance
        """,
        leave.which,
    )
    return Rows(
        (int(row), f"instance {row}")
        for row, talk, raw in chain.from_iterable(rows)
        if not tool_turns_fit(named_turns([(turn["role"], turn["text"]) for turn in talk], json.loads(raw)))
    )


def _moved_pictures(store: Store, leave: Leaving, found: Findings) -> None:
    """Kept instances with a marker that is not at the beginning of the first question."""
    moved = store.batches(
        rf"""
        select i.instance {KEPT} and len(images) > 0
              and (contains(regexp_replace(turns[1].text, '^(<image>\s*)+', ''), '<image>') or markers(turns[2:]) > 0)
        order by i.instance
        """,
        leave.which,
    )
    rows = Rows((int(row), f"instance {row}") for (row,) in chain.from_iterable(moved))
    found.add("picture_moved", "warning", rows)


def _candidate(j: int, one: Accepted, rules: Rules, found: Findings) -> None:
    """Faults in one candidate's conversation, by the same rules."""
    roles = [role for role, _ in one.turns]
    body = [role for role in (roles[1:] if roles[:1] == ["system"] else roles) if role != "tool"]
    row = Rows([(candidate_row(j), f"candidate {one.candidate}")])
    wrong = any(role != ("human", "gpt")[n % 2] for n, role in enumerate(body))
    holds = {
        "no_turns": not one.turns,
        "empty_turn": any(not text.strip() for _, text in one.turns),
        "turns_do_not_alternate": wrong,
        "no_answer": bool(roles) and roles[-1] != "gpt" and not wrong,
        "system_turn": roles[:1] == ["system"],
        "tool_turn": "tool" in roles,
    }
    for kind, level in _turn_levels(rules).items():
        if holds[kind]:
            _add(found, kind, level, row)
    if one.turns or not one.images:
        for kind in _of_media(one.turns, len(one.images), 0, False, rules):
            _add(found, kind, _mark_levels(rules)[kind], row)


def _empty_keys(store: Store, leave: Leaving, found: Findings) -> None:
    """Records that stay as they were read, with a key `image` that names no picture."""
    rows = store.batches(
        f"""
        select i.instance, raw->>'$.image' {KEPT} and len(images) = 0 and contains(raw, '"image"')
            and json_exists(raw, '$.image') and json_exists(raw, '$.conversations')
            and coalesce(raw->>'$.image', '') in ('', '[]') order by i.instance
        """,
        leave.which,
    )
    said = ((int(row), f'instance {row}: "image": {json.dumps(value)}') for row, value in chain.from_iterable(rows))
    found.add("image_key_empty", "warning", Rows(said))


def _pictures(
    store: Store, leave: Leaving, rules: Rules, images: str, share: float | None, found: Findings, progress: Progress
) -> None:
    """Pictures and videos that are missing or cannot be decoded, and what trainers read otherwise than it is. share:
    as in `source_faults`."""
    if not len(leave.order) or int(leave.order.max()) < 0:
        return
    if leave.image_root is None:
        with_image = store.value(f"select count(*) {KEPT} and len(images) + len(videos) > 0", leave.which)
        found.add("images_not_checked", "warning", Rows(), count=int(with_image))
        return
    faults, sampled = source_faults(store, leave, share, progress)
    found.add("images_sampled", "warning", Rows(), count=sampled)
    found.add("image_address", "warning" if images == "reference" else "error", faults.pop("image_address"))
    for kind, rows in faults.items():
        found.add(kind, _picture_level(kind, rules), rows)
    if rules.videos != "none":
        found.add("video_missing", "error", missing_videos(store, leave))


def _picture_level(kind: str, rules: Rules) -> str:
    read_anyway = {"image_truncated": rules.truncated_pictures, "image_huge": rules.huge_pictures}
    errors = ("image_missing", "image_unreadable", *read_anyway)
    return "error" if kind in errors and not read_anyway.get(kind, False) else "warning"


def _ids(facts: SetFacts, leave: Leaving, rules: Rules, found: Findings) -> None:
    """Ids that repeat (including copies), and ids of mixed types."""
    if not leave.new_ids:
        found.add("repeated_ids", "warning", Rows(enumerate(facts.repeated)), count=facts.with_repeated_id)
    kinds = dict(facts.id_kinds)
    text = sum(leave.candidate(row).id.startswith('"') for row in leave.candidate_rows)
    if text and rules.carries_ids and list(kinds) == ["number"]:
        kinds["text"] = text
    if len(kinds) > 1 and not rules.ids_as_text:
        found.add(
            "mixed_ids",
            "error" if rules.one_schema else "warning",
            Rows(enumerate(f"{rows} rows with {kind} ids" for kind, rows in kinds.items())),
            count=min(kinds.values()),
            own=False,
        )


def _keys(facts: SetFacts, form: str, format_keeps: Keeps, rules: Rules, found: Findings) -> None:
    """Rows that differ in their keys when records are written as they were read; keys left out when they are not."""
    sets = facts.key_sets
    as_read = [one for one in sets if format_keeps(_form(one.keys, form))]
    if len({one.keys for one in as_read}) > 1:
        said = (f"{one.rows} rows with {', '.join(sorted(one.keys))} (first: instance {one.first})" for one in as_read)
        found.add(
            "keys_differ", "warning", Rows(enumerate(said)), count=sum(one.rows for one in as_read[1:]), own=False
        )
    _lost_keys(facts, rules, [one for one in sets if one not in as_read], found)


def _lost_keys(facts: SetFacts, rules: Rules, sets: list[KeySet], found: Findings) -> None:
    """Each key that the format has no place for, with the number of rows that have it."""
    places = rules.places | {"id"} | facts.mapped
    if rules.preferences and facts.all_reject and any(one.keys.intersection(REJECTED_KEYS) for one in sets):
        places |= {*REJECTED_KEYS, "chosen"}
    rows: dict[str, int] = {}
    first: dict[str, int] = {}
    for one in sets:
        for key in one.keys - places - read_keys(one.keys):
            rows[key] = rows.get(key, 0) + one.rows
            first[key] = min(first.get(key, one.first), one.first)
    lost = sorted(rows, key=lambda key: (-rows[key], key))
    said = (f"{key}: {counted(rows[key], 'row')} (first: instance {first[key]})" for key in lost)
    found.add(
        "keys_left_out",
        "warning",
        Rows(enumerate(said), most=len(lost)),
        count=sum(one.rows for one in sets if one.keys.intersection(lost)),
        most=len(lost),
    )


def _form(keys: frozenset[str], form: str) -> str:
    """The form of the records with these keys. form: of the source, in which forms may be mixed."""
    if "," not in form:
        return form
    return "llava" if "conversations" in keys else "messages" if "messages" in keys else ""


class _Copies:
    """How often each instance leaves."""

    def __init__(self, leave: Leaving) -> None:
        self._repeated: tuple[np.ndarray, np.ndarray] | None = None
        if leave.repeats:
            instances, counts = np.unique(leave.order[leave.order >= 0], return_counts=True)
            self._repeated = instances[counts > 1], counts[counts > 1]

    def of(self, rows: Rows) -> int:
        """Rows of an export that are copies of these instances."""
        if self._repeated is None or not len(rows) or not len(self._repeated[0]):
            return len(rows)
        instances, counts = self._repeated
        at = np.minimum(np.searchsorted(instances, rows.numbers), len(instances) - 1)
        return len(rows) + int((counts[at] - 1)[instances[at] == rows.numbers].sum())


def as_json(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Findings as the manifest holds them."""
    return [json.loads(json.dumps(vars(finding))) for finding in findings]
