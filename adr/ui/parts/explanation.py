"""Why an instance is kept or dropped: what each perspective decides, and the draws behind it. Knows no recipe."""

import numpy as np
import pandas as pd
import streamlit as st

from adr.figures import number_words
from adr.rebalance.explain import Explanation
from adr.ui.parts.palette import title_of


def explanation_view(why: Explanation, rule: str) -> None:
    """Each perspective's critical τ with the entity that decides it; below it, all draws."""
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "perspective": title_of(p.perspective),
                    "passes": p.passed,
                    "passes from τ": "any τ"
                    if p.critical_tau < 0
                    else "never"
                    if np.isinf(p.critical_tau)
                    else f"{p.critical_tau:,.4g}",
                    "τ": f"{p.tau:,.6g}",
                    "decided by": p.entity or "–",
                    "over all seeds": p.probability,
                    "entities": len(p.entities),
                }
                for p in why.passes
            ]
        ),
        hide_index=True,
        width="stretch",
        column_config={"over all seeds": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
    )
    with st.expander("All its entities and their draws", key="all draws"):
        _draws_view(why, rule)


def _draws_view(why: Explanation, rule: str) -> None:
    st.caption(
        "An entity passes when its draw times its count is below τ, or below what is set in its place."
        if rule == "any"
        else "One draw for the perspective is compared with the mean probability of its entities."
    )
    rows = [
        {
            "perspective": title_of(p.perspective),
            "entity": d.entity,
            "instances": d.n,
            "below": number_words(d.limit, 6),
            "by hand": {"own_tau": "own τ", "mute": "muted", "protect": "protected"}.get(d.by_hand, ""),
            "probability": d.probability,
            "draw": d.draw,
            "draw × instances": d.product,
            "passes": d.passed,
        }
        for p in why.passes
        for d in p.entities
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", height=300)
