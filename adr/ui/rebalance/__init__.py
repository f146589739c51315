"""The Rebalance page."""
