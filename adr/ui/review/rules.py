"""Rules: a limit on a score, previewed, then applied as verdicts that name the rule."""

import pandas as pd
import streamlit as st

from adr.plain_text import plain
from adr.review.candidate import shown_files, shown_images
from adr.review.rules import SCORES, Rule, RulePreview, apply, preview
from adr.review.verdicts import undo
from adr.ui.access import reviewing
from adr.ui.frame import Frame
from adr.ui.parts.images import thumbnail
from adr.ui.telling import fragment

# (greatest limit, first limit, step) of the slider; other scores lie from 0 to 1.
_SCALES = {"entity_rank": (60.0, 2.0, 0.6), "flags": (5.0, 0.0, 1.0)}


@fragment
def rules_view(here: Frame, reviewer: str) -> None:
    """A limit on a score: previewed, then applied as verdicts that name the rule."""
    st.markdown("A rule judges every **waiting** candidate on one side of a limit. A person's verdict always wins.")
    rule = _rule()
    seen = preview(here.store, rule)
    if seen.pending and not seen.scored:
        st.info(
            "None of the waiting candidates has this score, so a rule by it judges none. Where no model knows such "
            "pictures there is no score: review by eye.",
            icon=":material/visibility:",
        )
    st.markdown(f"**{plain(rule.name)}** would judge **{seen.applies:,}** of {seen.pending:,} waiting candidates.")
    if seen.scored:
        _histogram(rule, seen)
        _nearest(here, seen)
    apply_column, undo_column, _ = st.columns([1, 1, 4])
    if apply_column.button(
        f"Apply to {seen.applies:,}", type="primary", width="stretch", disabled=not seen.applies, key="rule_apply"
    ):
        with reviewing(reviewer):
            count = apply(here.store, rule, reviewer)
        st.toast(f"{count:,} judged by the rule. Undo takes them all back.")
        st.rerun(scope="app")
    if undo_column.button("Undo my last step", key="rule_undo", width="stretch"):
        with reviewing(reviewer):
            undone = undo(here.store, reviewer)
        st.toast(f"{len(undone.candidates):,} undone." if undone else "You have no step left to undo.")
        st.rerun(scope="app")


def _rule() -> Rule:
    """The controls of a rule."""
    judgement_column, score_column, side_column, value_column = st.columns([1.2, 2, 1, 2], vertical_alignment="bottom")
    judgement = judgement_column.selectbox("Verdict", ["reject", "accept", "unsure"], key="rule_judgement")
    column = score_column.selectbox("where", list(SCORES), format_func=SCORES.__getitem__, key="rule_score")
    side = side_column.selectbox("is", ["<", "<=", ">", ">="], key="rule_side", index=0 if judgement == "reject" else 3)
    top, usual, step = _SCALES.get(column, (1.0, 0.3, 0.01))
    value = value_column.slider("the limit", 0.0, top, usual, step, key=f"rule_line_{column}")
    return Rule(judgement, column, side, float(value))


def _histogram(rule: Rule, seen: RulePreview) -> None:
    """Waiting candidates by score, and on which side of the limit they are."""
    name = SCORES[rule.column]
    middle = [(a + b) / 2 for a, b in zip(seen.edges, seen.edges[1:], strict=False)]
    inside = rule.holds(pd.Series(middle))
    st.bar_chart(
        pd.DataFrame(
            {
                name: [f"{m:.2f}" for m in middle],
                "candidates": seen.counts,
                "side": ["judged" if i else "left alone" for i in inside],
            }
        ),
        x=name,
        y="candidates",
        color="side",
        height=220,
    )


def _nearest(here: Frame, seen: RulePreview) -> None:
    """The candidates nearest to the limit, on both sides."""
    left, right = st.columns(2)
    for place, title, names in (
        (left, "Nearest to the limit, judged", seen.inside),
        (right, "Nearest to the limit, left alone", seen.outside),
    ):
        place.caption(title)
        files = shown_files(here.store, here.workspace, shown_images(here.store, names))
        images = [str(small) for file in files if file and (small := thumbnail(here.workspace, file))]
        if images:
            place.image(images, width=96)
        else:
            place.markdown(":gray[none]")
