"""The review stage: candidates and the verdicts on them. Reads candidate, wanted and slot; writes verdict and claim.

Verdicts are append-only rows. Undo is another row; a person's verdict wins over a rule's, a resolve over all
(view current_verdict).
"""
