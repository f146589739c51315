"""Rules by which a judge's accepts count: set after it was compared with a person, stopped when its precision falls.

A share of what the judge accepts is left to the person; those verdicts say whether the precision still holds. Writes
`judge_rule`, and verdicts under the judge's own name.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from adr.errors import AdrError
from adr.review.calibration import COMPARED, FIRST, LEAST, PRECISION, Compared, accepts_from, calibration
from adr.store import Store, Writer

SHARE = 0.1
WINDOW = 50
"""The precision is watched over so many of the newest accepts that a person has seen."""


@dataclass(frozen=True)
class JudgeRule:
    """A rule of `judge_rule`. accepted: candidates whose verdict in force it gave."""

    rule: str
    judge: str
    plan: int | None
    threshold: float
    precision: float
    share: float
    reviewer: str
    state: str
    why: str | None
    accepted: int


def rule_name(judge: str, threshold: float, precision: float, share: float, plan: int | None = None) -> str:
    """The name of a rule in verdicts and manifests."""
    where = "" if plan is None else f" of plan {plan}"
    return (
        f"accepts of {judge}{where} with confidence >= {threshold:g}, compared with a person for precision >= "
        f"{precision:g}, {share:.0%} still shown"
    )


def set_rule(
    store: Store,
    judge: str,
    reviewer: str,
    *,
    precision: float = PRECISION,
    share: float = SHARE,
    plan: int | None = None,
) -> JudgeRule:
    """Let the judge's accepts count from the threshold on that reaches `precision`, and give them; a former rule of the
    judge for the same plan ends. AdrError when too few candidates were compared, or no threshold reaches it."""
    if not 0 < share <= 1:
        raise AdrError(f"The share {share:g} cannot be shown to a person.", "Give a number above 0, up to 1.")
    if not reviewer.strip():
        raise AdrError("A rule needs the name of who sets it.", "Enter your name at the top of the Review page.")
    found = calibration(store, judge, precision, plan)
    if found.compared < FIRST:
        raise AdrError(
            f"{judge} was compared with a person on {found.compared} candidates; {FIRST} are needed.",
            "Judge more of the candidates that it has an opinion about, in the order “random sample”.",
        )
    if found.threshold is None:
        raise AdrError(
            f"No confidence of {judge} reaches the precision {precision:g} on at least {LEAST} accepts.",
            "Ask for a lower precision, use another model, or judge by eye.",
        )
    rule = rule_name(judge, found.threshold, precision, share, plan)
    with store.atomic() as writer:
        for (former,) in writer.rows(
            "select rule from judge_rule where state = 'active' and judge = $1 and plan is not distinct from $2",
            [judge, plan],
        ):
            _end(writer, former, "withdrawn", "another rule took its place")
        writer.execute(
            """
            insert into judge_rule (rule, judge, plan, threshold, precision, share, reviewer, state, set_at)
            values ($1, $2, $3, $4, $5, $6, $7, 'active', $8)""",
            [rule, judge, plan, found.threshold, precision, share, reviewer.strip(), _now()],
        )
    apply_rules(store)
    return next(one for one in judge_rules(store) if one.rule == rule)


def apply_rules(store: Store) -> int:
    """Give the accepts of all active rules to the candidates that wait; returns how many. A candidate with a flag, or
    that has not been compared with other pictures yet, and the share that is still shown are left to the person."""
    given = 0
    with store.atomic() as writer:
        for rule, judge, plan, threshold, share in writer.rows(
            "select rule, judge, plan, threshold, share from judge_rule where state = 'active' order by set_at"
        ):
            names = [
                candidate
                for (candidate,) in writer.rows(
                    """
                    select c.candidate from candidate c
                    join opinion o on o.candidate = c.candidate and o.judge = $judge
                    where c.chosen and ($plan is null or c.plan = $plan) and o.judgement = 'accept'
                      and o.confidence >= $threshold and coalesce(len(c.flags), 0) = 0
                      and (c.image is null or c.perceptual_distance is not null)
                      and c.candidate not in (select candidate from current_verdict)
                      and ('0x' || md5(c.candidate || ' shown')[:8])::ubigint / 4294967296 >= $share
                    order by c.candidate
                    """,
                    {"judge": judge, "plan": plan, "threshold": threshold, "share": share},
                )
            ]
            if names:
                rows = {"candidate": names, "reviewer": judge, "judgement": "accept", "rule": rule}
                writer.insert("verdict", pd.DataFrame({**rows, "batch": uuid.uuid4().hex[:12], "judged_at": _now()}))
            given += len(names)
    return given


def stop_where_fallen(writer: Writer) -> list[str]:
    """End the active rules whose precision has fallen, and take their accepts back; returns their names.

    The newest `WINDOW` accepts of the judge that a person has judged decide, from `LEAST` on.
    """
    ended = []
    for rule, judge, plan, threshold, wanted in writer.rows(
        "select rule, judge, plan, threshold, precision from judge_rule where state = 'active'"
    ):
        rows = [Compared(*row) for row in writer.rows(COMPARED, {"judge": judge, "plan": plan})]
        newest = accepts_from(rows, threshold)[-WINDOW:]
        right = sum(row.person == "accept" for row in newest)
        if len(newest) >= LEAST and right / len(newest) < wanted:
            _end(writer, rule, "stopped", f"a person accepted {right} of its last {len(newest)} accepts")
            ended.append(str(rule))
    return ended


def withdraw(store: Store, rule: str) -> None:
    """End a rule and take its accepts back; AdrError when no such rule is active."""
    with store.atomic() as writer:
        if not writer.value("select 1 from judge_rule where rule = $1 and state = 'active'", [rule]):
            raise AdrError(f"There is no active rule “{rule}”.", "Look at the Judge view of the Review page.")
        _end(writer, rule, "withdrawn", "by a person")


def judge_rules(store: Store) -> list[JudgeRule]:
    """All rules of judges, the newest first."""
    return [
        JudgeRule(*row)
        for row in store.rows("""
            select r.rule, r.judge, r.plan, r.threshold, r.precision, r.share, r.reviewer, r.state, r.why,
                   case when r.state = 'active'
                        then (select count(*) from current_verdict v where v.rule = r.rule) else 0 end
            from judge_rule r order by r.set_at desc""")
    ]


def _end(writer: Writer, rule: str, state: str, why: str) -> None:
    writer.execute(
        "update judge_rule set state = $2, why = $3, ended_at = $4 where rule = $1 and state = 'active'",
        [rule, state, why, _now()],
    )
    writer.execute(
        """
        insert into verdict (candidate, reviewer, judgement, rule, note, undoes, judged_at)
        select candidate, reviewer, 'undo', rule, $2, verdict, $3 from verdict v
        where rule = $1 and judgement = 'accept'
          and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict)""",
        [rule, why, _now()],
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
