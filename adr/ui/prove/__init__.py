"""The Prove page."""
