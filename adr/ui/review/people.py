"""Where reviewers agree and differ, buttons that settle disputes, and the newest verdicts."""

import pandas as pd
import streamlit as st

from adr.plain_text import plain
from adr.review.agreement import agreement, disputes
from adr.review.candidate import shown_files, shown_images
from adr.review.verdicts import history, resolve
from adr.ui.access import reviewing
from adr.ui.frame import Frame
from adr.ui.parts.images import thumbnail
from adr.ui.telling import fragment


@fragment
def people_view(here: Frame, reviewer: str) -> None:
    """Agreement between reviewers, disputes and how to settle them, the newest verdicts."""
    pairs = agreement(here.store)
    if pairs:
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "reviewers": f"{a.first} and {a.second}",
                        "judged by both": a.pairs,
                        "agree": a.share,
                        "Cohen's kappa": a.kappa,
                    }
                    for a in pairs
                ]
            ),
            hide_index=True,
            column_config={"agree": st.column_config.NumberColumn(format="percent")},
            key="pairs",
        )
        st.caption("Kappa is agreement beyond chance; it is shown once both have judged 20 candidates.")
    else:
        st.markdown(
            ":gray[No candidate has been judged by two people yet. “Second look” offers you, blind, candidates that "
            "others have judged.]"
        )
    disputed = disputes(here.store)
    st.markdown(f"**{len(disputed):,} disputed**")
    for row in disputed.head(30).itertuples():
        image, said, accept, reject = st.columns([1, 5, 1, 1], vertical_alignment="center")
        for file in shown_files(here.store, here.workspace, shown_images(here.store, [row.candidate])):
            if file is not None and (small := thumbnail(here.workspace, file)):
                image.image(str(small), width=72)
        said.markdown(f"**{plain(row.name)}** · {plain(row.candidate)}  \n{plain(row.verdicts)}")
        for place, word in ((accept, "accept"), (reject, "reject")):
            if place.button(word.capitalize(), key=f"resolve {word} {row.candidate}", width="stretch"):
                with reviewing(reviewer):
                    resolve(here.store, row.candidate, word, reviewer)
                st.rerun(scope="app")
    st.markdown("**Newest verdicts**")
    st.dataframe(history(here.store).drop(columns=["undoes"]), hide_index=True, height=320, key="history")
