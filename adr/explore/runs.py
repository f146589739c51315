"""The runs of a workspace, to choose from."""

from dataclasses import dataclass

from adr.store import Store


@dataclass(frozen=True)
class RunInShort:
    """A run with what distinguishes it from others; name is '' when it has none."""

    run: int
    name: str
    kept: int
    dropped: int


def runs_in_short(store: Store) -> list[RunInShort]:
    """All runs, the newest first."""
    rows = store.rows("select run, coalesce(name, ''), kept, dropped from run order by run desc")
    return [RunInShort(int(run), str(name), int(kept), int(dropped)) for run, name, kept, dropped in rows]
