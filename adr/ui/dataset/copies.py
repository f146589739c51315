"""Dataset, Copies: what was found, clusters side by side, and up to where two pictures are the same."""

import streamlit as st

from adr.embed.copies import CopiesReport, copies_report
from adr.embed.found_copies import CopyCluster, copy_clusters
from adr.explore.instances import instances
from adr.figures import counted
from adr.perspectives import CLUSTERED
from adr.pipeline import copies_and_index
from adr.ui.dataset.embedding import embedding_view
from adr.ui.dataset.same_pictures import same_pictures_view
from adr.ui.frame import Frame
from adr.ui.navigation import go, link
from adr.ui.parts.controls import choice, pages
from adr.ui.parts.image_grid import image_grid
from adr.ui.parts.instance_view import instance_tiles

KIND = "copies"
CLUSTERS, TILES = 5, 6
_SAYS = {"picture": "Same picture", "text": "Same conversation", "copy": "Both"}


def copies_view(here: Frame) -> None:
    """Buttons for the two jobs; below them what the last one found."""
    report = copies_report(here.store)
    embedding_view(here)
    _looking(here, report)
    if report is None:
        return
    if report.overlaid:
        with st.expander("Which pictures are the same", icon=":material/compare:", key="same pictures"):
            same_pictures_view(here, report)
    kind = choice("Copies", tuple(CLUSTERED), "copies", default="copy", says=_SAYS.__getitem__, drops=("page",))
    _clusters(here, report, kind)


def _looking(here: Frame, report: CopiesReport | None) -> None:
    """What was compared when, and the button that compares."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_said(report), width="stretch")
        looks = st.checkbox(
            "By their looks",
            True,
            key="copies by looks",
            help="Pictures that were resized, encoded again or, after embedding, cropped are the same, too. Reads "
            "every picture once. Otherwise only files of the same bytes are the same.",
        )
        busy = bool(here.jobs.running())
        if st.button("Look for copies", key="look for copies", icon=":material/content_copy:", disabled=busy):
            store, bound = here.store, report.same_difference if report else None
            here.jobs.start(
                KIND,
                "Looking for copies",
                lambda progress: copies_and_index(store, looks=looks, same_difference=bound, progress=progress),
            )
            st.rerun(scope="app")


def _said(report: CopiesReport | None) -> str:
    if report is None:
        return "Copies have not been looked for since the sources changed."
    found = report.kinds["copy"]
    how = "by their looks" if report.looks else "by their bytes"
    return (
        f"**{counted(found.clusters, 'cluster')}** of rows with the same picture and conversation; one of each kept, "
        f"**{found.beyond:,}** of {report.instances:,} instances go. Pictures were compared {how}."
    )


def _clusters(here: Frame, report: CopiesReport, kind: str) -> None:
    """A page of the clusters of a kind, the largest first, each with its first instances."""
    found = report.kinds[kind]
    said = f"{counted(found.clusters, 'cluster')} with {counted(found.instances, 'instance')}; the largest has"
    st.caption(f"{said} {found.largest:,}." if found.clusters else "No two rows are the same in this way.")
    above = st.container()
    offset = pages(found.clusters, CLUSTERS, "page")
    with above:
        for cluster in copy_clusters(here.store, kind, offset, CLUSTERS, TILES)[1]:
            _cluster(here, cluster)
    if kind == "copy" and found.clusters:
        link("Rebalance", "Keep one of each cluster", icon=":material/filter_1:", part="caps", of="copy")


def _cluster(here: Frame, cluster: CopyCluster) -> None:
    with st.container(border=True):
        more = f", of which {len(cluster.instances)} are shown" if cluster.size > len(cluster.instances) else ""
        st.caption(f"**Cluster {cluster.cluster:,}:** {counted(cluster.size, 'instance')}{more}")
        tiles = instance_tiles(here, instances(here.store, cluster.instances))
        if picked := image_grid(tiles, key=f"cluster {cluster.cluster}", least=132):
            go("Dataset", instance=picked)
