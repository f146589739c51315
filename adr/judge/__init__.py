"""Judges: a model that sees pictures, or the scorer, asked what it thinks of candidates. Stands above the stages."""
