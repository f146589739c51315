"""The Overview of a workspace: its stages, curves at a glance, some pictures, and the newest runs and exports."""

import numpy as np
import streamlit as st

from adr.explore import overview
from adr.explore.entities import find_entities
from adr.explore.instances import instances
from adr.figures import counted
from adr.perspectives import indexed
from adr.plain_text import code, plain
from adr.store import Store
from adr.ui.frame import Frame, stage_states
from adr.ui.navigation import PAGES, go, link
from adr.ui.overview.tail import tail_view
from adr.ui.parts.curve_cards import CurveCard, curve_cards
from adr.ui.parts.distributions import Distribution, Key, distribution
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles
from adr.ui.parts.job_view import job_view
from adr.ui.parts.palette import color_of
from adr.ui.parts.stage_strip import Stage, stage_strip

_CARDS = 4  # perspectives whose curves are shown


def workspace_view(here: Frame) -> None:
    """The Overview of a workspace that holds a dataset."""
    _title(here)
    for job in here.jobs.running():
        job_view(here.jobs, job.kind)
    _stages(here)
    tail_view(here)
    if here.standing.postings:
        st.subheader("Long tails", anchor=False)
        picked = curve_cards(_cards(here.key, here.store), key="curves")
        if picked:
            go("Explore", perspective=picked)
    _images(here)
    _made(here)


def _title(here: Frame) -> None:
    source = overview.source_read(here.store)
    st.title(plain(here.workspace.name), anchor=False)
    if source is None:
        return
    said = [code(source.file), counted(source.instances, "instance")]
    said += [counted(source.rejected, "record") + " set aside"] if source.rejected else []
    said += [f"read {source.ingested_at:%Y-%m-%d %H:%M} UTC"] if source.ingested_at else []
    st.caption(" · ".join(said))


def _stages(here: Frame) -> None:
    stands = here.standing
    sentence, steps = _making(here) or stands.next_step()
    done = {
        "Dataset": bool(stands.instances and stands.postings),
        "Explore": bool(stands.postings),
        "Rebalance": bool(stands.runs),
        "Synthesize": bool(stands.candidates),
        "Review": bool(stands.chosen) and not stands.left,
        "Export": bool(stands.exports),
        "Prove": bool(here.proofs),
    }
    empty = {
        "Dataset": "nothing read",
        "Explore": "no index yet",
        "Rebalance": "no run yet",
        "Synthesize": "nothing planned",
        "Review": "nothing to judge",
        "Export": "nothing written",
        "Prove": "not tried",
    }
    states = stage_states(stands, len(here.proofs))
    picked = stage_strip(
        [
            Stage(name, states.get(name) or empty[name], "next" if name == steps[0][0] else "done" if made else "later")
            for name, made in done.items()
        ],
        key="stages",
    )
    if picked:
        go(picked)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**Next:** {plain(sentence)}", width="content")
        (first, does), *others = steps
        if st.button(plain(does), type="primary", key="next step", icon=PAGES[first][1]):
            go(first)
        for page, label in others:
            link(page, plain(label))


def _making(here: Frame) -> tuple[str, list[tuple[str, str]]] | None:
    """The next step while a plan's candidates are being made; None when none are."""
    running = here.jobs.running("synthesize")
    if not running:
        return None
    left = here.standing.left
    waits = f"{counted(left, 'candidate')} {'waits' if left == 1 else 'wait'} for your judgement" if left else ""
    sentence = f"{running[0].title} is being made" + (f"; {waits} meanwhile." if left else ".")
    steps = [("Synthesize", "Watch it"), ("Review", "Review")]
    return sentence, steps[::-1] if left else steps


@st.cache_data(show_spinner=False, max_entries=16)
def _cards(key: Key, _store: Store) -> list[CurveCard]:
    cards = []
    for perspective, row in list(indexed(_store).items())[:_CARDS]:
        known = distribution(key, _store, perspective, row.tail_share)
        top = find_entities(_store, perspective, limit=3).entities
        rare = known.rule.tail_entities / max(known.entities, 1)
        cards.append(
            CurveCard(
                perspective,
                row.title,
                row.sentence,
                color_of(perspective),
                *_unit(known),
                [
                    f"{counted(known.entities, 'entity', 'entities')}, {rare:.0%} of them tail",
                    f"The tail has {known.rule.tail_share:.1%} of the postings",
                ],
                "Head: " + ", ".join(e.name for e in top) if top else "nothing found",
            )
        )
    return cards


def _unit(known: Distribution) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Head and tail of a curve on logarithmic axes in the unit square, at most about 120 points."""
    if not known.entities:
        return [], []
    wide, high = np.log(max(int(known.ranks[-1]), 2)), np.log(max(int(known.counts[0]), 2)) + 0.4
    x, y = np.log(known.ranks) / wide, (np.log(known.counts) + 0.4) / high
    cell = np.floor(x * 120)
    keep = (
        np.append(True, np.diff(cell) > 0) | np.append(np.diff(cell) > 0, True) | (known.ranks == known.rule.head_rank)
    )
    points = [
        (round(float(a), 4), round(float(b), 4), int(rank))
        for a, b, rank in zip(x[keep], y[keep], known.ranks[keep], strict=True)
    ]
    head = [(a, b) for a, b, rank in points if rank <= known.rule.head_rank]
    tail = [(a, b) for a, b, rank in points if rank >= known.rule.head_rank]
    return head, tail


def _images(here: Frame) -> None:
    some = instances(here.store, _some(here.key, here.store))
    if not some:
        return
    st.subheader("A few instances", anchor=False)
    picked = image_grid(instance_tiles(here, some), key="a few", least=165)
    if picked:
        go("Explore", instance=picked)


@st.cache_data(show_spinner=False, max_entries=16)
def _some(key: Key, _store: Store) -> list[int]:
    return overview.a_few_instances(_store, 12)


def _made(here: Frame) -> None:
    runs, exports = overview.newest_runs(here.store), overview.newest_exports(here.store)
    if not runs and not exports:
        return
    left, right = st.columns(2, gap="medium")
    if runs:
        with left:
            st.subheader("Newest runs", anchor=False)
            for run in runs:
                total = run.kept + run.dropped
                link(
                    "Rebalance",
                    f"**{plain(run.name)}** · keeps {run.kept:,} of {counted(total, 'instance')} "
                    f"({run.kept / max(total, 1):.0%})",
                    icon=":material/balance:",
                    run=run.run,
                )
    if exports:
        with right:
            st.subheader("Newest exports", anchor=False)
            for made in exports:
                link(
                    "Export",
                    f"**{plain(made.format)}** · {counted(made.instances, 'instance')}, {made.synthetic:,} synthetic",
                    icon=":material/output:",
                    help=plain(made.folder),
                    export=made.export,
                )
