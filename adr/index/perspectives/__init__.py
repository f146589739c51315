"""Perspectives beside the paper's four: each a function from a batch of instances to the names of their entities."""
