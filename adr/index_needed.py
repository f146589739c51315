"""Whether the postings are those of the present sources; asked by every stage that reads them."""

from adr.errors import AdrError
from adr.language_names import INSTALL, language_name
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
    raise AdrError("The index stands and holds nothing, since none of the text could be read.", _what_reads(store))


def _what_reads(store: Store) -> str:
    """What to install for the languages of the turns that were not read, with their numbers."""
    rows = store.rows("""
        select language, sum(unread)::bigint from turn_language group by language having sum(unread) > 0
        order by 2 desc, language""")
    turns = ", ".join(f"{language_name(language)} {turns:,}" for language, turns in rows)
    unread = f"Turns that were not read: {turns}. " if rows else ""
    return (
        f"{unread}Run {INSTALL} and index again, or name a spaCy pipeline for the language: "
        "`python -m adr index --extractor spacy --spacy-model NAME`."
    )
