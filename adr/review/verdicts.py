"""Writing verdicts: judge, edit, resolve, undo. They are append-only; every row says who, when, what and why."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from adr import conversation
from adr.errors import AdrError
from adr.reject_reasons import REJECT_REASONS
from adr.review.judge_rule import stop_where_fallen
from adr.store import Store, Writer

JUDGEMENTS = ("accept", "reject", "unsure")


@dataclass(frozen=True)
class Undone:
    """What one undo took back: the judgement, and the candidates it was given to."""

    judgement: str
    candidates: tuple[str, ...]
    rule: str | None = None


def judge(
    store: Store,
    candidates: Sequence[str],
    judgement: str,
    reviewer: str,
    *,
    reason: str | None = None,
    rule: str | None = None,
    note: str | None = None,
) -> int:
    """Give one judgement to candidates in one step; it is on disk when this returns. Returns how many rows were
    written.

    Several candidates share a batch, and one undo takes all of them back. A person's verdict may end the rule of a
    judge (see `judge_rule`). AdrError, with nothing written, for an unknown judgement, reason or candidate, or a
    missing name.
    """
    if judgement not in JUDGEMENTS:
        raise AdrError(f"{judgement!r} is not a judgement.", f"Choose one of {', '.join(JUDGEMENTS)}.")
    if reason is not None and reason not in REJECT_REASONS:
        raise AdrError(f"{reason!r} is not a reason.", f"Choose one of {', '.join(REJECT_REASONS)}.")
    who = _reviewer(reviewer)
    unique = list(dict.fromkeys(candidates))
    with store.atomic() as writer:
        _known(writer, unique)
        rows = pd.DataFrame({"candidate": unique, "reviewer": who, "judgement": judgement, "judged_at": _now()})
        rows["batch"] = uuid.uuid4().hex[:12] if len(unique) > 1 or rule else None
        for column, value in (("reason", reason), ("rule", rule), ("note", note)):
            if value is not None:
                rows[column] = value
        if unique:
            writer.insert("verdict", rows)
            writer.execute("delete from claim where candidate in (select unnest($1))", [unique])
        if rule is None:
            stop_where_fallen(writer)
    return len(unique)


def edit(
    store: Store, candidate: str, turns: Sequence[Mapping[str, str]], reviewer: str, entity_forms: Sequence[str] = ()
) -> None:
    """Keep an edited conversation as a separate row; the original stays in the candidate.

    AdrError with the fault's sentence when the conversation fails the check of `adr.conversation`. Where only the
    conversation is new, `<image>` must occur as often as in the candidate, and either side may mention the entity.
    """
    with_image, markers = store.row(
        "select image is not null, markers from candidate join candidate_image using (candidate) where candidate = $1",
        [candidate],
    ) or (True, 1)
    fault = conversation.fault(turns, entity_forms if with_image else (), markers)
    if not fault and not with_image and entity_forms and not conversation.mentioned(turns, entity_forms):
        fault = "no_synonym"
    if fault:
        raise AdrError(conversation.FAULTS[fault], "Correct the conversation, then save it again.")
    who = _reviewer(reviewer)
    with store.atomic() as writer:
        _known(writer, [candidate])
        writer.execute(
            "insert into verdict (candidate, reviewer, judgement, turns, judged_at) values ($1, $2, 'edit', $3, $4)",
            [candidate, who, [{"role": t["role"], "text": t["text"]} for t in turns], _now()],
        )


def resolve(store: Store, candidate: str, judgement: str, reviewer: str) -> None:
    """Give the final judgement on a disputed candidate; it wins over every other verdict until it is undone, and
    may end the rule of a judge, as a person's verdict does."""
    if judgement not in JUDGEMENTS:
        raise AdrError(f"{judgement!r} is not a judgement.", f"Choose one of {', '.join(JUDGEMENTS)}.")
    who = _reviewer(reviewer)
    with store.atomic() as writer:
        _known(writer, [candidate])
        writer.execute(
            "insert into verdict (candidate, reviewer, judgement, note, judged_at) values ($1, $2, 'resolve', $3, $4)",
            [candidate, who, judgement, _now()],
        )
        stop_where_fallen(writer)


def undo(store: Store, reviewer: str) -> Undone | None:
    """Take back the reviewer's last step that still stands (a batch is one step); None if no step stands."""
    with store.atomic() as writer:
        last = writer.rows(
            """
            select verdict, batch, judgement, rule from verdict v
            where reviewer = $1 and judgement <> 'undo'
              and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict)
            order by verdict desc limit 1
        """,
            [_reviewer(reviewer)],
        )
        if not last:
            return None
        number, batch, judgement, rule = last[0]
        taken = writer.rows(
            """
            select verdict, candidate from verdict v
            where (v.verdict = $1 or (batch = $2 and reviewer = $3)) and judgement <> 'undo'
              and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict)
            order by verdict
        """,
            [number, batch, reviewer.strip()],
        )
        writer.insert(
            "verdict",
            pd.DataFrame(
                {
                    "candidate": [candidate for _, candidate in taken],
                    "reviewer": reviewer.strip(),
                    "judgement": "undo",
                    "undoes": [verdict for verdict, _ in taken],
                    "judged_at": _now(),
                }
            ),
        )
    return Undone(judgement, tuple(candidate for _, candidate in taken), rule)


def current_turns(store: Store, candidate: str) -> tuple[list[dict[str, str]], str | None]:
    """The conversation that an export would write, and who edited it last (None when it is as generated)."""
    edited = store.row(
        """
        select turns, reviewer from verdict v
        where candidate = $1 and judgement = 'edit'
          and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict)
        order by verdict desc limit 1
    """,
        [candidate],
    )
    if edited:
        return list(edited[0]), str(edited[1])
    return list(store.value("select turns from candidate where candidate = $1", [candidate]) or []), None


def history(store: Store, candidate: str | None = None, limit: int = 200) -> pd.DataFrame:
    """The verdict rows of one candidate or of all, newest first: verdict, candidate, reviewer, judgement, reason, rule,
    note, batch, undoes, judged_at, undone (bool)."""
    return store.frame(
        """
        select verdict, candidate, reviewer, judgement, reason, rule, note, batch, undoes, judged_at,
               exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict) as undone
        from verdict v where $candidate is null or candidate = $candidate
        order by verdict desc limit $limit
    """,
        {"candidate": candidate, "limit": limit},
    )


def _known(writer: Writer, candidates: Sequence[str]) -> None:
    missing = writer.rows(
        """
        select c from (select unnest($1::varchar[]) as c) anti join candidate on c = candidate limit 1
    """,
        [list(candidates)],
    )
    if missing:
        raise AdrError(f"There is no candidate {missing[0][0]!r}.", "Collect the plan's candidates first.")


def _reviewer(name: str) -> str:
    if not name or not name.strip():
        raise AdrError("A verdict needs a reviewer's name.", "Enter your name at the top of the Review page.")
    return name.strip()


def _now() -> Any:
    return datetime.now(UTC).replace(tzinfo=None)
