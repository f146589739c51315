"""Which plans there are and how large they are: counts over `plan`, `wanted` and `candidate`. Writes nothing."""

from dataclasses import dataclass

from adr.store import Store


@dataclass(frozen=True)
class PlanInShort:
    """A plan with what distinguishes it from others."""

    plan: int
    run: int
    slots: int
    generator: str


@dataclass(frozen=True)
class PlanCounts:
    """How large a plan is. wanted: entities that lack instances; filled: those of them that some slot adds to."""

    slots: int
    wanted: int
    filled: int


@dataclass(frozen=True)
class TakenIn:
    """What became of the finished files of a plan. waiting: candidates chosen in their slot, without a verdict."""

    candidates: int
    waiting: int


def plans_in_short(store: Store) -> list[PlanInShort]:
    """All plans, the newest first."""
    rows = store.rows("select plan, run, slots, settings::json->>'generator' from plan order by plan desc")
    return [PlanInShort(int(plan), int(run), int(slots), str(generator)) for plan, run, slots, generator in rows]


def plan_counts(store: Store, plan: int) -> PlanCounts:
    """How large plan `plan` is; zeros for a plan that does not exist."""
    found = store.row(
        """
        select coalesce((select slots from plan where plan = $1), 0), count(*), count(*) filter (where quota > 0)
        from wanted where plan = $1
        """,
        [plan],
    )
    return PlanCounts(*map(int, found or (0, 0, 0)))


def taken_in(store: Store, plan: int) -> TakenIn:
    """How many candidates of a plan are in the database, and how many of them wait for a judgement."""
    found = store.row(
        """
        select count(*), count(*) filter (where c.chosen and v.candidate is null)
        from candidate c left join current_verdict v on v.candidate = c.candidate where c.plan = $1
        """,
        [plan],
    )
    return TakenIn(*map(int, found or (0, 0)))
