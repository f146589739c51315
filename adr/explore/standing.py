"""Where a workspace stands, stage by stage: the counts that the sidebar and the overview show.

Reads only; knows nothing of how the tables are filled.
"""

from dataclasses import dataclass

from adr.figures import counted
from adr.store import Store


@dataclass(frozen=True)
class Standing:
    """Counts of what each stage has made so far; all 0 in an empty workspace."""

    source: str  # paths as the user gave them, with commas; '' when nothing was read
    instances: int
    rejected: int
    entities: int  # 0 also when the sources have changed since the index was made
    postings: int
    runs: int
    newest_run: int | None  # its number
    plans: int
    candidates: int  # all alternatives
    chosen: int  # the best alternative of each slot
    accepted: int  # candidates whose verdict in force is 'accept'
    left: int  # chosen candidates without a verdict
    exports: int
    plan: int | None  # the newest plan
    to_make: int  # candidates of the newest plan that are neither collected nor known to have failed
    empty_index: bool  # the index of these sources stands and holds nothing

    def next_step(self) -> tuple[str, list[tuple[str, str]]]:
        """A sentence on what to do next, and the pages for it: [(page, what to do there), ...], the best first."""
        if not self.instances:
            return "No dataset has been read yet.", [("Dataset", "Read a dataset")]
        if self.empty_index:
            return (
                "The index stands and holds nothing, since none of the text could be read.",
                [("Dataset", "See what reads it")],
            )
        if not self.postings:
            return (
                f"{counted(self.instances, 'instance has', 'instances have')} been read. Build the index to see the "
                "long tails.",
                [("Dataset", "Build the index")],
            )
        if not self.runs:
            return (
                "The curves are ready. Look at head and tail, then cap the head and see at once what would be dropped.",
                [("Rebalance", "Cap the head"), ("Explore", "Explore the tail")],
            )
        if self.left:
            return (
                f"{self.left:,} synthetic {'candidate waits' if self.left == 1 else 'candidates wait'} for your "
                "judgement.",
                [("Review", "Review"), ("Export", "Export what is accepted")],
            )
        if self.plan and self.to_make:
            return (
                f"Plan {self.plan} has {counted(self.to_make, 'candidate')} to make.",
                [("Synthesize", "Make them"), ("Export", "Export")],
            )
        if not self.candidates:
            return (
                "The head is capped. Fill the tail with synthetic images, or export what is kept.",
                [("Synthesize", "Fill the tail"), ("Export", "Export")],
            )
        return (
            f"{counted(self.accepted, 'synthetic instance is', 'synthetic instances are')} accepted. Export the "
            "refined dataset.",
            [("Export", "Export"), ("Synthesize", "Fill more of the tail")],
        )


def standing(store: Store) -> Standing:
    """The counts as of now; a handful of metadata reads, a few milliseconds at any size."""
    found = store.row("""
        select
            coalesce((select string_agg(path, ', ' order by source) from source), ''),
            (select count(*) from instance),
            (select count(*) from rejected),
            (select case when in_force then (select count(*) from entity) else 0 end from index_in_force),
            (select case when in_force then (select count(*) from posting) else 0 end from index_in_force),
            (select count(*) from run),
            (select max(run) from run),
            (select count(*) from plan),
            (select count(*) from candidate),
            (select count(*) from candidate where chosen),
            (select count(*) from current_verdict where judgement = 'accept'),
            (select count(*) from candidate c anti join current_verdict v using (candidate) where c.chosen),
            (select count(*) from export),
            (select max(plan) from plan),
            coalesce((
                select greatest(0, p.candidates - (select count(*) from candidate c where c.plan = p.plan)
                                                - (select count(*) from failed f where f.plan = p.plan))
                from plan p order by p.plan desc limit 1), 0),
            coalesce((
                select not exists (select 1 from entity) and (select max(indexed_at) from index_made) >= changed_at
                from dataset_changed), false)
    """)
    assert found is not None  # an aggregate without "group by" always has one row
    return Standing(*found)
