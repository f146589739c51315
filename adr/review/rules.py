"""Rules: verdicts by a cut-off on a score, previewed before they are given. A person's verdict always wins."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from adr.errors import AdrError
from adr.review.verdicts import judge
from adr.store import Store

# Columns of `candidate` that a rule may use, and what they mean.
SCORES = {
    "score": "overall score",
    "entity_rank": "rank of the entity among its siblings (1 is best)",
    "entity_score": "agreement with the entity",
    "prompt_score": "agreement with the prompt",
    "parent_score": "similarity to the parent",
    "nearest_score": "similarity to the nearest other image",
    "flags": "number of flags (0 is none)",
}
COMPARISONS = ("<", "<=", ">", ">=")
BINS = 20


@dataclass(frozen=True)
class Rule:
    """A rule "judgement where column comparison value", which applies to pending candidates only."""

    judgement: str
    column: str
    comparison: str
    value: float
    plan: int | None = None

    def __post_init__(self) -> None:
        for what, value, allowed in (
            ("judgement", self.judgement, ("accept", "reject", "unsure")),
            ("score", self.column, tuple(SCORES)),
            ("comparison", self.comparison, COMPARISONS),
        ):
            if value not in allowed:
                raise AdrError(f"A rule cannot have the {what} {value!r}.", f"Choose one of {', '.join(allowed)}.")

    @property
    def name(self) -> str:
        """The rule's name in verdicts and manifests, e.g. 'reject where score < 0.3'."""
        return f"{self.judgement} where {self.column} {self.comparison} {self.value:g}"

    def holds(self, values: pd.Series) -> pd.Series:
        """Whether the rule applies, elementwise; it never applies to a missing score."""
        compare = {"<": values.lt, "<=": values.le, ">": values.gt, ">=": values.ge}[self.comparison]
        return compare(self.value) & values.notna()


@dataclass(frozen=True)
class RulePreview:
    """What a rule would do: how many candidates are pending, how many of them have the score, how many it would judge,
    a histogram (counts between edges), and the candidates nearest to the cut-off on either side, nearest first."""

    pending: int
    scored: int
    applies: int
    counts: tuple[int, ...]
    edges: tuple[float, ...]
    inside: tuple[str, ...]
    outside: tuple[str, ...]


def preview(store: Store, rule: Rule, examples: int = 5) -> RulePreview:
    """What applying the rule would do; writes nothing."""
    frame = _pending(store, rule)
    values = frame[rule.column].astype(float)
    holds = rule.holds(values)
    known = values.dropna()
    counts, edges = np.histogram(known, bins=BINS) if len(known) else (np.zeros(BINS), np.linspace(0, 1, BINS + 1))
    near = frame.assign(distance=(values - rule.value).abs()).sort_values(["distance", "candidate"])
    inside = near.loc[holds.reindex(near.index), "candidate"].head(examples)
    outside = near.loc[~holds.reindex(near.index), "candidate"].head(examples)
    return RulePreview(
        len(frame),
        len(known),
        int(holds.sum()),
        tuple(int(n) for n in counts),
        tuple(float(e) for e in edges),
        tuple(inside),
        tuple(outside),
    )


def apply(store: Store, rule: Rule, reviewer: str) -> int:
    """Give the rule's judgement to every pending candidate that it applies to, as one batch that names the rule;
    returns how many there were."""
    frame = _pending(store, rule)
    chosen = frame.loc[rule.holds(frame[rule.column].astype(float)), "candidate"].tolist()
    return judge(store, chosen, rule.judgement, reviewer, rule=rule.name) if chosen else 0


def _pending(store: Store, rule: Rule) -> pd.DataFrame:
    return store.frame(
        """
        select candidate, score, entity_rank, entity_score, prompt_score, parent_score, nearest_score,
               case when image is null or perceptual_distance is not null then coalesce(len(flags), 0) end as flags
        from candidate anti join current_verdict using (candidate)
        where chosen and ($plan is null or plan = $plan) order by candidate
    """,
        {"plan": rule.plan},
    )
