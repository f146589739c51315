"""How a run is called wherever a page lists runs. Knows nothing of what a run is."""


def run_words(number: int, name: str) -> str:
    """'Run 2', or 'Run 2 · gentle' where somebody has given it a name of its own."""
    return f"Run {number}" if not name or name.casefold() == f"run {number}" else f"Run {number} · {name}"
