"""What judges think of candidates: the table `opinion`. An opinion is no verdict; see `judge_rule`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from adr.store import Store


@dataclass(frozen=True)
class Opinion:
    """What a judge thinks of one candidate. reason: one of `adr.reject_reasons` for a reject, else None; confidence:
    0..1, as the judge says; note: what it wrote besides, or why nothing could be read."""

    candidate: str
    judgement: str
    confidence: float
    reason: str | None = None
    note: str = ""


def give(store: Store, judge: str, opinions: Sequence[Opinion]) -> None:
    """Write the opinions of a judge; an earlier one about the same candidate is replaced."""
    if not opinions:
        return
    frame = pd.DataFrame([vars(one) for one in opinions])
    frame["reason"] = frame["reason"].astype("string")
    frame["judge"], frame["given_at"] = judge, datetime.now(UTC).replace(tzinfo=None)
    with store.atomic() as writer:
        names = [one.candidate for one in opinions]
        writer.execute("delete from opinion where judge = $1 and candidate in (select unnest($2))", [judge, names])
        writer.insert("opinion", frame)


def without_opinion(store: Store, judge: str, plan: int | None = None) -> list[str]:
    """The chosen candidates of a plan (None: all) about which the judge has not been asked. Those with a person's
    verdict come first, then a random sample, so that both meet early."""
    return [
        str(candidate)
        for (candidate,) in store.rows(
            """
            select c.candidate from candidate c left join current_verdict v using (candidate)
            where c.chosen and ($plan is null or c.plan = $plan)
              and c.candidate not in (select candidate from opinion where judge = $judge)
            order by v.candidate is not null and v.rule is null desc, md5(c.candidate)
            """,
            {"plan": plan, "judge": judge},
        )
    ]


def judges(store: Store) -> list[str]:
    """The judges that have given an opinion, the one with the newest first."""
    return [
        str(j) for (j,) in store.rows("select judge from opinion group by judge order by max(given_at) desc, judge")
    ]
