"""What the page says where its engine holds a sample of the instances. Nothing of it is shown where it holds all."""

import streamlit as st

from adr.rebalance.engine import Engine
from adr.recipe import Recipe

_WHOLE_ONLY = {
    "mixture": "A mixture ranks all instances, so it cannot be tuned on a sample.",
    "backwards": "Answers to the instance need all instances.",
    "compare": "What only one of two recipes keeps is counted over all instances.",
}


def sample_notice(engine: Engine, recipe: Recipe) -> None:
    """Which numbers are exact, which are estimates, and what of the recipe they leave out."""
    if engine.sample is None:
        return
    left_out = engine.decided(recipe) != recipe
    caps = " The recipe’s caps and mixture are not in these numbers: they rank all instances." if left_out else ""
    st.info(
        f"**{engine.rows:,} of {engine.total:,} instances are loaded,** since all of them take more memory than "
        "ADR_ENGINE_GB allows. Every decision shown is exact, and so are n(e), τ and the numbers *before*. Sizes and "
        f"the numbers *after* and *random* are estimates.{caps}",
        icon=":material/data_thresholding:",
    )


def needs_all(engine: Engine, part: str) -> bool:
    """Whether the part of the page cannot be shown for a sample; then it says why."""
    why = _WHOLE_ONLY.get(part) if engine.sample is not None else None
    if why is not None:
        st.info(f"{why} Set ADR_ENGINE_GB higher and start the app again to load them.", icon=":material/memory:")
    return why is not None
