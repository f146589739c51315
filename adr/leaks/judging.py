"""The leaks a page at a time, and what a person says of them. Judgements are rows that are never changed."""

from dataclasses import dataclass
from typing import Literal

from adr.errors import AdrError
from adr.store import Store

Judgement = Literal["leak", "false_alarm", "open"]
_JUDGED = """
    select l.leak, l.mark, l.benchmark, l.item, l.kind, l.how, l.likeness, l.path, l.candidate, l.question, l.shown,
           coalesce(j.judgement, 'open') as judgement,
           coalesce(l.instance, p.instance) as instance, coalesce(p.instances, 1) as instances
    from leak l
    left join (
        select mark, last(judgement order by judged_at) as judgement from leak_judgement group by mark) j using (mark)
    left join (
        select path, min(instance) as instance, count(*) as instances
        from (select instance, unnest(images) as path from instance) group by path) p using (path)"""


@dataclass(frozen=True)
class JudgedLeak:
    """A leak with what a person says of it. instance: the first that has it, None for a candidate; instances: how many
    have it; the rest as in the table `leak`."""

    leak: int
    mark: str
    benchmark: str
    item: str
    kind: str
    how: str
    likeness: float
    path: str | None
    candidate: str | None
    question: str | None
    shown: str | None
    judgement: Judgement
    instance: int | None
    instances: int


def judged_leaks(store: Store, kind: str, judgement: Judgement, offset: int, limit: int) -> list[JudgedLeak]:
    """A page of the leaks of a kind ('picture' or 'text') that are judged so. Those least alike come first, since most
    false alarms are among them."""
    rows = store.rows(
        f"""
        select * from ({_JUDGED}) where kind = $1 and judgement = $2
        order by likeness, leak limit $3 offset $4""",
        [kind, judgement, limit, offset],
    )
    return [JudgedLeak(*row) for row in rows]


def leak_counts(store: Store) -> dict[tuple[str, str], int]:
    """{(kind, judgement): leaks}, those without any left out."""
    rows = store.rows(f"select kind, judgement, count(*) from ({_JUDGED}) group by kind, judgement order by 1, 2")
    return {(kind, judgement): n for kind, judgement, n in rows}


def candidate_of(store: Store, candidate: str) -> tuple[str | None, list[tuple[str, str]]]:
    """(the picture of a candidate as a path below the workspace, its turns as (role, text)); (None, []) without it."""
    row = store.row("select image, turns from candidate where candidate = $1", [candidate])
    image, turns = row or (None, None)
    return image, [(turn["role"], turn["text"]) for turn in turns or ()]


def instances_of(store: Store, leak: int) -> tuple[int, ...]:
    """The instances that have what a leak found, ascending; of a candidate none."""
    rows = store.rows(
        """
        select instance from leak where leak = $1 and instance is not null
        union
        select i.instance from leak l
        join (select instance, unnest(images) as path from instance) i using (path) where l.leak = $1
        order by instance""",
        [leak],
    )
    return tuple(instance for (instance,) in rows)


def judge_leak(store: Store, mark: str, judgement: Judgement, reviewer: str) -> None:
    """Write down what a person says of a leak; AdrError for an unknown mark."""
    if not store.value("select exists (select 1 from leak where mark = $1)", [mark]):
        raise AdrError("This leak is not there any more.", "Look at those that are on the Dataset page.")
    store.execute(
        "insert into leak_judgement values ($1, $2, $3, now() at time zone 'UTC')", [mark, judgement, reviewer]
    )
