"""The controls for how an export is written: for which trainer, with which pictures, in which order."""

import streamlit as st

from adr.export.formats import FORMATS
from adr.export.options import ExportOptions
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, move

_IMAGES = {
    "reference": "Leave them where they are",
    "copy": "Copy them",
    "link": "Link them",
    "inside": "Inside the file",
}
_IMAGE_HELP = (
    "Synthetic pictures are always copied. Rows name a picture by its path below one image folder: the "
    "source's own, or the export's `images` when they are copied or linked."
)
_ORDER = {"source": "As in the source", "shuffled": "Shuffled"}
_SYNTHETIC = {"run": "This run's", "all": "All", "none": "None"}


def chosen_format() -> str:
    """The format of the trainer, from a control whose value is kept in the address."""
    asked_for = asked("format", "llava", tuple(FORMATS))
    st.session_state["export format"] = asked_for

    def picked() -> None:
        move(format=st.session_state["export format"], images=None)

    name = st.radio(
        "For which trainer",
        list(FORMATS),
        key="export format",
        on_change=picked,
        format_func=lambda one: f"**{FORMATS[one].title}**",
        captions=[FORMATS[one].sentence for one in FORMATS],
    )
    return str(name)


def chosen_options(here: Frame, name: str) -> ExportOptions:
    """How the format `name` is written, with a control for each choice that it leaves."""
    format = FORMATS[name]
    images, order = format.images[0], "source"
    if len(format.images) > 1:
        images = str(
            st.segmented_control(
                "Pictures of the source",
                format.images,
                default=format.images[0],
                key=f"export images {name}",
                format_func=_IMAGES.__getitem__,
                required=True,
                help=_IMAGE_HELP,
            )
        )
    if format.part == "decisions":
        return ExportOptions(format=name, images=images)
    synthetic, repair, leave_out = "run", False, False
    left, right = st.columns(2)
    if format.part == "all":
        order = str(
            left.segmented_control(
                "Order",
                list(_ORDER),
                default="source",
                key="export order",
                format_func=_ORDER.__getitem__,
                required=True,
                help="Shuffled order comes from the recipe's seed and is the same every time.",
            )
        )
    if here.standing.candidates:
        synthetic = str(
            right.segmented_control(
                "Accepted candidates",
                list(_SYNTHETIC),
                default="run",
                key="export synthetic",
                format_func=_SYNTHETIC.__getitem__,
                required=True,
            )
        )
    if format.part == "all":
        with st.container(horizontal=True, gap="large"):
            if format.rules.carries_ids:
                repair = st.checkbox(
                    "Make repeated ids unique",
                    key="export repair",
                    help="The first keeps its id, the others get “-2”, “-3” …; no other row changes.",
                )
            leave_out = st.checkbox(
                "Leave out rows with errors",
                key="export leave out",
                help="They are listed in dropped.jsonl with the reason “faulty”.",
            )
    return ExportOptions(
        format=name, images=images, order=order, synthetic=synthetic, repair_ids=repair, leave_out_faulty=leave_out
    )
