"""Review: candidates and the verdicts on them. Reads candidate, wanted and slot; writes verdict and claim.

Verdicts are append-only rows. Undo is another row; a person's verdict wins over a rule's, a resolve over all
(view current_verdict).
"""

from adr.review.agreement import Agreement, agreement, disputes
from adr.review.claims import claim_next, release
from adr.review.exchange import ExchangeReport, export_verdicts, import_verdicts
from adr.review.meters import Progress, meters, more_needed, progress
from adr.review.queue import ORDERS, STATES, Filter, count, facets, identifiers, neighbours, queue
from adr.review.rules import SCORES, Rule, RulePreview, apply, preview
from adr.review.verdicts import (
    JUDGEMENTS,
    REASONS,
    Undone,
    current_turns,
    edit,
    history,
    judge,
    resolve,
    undo,
)

__all__ = [
    "JUDGEMENTS", "ORDERS", "REASONS", "SCORES", "STATES", "Agreement", "ExchangeReport", "Filter", "Progress", "Rule",
    "RulePreview", "Undone", "agreement", "apply", "claim_next", "count", "current_turns", "disputes", "edit",
    "export_verdicts", "facets", "history", "identifiers", "import_verdicts", "judge", "meters", "more_needed",
    "neighbours", "preview", "progress", "queue", "release", "resolve", "undo",
]
