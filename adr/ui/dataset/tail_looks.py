"""Tail objects whose pictures have nothing in common, and single pictures that do not fit their object."""

from dataclasses import replace

import streamlit as st

from adr.embed.likeness import NEAREST
from adr.embed.tail_looks import CHANCE, LEAST, LEAST_APART, ObjectLook, OddPicture, TailLooks, tail_looks
from adr.explore.instances import instances
from adr.explore.pictures import pictured
from adr.feature_folder import FeatureFolder
from adr.figures import counted
from adr.plain_text import plain
from adr.settings import setting
from adr.store import Store
from adr.ui.dataset.embedding import KIND, embedding_view
from adr.ui.dataset.name_actions import mute_entities, select_instances
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.parts.controls import choice, jump, pages
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles
from adr.ui.parts.job_view import job_view
from adr.ui.parts.nothing_indexed import nothing_indexed
from adr.ui.parts.selection import select
from adr.ui.rebalance.latest import latest_words
from adr.workspace import Workspace

_ROWS, _IN_A_ROW, _TILES = 8, 8, 24


def tail_looks_view(here: Frame) -> None:
    """The objects, the least alike first, or the pictures that fit least."""
    if not here.standing.postings:
        nothing_indexed(here)
        return
    job_view(here.jobs, KIND)
    if FeatureFolder.of(here.workspace.features, setting("ADR_SCORER_MODEL")).read() is None:
        st.caption("Compares the pictures of each tail object, once a model has looked at them.")
        embedding_view(here)
        return
    looks = _looks(here.key, here.jobs.begun, here.store, here.workspace)
    st.caption(_summary(looks))
    if not looks.objects:
        return
    what = choice(
        "Shown",
        ("objects", "pictures"),
        "looks",
        default="objects",
        says=lambda one: (
            f"Objects {len(looks.objects):,}" if one == "objects" else f"Pictures that do not fit {len(looks.odd):,}"
        ),
        drops=("page",),
    )
    if what == "objects":
        _objects(here, looks.objects)
    else:
        _pictures(here, looks.odd)


def _summary(looks: TailLooks) -> str:
    looked = f"{len(looks.objects):,} of {counted(looks.tail, 'tail object')} have {LEAST} pictures or more."
    if not looks.objects:
        return looked
    random = sum(one.likeness < CHANCE for one in looks.objects)
    below = f"{random:,} {'is' if random == 1 else 'are'}" if random else "none is"
    return (
        f"{looked} Likeness says how much more alike they are than as many random pictures, in standard deviations of "
        f"these; {below} below {CHANCE:g}, as groups of random pictures mostly are."
    )


def _objects(here: Frame, found: list[ObjectLook]) -> None:
    above = st.container()
    first = pages(len(found), _ROWS, "page")
    shown = found[first : first + _ROWS]
    chosen = pictured(here.store, "object", [one.entity for one in shown], _IN_A_ROW)
    with above:
        for one in shown:
            _heading(here, one)
            tiles = instance_tiles(here, instances(here.store, chosen[one.entity]), ("object", one.name))
            if picked := image_grid(tiles, key=f"looks of {one.entity}", least=110):
                jump(find=f"#{picked}")


def _heading(here: Frame, one: ObjectLook) -> None:
    why = {("object", one.name): f"likeness of its pictures: {one.likeness:.1f}"}
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(plain(one.name), key=f"open {one.entity}", type="tertiary", help="Open it on the Explore page"):
            go("Explore", perspective="object", entity=one.name)
        st.caption(
            f"**likeness {one.likeness:.1f}** · {counted(one.n, 'instance')}, {counted(one.pictures, 'picture')} · "
            f"cosine {_cosine(one.close)}, random {_cosine(one.random)}",
            width="stretch",
        )
        help = f"Changes {latest_words()} and shows it on the Rebalance page: its draw never passes."
        if st.button("Mute", key=f"mute {one.entity}", type="tertiary", icon=":material/volume_off:", help=help):
            mute_entities(why)
        if st.button("Select", key=f"select {one.entity}", type="tertiary", icon=":material/check_box:"):
            select_instances(here.store, why)


def _cosine(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # + 0.0: no minus before zero


def _pictures(here: Frame, found: list[OddPicture]) -> None:
    st.caption(
        f"How much less a picture is like the {NEAREST} most alike of its object than the object's other pictures are, "
        f"in standard deviations; of objects with {LEAST_APART} pictures or more."
    )
    if not found:
        st.caption("Every picture fits its object.")
        return
    above = st.container()
    first = pages(len(found), _TILES, "page")
    shown = found[first : first + _TILES]
    rows = {one.instance: one for one in instances(here.store, [one.instance for one in shown])}
    tiles = [
        replace(tile, id=str(first + at), note=one.name, badge=f"{one.apart:.1f}")
        for at, one in enumerate(shown)
        for tile in instance_tiles(here, [rows[one.instance]])
    ]
    with above:
        if picked := image_grid(tiles, key="odd pictures", least=140):
            jump(find=f"#{found[int(picked)].instance}")
    if st.button("Select their instances", key="select odd", icon=":material/check_box:"):
        select([one.instance for one in found], "have a picture that does not fit its tail object")
        go("Dataset", selected="only")


@st.cache_data(show_spinner="Comparing pictures …", max_entries=4)
def _looks(key: tuple[str, int], begun: int, _store: Store, _workspace: Workspace) -> TailLooks:
    return tail_looks(_store, _workspace)
