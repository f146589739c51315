"""Where reviewers agree and where they differ."""

from dataclasses import dataclass

import pandas as pd

from adr.store import Store

ENOUGH = 20  # with fewer pairs kappa means nothing

# Each person's latest standing judgement per candidate.
_LATEST = """
    select candidate, reviewer, judgement from verdict v
    where rule is null and judgement in ('accept', 'reject', 'unsure')
      and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict)
    qualify row_number() over (partition by candidate, reviewer order by verdict desc) = 1
"""


@dataclass(frozen=True)
class Agreement:
    """How far two people agree. pairs: candidates judged by both; share: share of them judged the same, 0..1; kappa:
    Cohen's kappa (corrected for chance), or None below `ENOUGH` pairs or when chance agreement is 1."""

    first: str
    second: str
    pairs: int
    share: float
    kappa: float | None


def agreement(store: Store) -> list[Agreement]:
    """Every pair of reviewers with candidates in common, most pairs first."""
    both = store.frame(f"""
        with latest as ({_LATEST})
        select a.reviewer as first, b.reviewer as second, a.judgement as one, b.judgement as other, count(*) as pairs
        from latest a join latest b on a.candidate = b.candidate and a.reviewer < b.reviewer
        group by all
    """)
    found = []
    for (first, second), group in both.groupby(["first", "second"]):
        pairs = int(group["pairs"].sum())
        same = int(group.loc[group["one"] == group["other"], "pairs"].sum()) / pairs
        ones = group.groupby("one")["pairs"].sum() / pairs
        others = group.groupby("other")["pairs"].sum() / pairs
        chance = float((ones * others).fillna(0).sum())
        kappa = (same - chance) / (1 - chance) if pairs >= ENOUGH and chance < 1 else None
        found.append(Agreement(str(first), str(second), pairs, same, kappa))
    return sorted(found, key=lambda a: (-a.pairs, a.first, a.second))


def disputes(store: Store) -> pd.DataFrame:
    """Unresolved candidates on which people's standing verdicts differ: candidate, name, verdicts (text)."""
    return store.frame(f"""
        with latest as ({_LATEST})
        select l.candidate, e.name, string_agg(l.reviewer || ': ' || l.judgement, ', ' order by l.reviewer) as verdicts
        from latest l join candidate c using (candidate) left join named_entity e using (entity)
        where l.candidate not in (
            select candidate from verdict v where judgement = 'resolve'
            and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict))
        group by l.candidate, e.name having count(distinct l.judgement) > 1 order by l.candidate
    """)
