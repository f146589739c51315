"""What the newest run and the accepted candidates did to the tail, with the numbers of the export's report."""

import streamlit as st

from adr.export.counts import Counts, kept_counts, with_accepted
from adr.export.leaving import leaving
from adr.figures import counted, share_words
from adr.rebalance.engine import postings_stamp
from adr.recipe import Recipe
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.parts.palette import title_text

_STATES = ("before", "rebalanced", "with accepted", "random subset")


def tail_view(here: Frame) -> None:
    """The tail before, after rebalancing and with what is accepted; nothing without a run."""
    run = here.standing.newest_run
    if run is None or not here.standing.postings:
        return
    leave = leaving(here.store, here.workspace, run)
    kept = _kept(
        (str(here.workspace.folder), run, postings_stamp(here.store), leave.recipe.to_toml()), here.store, leave.recipe
    )
    st.subheader("What was gained", anchor=False)
    st.markdown("\n".join(_table(with_accepted(kept, leave))))
    st.caption(
        f"The tail's share of all postings, and how many tail entities still occur: in the source, in what run {run:d} "
        f"keeps, with {counted(leave.synthetic, 'accepted candidate')} added, and in a random subset as large as the "
        "run's. The tail is that of the source, by the paper's rule."
    )


def _table(counts: list[Counts]) -> list[str]:
    """The lines of a table in Markdown."""
    head = ["tail of", *_STATES]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * len(_STATES)]
    for one in filter(lambda each: each.tail.any(), counts):
        states = [one.numbers(array) for array in (one.before, one.after, one.refined, one.random)]
        cells = [
            f"{share_words(n['tail_share'], 2)} · {counted(int(n['tail_entities']), 'entity', 'entities')}"
            for n in states
        ]
        lines.append("| " + " | ".join([title_text(one.perspective), *cells]) + " |")
    return lines


@st.cache_data(show_spinner=False, max_entries=8)
def _kept(key: tuple[str, int, str, str], _store: Store, _recipe: Recipe) -> list[Counts]:
    """The counts of a run; a run's decisions never change."""
    return kept_counts(_store, key[1], _recipe)
