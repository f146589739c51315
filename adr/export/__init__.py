"""Kept instances and accepted candidates as what a trainer reads; one file for each trainer's format."""
