"""Whether the postings are those of the present sources; asked by every stage that reads them."""

from adr.errors import AdrError
from adr.store import Store


def need_index(store: Store) -> None:
    """AdrError unless there is an index, and the sources have not changed since it was made."""
    if store.value("select in_force from index_in_force"):
        return
    build = "Build the index: `python -m adr index`, or on the Dataset page."
    if store.value("select exists (select 1 from entity)"):
        raise AdrError("The sources have changed since the index was built.", build)
    if not store.value("select exists (select 1 from index_made)"):
        raise AdrError("There are no postings yet.", build)
    raise AdrError(
        "The index stands and holds nothing, since none of the text could be read.",
        "If it is in another language, name a spaCy pipeline for it: `python -m adr index --spacy-model NAME`.",
    )
