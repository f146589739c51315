"""How far a judge can be trusted: its opinions compared with the verdicts of people on the same candidates.

Reads tables; gives no verdict.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from adr.errors import AdrError
from adr.store import Store

FIRST = 50
"""A judge is trusted after people have judged so many of the candidates that it has an opinion about."""
LEAST = 20
"""A precision is read from at least so many accepts of the judge."""
PRECISION = 0.97
_Z = 1.959963984540054  # 95 %


@dataclass(frozen=True)
class Compared:
    """One candidate that a person and the judge have judged. concept: the name of its entity."""

    candidate: str
    concept: str
    person: str
    judge: str
    confidence: float


@dataclass(frozen=True)
class Concept:
    """The accepts of a judge for one entity: how many, how many of them a person accepted, and the share with its
    95 % interval (Wilson)."""

    name: str
    accepts: int
    right: int
    precision: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """A judge compared with people. compared: candidates judged by both; agreement: share judged the same; kappa: the
    same beyond chance (Cohen), None when chance agreement is 1; threshold: the lowest confidence from which the judge's
    accepts reach the precision that was asked for, None when none does; accepts, right, precision, low, high: of the
    accepts from the threshold on (of all accepts without one); would: waiting candidates that it would accept from
    there; waiting: all that wait; concepts: the accepts by entity, most first."""

    judge: str
    wanted: float
    compared: int
    agreement: float | None
    kappa: float | None
    threshold: float | None
    accepts: int
    right: int
    precision: float | None
    low: float | None
    high: float | None
    would: int
    waiting: int
    concepts: tuple[Concept, ...]

    @property
    def ready(self) -> bool:
        """Whether a rule may be set: enough was compared, and a threshold reaches the precision."""
        return self.compared >= FIRST and self.threshold is not None


def calibration(store: Store, judge: str, precision: float = PRECISION, plan: int | None = None) -> Calibration:
    """The judge compared with people on the candidates of a plan (None: all); AdrError for an impossible precision."""
    if not 0.5 <= precision <= 1:
        raise AdrError(f"The precision {precision:g} cannot be asked for.", "Give a number from 0.5 to 1.")
    rows = compared(store, judge, plan)
    threshold = threshold_for(rows, precision)
    counted = accepts_from(rows, threshold or 0.0)
    right = sum(row.person == "accept" for row in counted)
    low, high = wilson(right, len(counted)) if counted else (None, None)
    would, waiting = store.rows(
        """
        select count(*) filter (where o.judgement = 'accept' and o.confidence >= $threshold), count(*)
        from candidate c left join opinion o on o.candidate = c.candidate and o.judge = $judge
        where c.chosen and ($plan is null or c.plan = $plan)
          and c.candidate not in (select candidate from current_verdict)
        """,
        {"threshold": 2.0 if threshold is None else threshold, "judge": judge, "plan": plan},
    )[0]
    return Calibration(
        judge=judge,
        wanted=precision,
        compared=len(rows),
        agreement=agreement(rows),
        kappa=kappa(rows),
        threshold=threshold,
        accepts=len(counted),
        right=right,
        precision=right / len(counted) if counted else None,
        low=low,
        high=high,
        would=int(would),
        waiting=int(waiting),
        concepts=by_concept(counted),
    )


def compared(store: Store, judge: str, plan: int | None = None) -> list[Compared]:
    """The candidates that a person (not a rule) and the judge have judged, by the time of the person's verdict."""
    return [Compared(*row) for row in store.rows(COMPARED, {"judge": judge, "plan": plan})]


COMPARED = """
    select c.candidate, coalesce(e.name, ''), v.judgement, o.judgement, o.confidence
    from opinion o
    join candidate c on c.candidate = o.candidate
    join current_verdict v on v.candidate = o.candidate and v.rule is null
    left join named_entity e on e.entity = c.entity
    where o.judge = $judge and ($plan is null or c.plan = $plan)
    order by v.verdict
    """


def threshold_for(rows: Sequence[Compared], precision: float) -> float | None:
    """The lowest confidence from which on at least `LEAST` accepts of the judge are right with `precision`; None when
    there is none. Equal confidences stand or fall together."""
    found, right = None, 0
    accepts = sorted((row for row in rows if row.judge == "accept"), key=lambda row: -row.confidence)
    for number, row in enumerate(accepts, 1):
        right += row.person == "accept"
        last_of_equals = number == len(accepts) or accepts[number].confidence < row.confidence
        if last_of_equals and number >= LEAST and right / number >= precision:
            found = row.confidence
    return found


def accepts_from(rows: Sequence[Compared], threshold: float) -> list[Compared]:
    """The accepts of the judge with at least this confidence, in order."""
    return [row for row in rows if row.judge == "accept" and row.confidence >= threshold]


def agreement(rows: Sequence[Compared]) -> float | None:
    """The share of candidates on which both say the same; None for none."""
    return sum(row.person == row.judge for row in rows) / len(rows) if rows else None


def kappa(rows: Sequence[Compared]) -> float | None:
    """Cohen's kappa; None for no rows, or when chance agreement is 1."""
    if not rows:
        return None
    people, judge = Counter(row.person for row in rows), Counter(row.judge for row in rows)
    chance = sum(people[word] * judge[word] for word in people) / len(rows) ** 2
    same = sum(row.person == row.judge for row in rows) / len(rows)
    return None if chance == 1 else (same - chance) / (1 - chance)


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927); (0, 1) for none."""
    if not of:
        return 0.0, 1.0
    share, z2 = right / of, _Z**2
    middle, half = share + z2 / (2 * of), _Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of**2))
    return max(0.0, (middle - half) / (1 + z2 / of)), min(1.0, (middle + half) / (1 + z2 / of))


def by_concept(accepts: Sequence[Compared]) -> tuple[Concept, ...]:
    """The accepts of each entity, most first."""
    counts = Counter(row.concept for row in accepts)
    right = Counter(row.concept for row in accepts if row.person == "accept")
    return tuple(
        Concept(name, n, right[name], right[name] / n, *wilson(right[name], n))
        for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
