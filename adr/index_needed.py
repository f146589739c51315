"""Whether the postings are those of the present sources; asked by every stage that reads them."""

from adr.errors import AdrError
from adr.store import Store


def need_index(store: Store) -> None:
    """AdrError unless there is an index, and the sources have not changed since it was made."""
    if store.value("select in_force from index_in_force"):
        return
    made = store.value("select exists (select 1 from entity)")
    raise AdrError(
        "The sources have changed since the index was built." if made else "There are no postings yet.",
        "Build the index: `python -m adr index`, or on the Dataset page.",
    )
