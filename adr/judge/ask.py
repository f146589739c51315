"""Asks a judge about candidates and keeps its opinions; then the active rules of judges are applied.

Stopped at any moment, it keeps what it has heard, and the next call goes on from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adr.errors import AdrError
from adr.judge.scoring import ScoredCandidate, opinion
from adr.judge.seeing import ShownCandidate, load_seeing_judge
from adr.progress import Progress, silent
from adr.review.candidate import shown_files
from adr.review.judge_rule import apply_rules
from adr.review.opinions import Opinion, give, without_opinion
from adr.store import Store
from adr.workspace import Workspace

BY = ("url", "scorer")
_SCORED_AT_ONCE = 2000


@dataclass(frozen=True)
class AskReport:
    """What a judge was asked. asked: candidates by this call; opinions: {judgement: n} of all its opinions on the
    plan's candidates (on all without a plan); accepted: verdicts that active rules gave after it."""

    judge: str
    plan: int | None
    asked: int
    opinions: dict[str, int]
    accepted: int


def ask(
    store: Store,
    workspace: Workspace,
    by: str = "url",
    *,
    plan: int | None = None,
    limit: int | None = None,
    progress: Progress = silent,
) -> AskReport:
    """Ask about the chosen candidates of a plan (None: of all plans) on which the judge has no opinion yet.

    by: 'url', the model that ADR_JUDGE_URL and ADR_JUDGE name, or 'scorer', which needs no network. limit: ask about so
    many at most. AdrError when there is no such judge, or its server cannot be reached.
    """
    if by not in BY:
        raise AdrError(f"There is no judge by {by!r}.", f"Choose {' or '.join(BY)}.")
    name, at_once, opinions = _seeing(store, workspace) if by == "url" else _scoring(store)
    left = without_opinion(store, name, plan)[:limit]
    for start in range(0, len(left), at_once):
        progress(start, len(left), "asking the judge")
        give(store, name, opinions(left[start : start + at_once]))
    progress(len(left), len(left), "applying the rules")
    counts = dict(
        store.rows(
            """
            select o.judgement, count(*) from opinion o join candidate c using (candidate)
            where o.judge = $judge and ($plan is null or c.plan = $plan) group by 1 order by 1""",
            {"judge": name, "plan": plan},
        )
    )
    return AskReport(name, plan, len(left), counts, apply_rules(store))


Asked = tuple[str, int, Callable[[Sequence[str]], list[Opinion]]]


def _seeing(store: Store, workspace: Workspace) -> Asked:
    judge = load_seeing_judge()
    return judge.name, judge.at_once, lambda names: judge.opinions(_seen(store, workspace, names))


def _seen(store: Store, workspace: Workspace, names: Sequence[str]) -> list[ShownCandidate]:
    rows = store.rows(
        """
        with edited as (
            select candidate, arg_max(turns, verdict) as turns from verdict
            where judgement = 'edit'
              and verdict not in (select undoes from verdict where judgement = 'undo' and undoes is not null)
            group by candidate
        )
        select c.candidate, coalesce(e.name, ''), coalesce(d.turns, c.turns), i.shown_image
        from candidate c join candidate_image i using (candidate) left join named_entity e on e.entity = c.entity
        left join edited d on d.candidate = c.candidate
        where c.candidate in (select unnest($1::varchar[]))
        """,
        [list(names)],
    )
    shown = [image for *_, image in rows if image]
    files = dict(zip(shown, shown_files(store, workspace, shown), strict=True))
    return [
        ShownCandidate(name, entity.replace(" + ", " and "), turns or (), files.get(image))
        for name, entity, turns, image in rows
    ]


def _scoring(store: Store) -> Asked:
    def opinions(names: Sequence[str]) -> list[Opinion]:
        rows = store.rows(
            """
            select candidate, score, entity_rank, flags from candidate
            where candidate in (select unnest($1::varchar[]))""",
            [list(names)],
        )
        return [opinion(ScoredCandidate(name, score, rank, flags or ())) for name, score, rank, flags in rows]

    return "scorer, rank 1 and no flag", _SCORED_AT_ONCE, opinions
