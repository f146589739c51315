"""Verdicts to and from a file, as CSV or JSON Lines, so that the review can happen elsewhere."""

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from adr import conversation
from adr.errors import AdrError
from adr.files import named_file, refuse_special
from adr.reject_reasons import REJECT_REASONS
from adr.review.judge_rule import stop_where_fallen
from adr.review.readable import unreadable
from adr.review.verdicts import JUDGEMENTS
from adr.store import Store, Writer

COLUMNS = (
    "candidate",
    "entity",
    "image",
    "judgement",
    "reviewer",
    "reason",
    "rule",
    "note",
    "judged_at",
    "turns",
    "edited_by",
    "edited_at",
)

_LONGEST_FIELD = 1 << 24  # characters of a CSV field; a conversation is one field
_SHOWN = 80  # characters of a candidate's name in an example


@dataclass(frozen=True)
class ExchangeReport:
    """What was written or taken in. verdicts: rows written; known: rows that were there already; refused: {reason: rows
    set aside}; examples: the first refused rows, one sentence each."""

    verdicts: int
    known: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


def export_verdicts(store: Store, path: Path) -> ExchangeReport:
    """Write one row per candidate: its verdict in force (blank while pending), and, if its conversation was edited, the
    conversation with its editor.

    The file is CSV when its name ends in .csv, else JSON Lines. It is written whole or not at all.
    """
    frame = store.frame("""
        with edited as (
            select candidate, turns, reviewer, judged_at from verdict v where judgement = 'edit'
              and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict)
            qualify row_number() over (partition by candidate order by verdict desc) = 1
        )
        select c.candidate, e.name as entity, c.image, v.judgement, v.reviewer, v.reason, v.rule, null as note,
               strftime(v.judged_at, '%Y-%m-%dT%H:%M:%S.%f') as judged_at, to_json(d.turns)::varchar as turns,
               d.reviewer as edited_by, strftime(d.judged_at, '%Y-%m-%dT%H:%M:%S.%f') as edited_at
        from candidate c left join named_entity e using (entity)
        left join current_verdict v on v.candidate = c.candidate
        left join edited d on d.candidate = c.candidate
        where c.chosen or v.judgement is not null or d.turns is not null
        order by c.candidate
    """)
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    with named_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as out:
        if path.suffix.lower() == ".csv":
            writer = csv.DictWriter(out, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        else:
            for row in rows:
                if row["turns"]:
                    row["turns"] = json.loads(str(row["turns"]))
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return ExchangeReport(verdicts=sum(1 for row in rows if row["judgement"]))


def import_verdicts(store: Store, path: Path) -> ExchangeReport:
    """Take in verdicts from CSV or JSON Lines with at least candidate, judgement and reviewer; blank judgements are
    skipped. An edited conversation belongs to `edited_by`, or to the reviewer where that is missing.

    Importing files again, in any order, changes nothing: rows that were read before, and rows that are among the
    verdicts already, count as known. Rows that cannot be taken in are set aside and counted. AdrError, with nothing
    written, when the file cannot be read at all.
    """
    candidates = dict(store.rows("select candidate, markers from candidate_image"))
    present = _Present(store)
    rows: list[dict[str, Any]] = []
    marks: list[str] = []
    refused: dict[str, int] = {}
    examples: list[str] = []
    known = 0
    for number, record in _records(path):
        if not (record.get("judgement") or record.get("turns")):
            continue
        reason = _refusal(record, candidates)
        if reason:
            refused[reason] = refused.get(reason, 0) + 1
            if len(examples) < 5:
                shown = repr(record.get("candidate"))[:_SHOWN]
                examples.append(f"Row {number}: {reason.replace('_', ' ')} ({shown}).")
            continue
        for row in _verdict_rows(record):
            if row["mark"] not in present.marks:
                marks.append(row["mark"])
            if present.knows(row):
                known += 1
            else:
                rows.append(row)
            present.take(row)
    if marks:
        with store.atomic() as writer:
            writer.insert("imported_verdict", pd.DataFrame({"mark": marks}))
            _insert(writer, rows)
            stop_where_fallen(writer)
    return ExchangeReport(verdicts=len(rows), known=known, refused=refused, examples=tuple(examples))


class _Present:
    """The verdicts of the workspace while a file is read: which of its rows would only repeat what is there."""

    def __init__(self, store: Store) -> None:
        self.marks: set[str] = {mark for (mark,) in store.rows("select mark from imported_verdict")}
        self._given = set(
            store.rows(
                "select candidate, reviewer, case judgement when 'resolve' then note else judgement end, judged_at "
                "from verdict"
            )
        )
        self._standing = {
            c: (r, j) for c, r, j in store.rows("select candidate, reviewer, judgement from current_verdict")
        }

    def knows(self, row: Mapping[str, Any]) -> bool:
        """Whether the row was read before, is one of the verdicts, or says what stands."""
        who, what = row["reviewer"], row["judgement"]
        return (
            row["mark"] in self.marks
            or (row["candidate"], who, what, row["judged_at"]) in self._given
            or self._standing.get(row["candidate"]) == (who, what)
        )

    def take(self, row: Mapping[str, Any]) -> None:
        """Note a row of the file. What stands for its candidate is then no longer known: rules give way to people."""
        if row["judgement"] != "edit" and not self.knows(row):
            self._standing.pop(row["candidate"], None)
        self.marks.add(row["mark"])


def _insert(writer: Writer, rows: Sequence[Mapping[str, Any]]) -> None:
    batch = "import " + uuid.uuid4().hex[:12]
    for row in rows:
        writer.execute(
            """
            insert into verdict (candidate, reviewer, judgement, reason, rule, note, turns, batch, mark, judged_at)
            values ($candidate, $reviewer, $judgement, $reason, $rule, $note, $turns, $batch, $mark, $judged_at)
            """,
            {**row, "batch": batch},
        )


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    refuse_special(path)
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AdrError(f"{path} is not UTF-8 text.", "Save it as UTF-8, then import it again.") from error
    except OSError as error:
        raise AdrError(f"{path} cannot be read: {error.strerror}.", "Name a CSV or JSON Lines file.") from error
    if path.suffix.lower() == ".csv":
        reader = csv.DictReader(io.StringIO(text, newline=""))
        missing = {"candidate", "judgement", "reviewer"} - set(reader.fieldnames or [])
        if missing:
            raise AdrError(
                f"{path} has no column {', '.join(sorted(missing))}.",
                "The first line must name candidate, judgement and reviewer.",
            )
        try:
            for number, row in enumerate(reader, 2):
                yield number, {k: v.strip() if isinstance(v, str) else v for k, v in row.items() if k}
        except csv.Error as error:
            raise AdrError(
                f"{path} is not CSV at line {reader.line_num + 1}: {error}.", "Mend that line, or write JSON Lines."
            ) from error
        return
    # JSON Lines end at line feeds only: a string may hold U+2028 and others at which `splitlines` would cut it.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip(" \t\r"):
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:  # RecursionError: nested too deep
            why = getattr(error, "msg", None) or str(error)
            raise AdrError(f"Line {number} of {path} is not JSON: {why}.", "Write one JSON object per line.") from error
        if not isinstance(record, dict):
            raise AdrError(f"Line {number} of {path} is not an object.", "Write one JSON object per line.")
        yield number, record


def _refusal(record: dict[str, Any], candidates: Mapping[str, int]) -> str | None:
    """The reason why a row is refused, or None. candidates: {candidate: number of `<image>` markers in its
    conversation}."""
    if unreadable(record):
        return "unreadable_value"
    if record.get("candidate") not in candidates:
        return "unknown_candidate"
    if record.get("judgement") and record["judgement"] not in JUDGEMENTS:
        return "unknown_judgement"
    if not _name(record, "reviewer") and (record.get("judgement") or not _name(record, "edited_by")):
        return "no_reviewer"
    if record.get("reason") and record["reason"] not in REJECT_REASONS:
        return "unknown_reason"
    try:
        if turns := _turns(record):
            return (
                "conversation_" + fault
                if (fault := conversation.fault(turns, images=candidates[record["candidate"]]))
                else None
            )
        for at in ("judged_at", "edited_at"):
            if record.get(at):
                datetime.fromisoformat(str(record[at]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return "unreadable_value"
    return None


def _turns(record: dict[str, Any]) -> list[dict[str, str]]:
    turns = record.get("turns") or []
    if isinstance(turns, str):
        turns = json.loads(turns)
    return [{"role": str(t["role"]), "text": str(t["text"])} for t in turns]


def _name(record: Mapping[str, Any], key: str) -> str:
    return str(record.get(key) or "").strip()


def _verdict_rows(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The verdicts of one row: the edit of the conversation, then the judgement."""
    reviewer, at = _name(record, "reviewer"), record.get("judged_at")
    if turns := _turns(record):
        editor = _name(record, "edited_by")
        yield _verdict_row(
            record, editor or reviewer, "edit", turns, (record.get("edited_at") if editor else None) or at
        )
    if record.get("judgement"):
        yield _verdict_row(record, reviewer, record["judgement"], None, at)


def _verdict_row(
    record: Mapping[str, Any], reviewer: str, judgement: str, turns: list[dict[str, str]] | None, at: object
) -> dict[str, Any]:
    row: dict[str, Any] = {"candidate": record["candidate"], "reviewer": reviewer, "judgement": judgement}
    row |= {name: record.get(name) or None for name in ("reason", "rule", "note")}
    # The same row of a file always has the same mark.
    mark = json.dumps([*row.values(), turns, str(at or "")], ensure_ascii=False)
    given = datetime.fromisoformat(str(at)) if at else datetime.now(UTC)
    if given.tzinfo is not None:
        given = given.astimezone(UTC)
    return row | {
        "turns": turns,
        "mark": hashlib.sha256(mark.encode()).hexdigest()[:16],
        "judged_at": given.replace(tzinfo=None),
    }
