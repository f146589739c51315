"""The answers that changed most, with their pictures; and the gain against the dose."""

from pathlib import Path

import streamlit as st

from adr.figures import signed
from adr.plain_text import plain
from adr.prove.changed import ChangedPair
from adr.prove.dose import DosePoint
from adr.prove.summary import ARM_TITLES, Summary
from adr.ui.frame import Frame
from adr.ui.parts.charts import CONFIG
from adr.ui.parts.images import data_urls
from adr.ui.prove.charts import dose

_COLUMNS = 2


def changed_view(here: Frame, found: Summary) -> None:
    """The twenty test questions that changed most between the arms of the first primary question."""
    st.subheader("Answers that changed most", anchor=False)
    if not found.changed:
        st.caption("No answer changed, or the first primary question is not answered yet.")
        return
    first = found.design["primary"][0]
    after, before = (ARM_TITLES.get(first[name], first[name]) for name in ("arm", "against"))
    urls = data_urls(here.workspace, [Path(one.picture) if one.picture else None for one in found.changed])
    columns = st.columns(_COLUMNS, gap="medium")
    for place, (one, url) in enumerate(zip(found.changed, urls, strict=True)):
        with columns[place % _COLUMNS], st.container(border=True):
            _one(one, url, after, before)


def _one(one: ChangedPair, url: str | None, after: str, before: str) -> None:
    picture, said = st.columns([1, 3], vertical_alignment="center")
    if url:
        picture.image(url, width="stretch")
    else:
        picture.caption("no picture")
    said.markdown(
        f"**{plain(one.question)}** {plain(one.answer)}  \n"
        f"{plain(after)}: {plain(one.said) or '(nothing)'}  \n"
        f"{plain(before)}: {plain(one.said_before) or '(nothing)'}"
    )
    said.caption(
        f"{signed(one.gain, 0)} points, {signed(one.likelihood, 2)} nats · {plain(one.kind)} · {plain(one.rarity)}"
    )


def dose_view(found: Summary) -> None:
    """The gain at the tail against the number of synthetic instances per entity."""
    st.subheader("Gain against dose", anchor=False)
    if not found.dose or found.dose_arms is None:
        st.caption("Needs an arm with synthetic instances and the same arm without them.")
        return
    arm, against = (ARM_TITLES.get(one, one) for one in found.dose_arms)
    points = found.dose
    st.plotly_chart(
        dose([_range(one) for one in points], [one.gain for one in points]), config=CONFIG, key="dose", width="stretch"
    )
    st.caption(
        f"{plain(arm)} against {plain(against)}, at the tail and where nothing is seen in training. Exploratory."
    )


def _range(one: DosePoint) -> str:
    if one.most is None:
        return f"{one.least}+"
    return str(one.least) if one.least == one.most else f"{one.least}–{one.most}"
