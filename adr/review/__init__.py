"""The review stage: candidates and the verdicts on them. Reads candidate, wanted and slot; writes verdict and claim.

Verdicts are append-only rows. Undo is another row; a person's verdict wins over a rule's, and a resolve over all others
(view current_verdict).
"""
