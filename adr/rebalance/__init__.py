"""The rebalance stage: a recipe over the postings → run, critical_tau and decision, and every question about them."""
