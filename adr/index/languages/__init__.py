"""Languages: which one a turn is in, and the nouns of those that are not English, a module per language."""
