"""Where a workspace stands, stage by stage: the counts that the sidebar and the overview show.

A reading stage; knows nothing of how a table came to be filled.
"""

from dataclasses import dataclass

from adr.store import Store


@dataclass(frozen=True)
class Standing:
    """Counts of what each stage has made so far; all 0 in an empty workspace."""

    source: str                 # path as the user gave it; '' when nothing was read
    instances: int
    rejected: int
    entities: int
    postings: int
    runs: int
    newest_run: int | None      # its number
    plans: int
    candidates: int             # all alternatives
    chosen: int                 # the best alternative of each slot
    accepted: int               # candidates whose verdict in force is 'accept'
    left: int                   # chosen candidates without a verdict
    exports: int

    @property
    def next_page(self) -> str:
        """Name of the page on which the next step is to be taken."""
        if not self.instances or not self.postings:
            return "Dataset"
        if not self.runs:
            return "Explore"
        if self.left:
            return "Review"
        return "Export" if self.accepted or not self.exports else "Overview"


def standing(store: Store) -> Standing:
    """The counts as of now; a handful of metadata reads, a few milliseconds at any size."""
    found = store.row("""
        select
            coalesce((select any_value(path) from source), ''),
            (select count(*) from instance),
            (select count(*) from rejected),
            (select count(*) from entity),
            (select count(*) from posting),
            (select count(*) from run),
            (select max(run) from run),
            (select count(*) from plan),
            (select count(*) from candidate),
            (select count(*) from candidate where chosen),
            (select count(*) from current_verdict where judgement = 'accept'),
            (select count(*) from candidate c anti join current_verdict v using (candidate) where c.chosen),
            (select count(*) from export)
    """)
    assert found is not None    # an aggregate without "group by" always has one row
    return Standing(*found)
