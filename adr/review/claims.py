"""Which reviewer holds which candidate: a held candidate is not given to another reviewer for a few minutes."""

from datetime import UTC, datetime, timedelta

from adr.review.queue import Filter, first
from adr.store import Store

MINUTES = 5.0
_PAGE = 50


def claim_next(
    store: Store,
    wanted: Filter,
    reviewer: str,
    *,
    order: str = "gain",
    skip: frozenset[str] = frozenset(),
    minutes: float = MINUTES,
) -> str | None:
    """Claim the first candidate of a filter that nobody else holds for `reviewer`, and return it; None when there is no
    such candidate.

    Candidates in `skip` are skipped. The claim lasts `minutes`, or until a verdict or `release`.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    with store.atomic() as writer:  # one at a time, so that two reviewers never get the same candidate
        held = {
            row[0]
            for row in writer.rows("select candidate from claim where until > $1 and reviewer <> $2", [now, reviewer])
        }
        offset = 0
        while True:
            page = first(store, wanted, order, limit=_PAGE, offset=offset)
            for candidate in page:
                if candidate not in held and candidate not in skip:
                    writer.execute(
                        "delete from claim where candidate = $1 or reviewer = $2 or until <= $3",
                        [candidate, reviewer, now],
                    )
                    writer.execute(
                        "insert into claim values ($1, $2, $3)", [candidate, reviewer, now + timedelta(minutes=minutes)]
                    )
                    return candidate
            if len(page) < _PAGE:
                return None
            offset += _PAGE


def hold(store: Store, candidate: str, reviewer: str, minutes: float = MINUTES) -> str | None:
    """Claim one candidate for `reviewer`; returns None, or the name of the reviewer who already holds it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with store.atomic() as writer:
        other = writer.value(
            "select reviewer from claim where candidate = $1 and until > $2 and reviewer <> $3",
            [candidate, now, reviewer],
        )
        if other:
            return str(other)
        writer.execute(
            "delete from claim where candidate = $1 or reviewer = $2 or until <= $3", [candidate, reviewer, now]
        )
        writer.execute("insert into claim values ($1, $2, $3)", [candidate, reviewer, now + timedelta(minutes=minutes)])
    return None


def release(store: Store, reviewer: str) -> None:
    """Give back everything that a reviewer holds."""
    store.execute("delete from claim where reviewer = $1", [reviewer])
