"""One module per verb: what it takes (`arguments`), what it does (`act`), what a person reads of it (`page`)."""
