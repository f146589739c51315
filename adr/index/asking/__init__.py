"""Asking: the forms of question in other languages than English, a table of rules per language."""
