"""The controls for how an export is written: for which trainer, with which pictures, in which order."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from adr.export.formats import FORMATS
from adr.export.image_choices import image_choices
from adr.export.options import ExportOptions
from adr.plain_text import plain
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, move

_IMAGES = {"reference": "Leave in place", "copy": "Copy", "link": "Link", "inside": "Inside the file"}
_IMAGE_HELP = (
    "Synthetic pictures are always copied. Rows name a picture by its path below one image folder: the "
    "source's own, or the export's `images` when they are copied or linked."
)
_ORDER_HELP = "Shuffled order comes from the recipe's seed and is the same every time."
_ORDER = {"source": "As in the source", "shuffled": "Shuffled"}
_EPOCHS_HELP = (
    "Each row that some epoch keeps is written once, and each epoch is a list of row numbers, which a sampler reads. "
    "Files are for trainers that take no sampler."
)
_MIXTURE = {"applied": "As the run has it", "weights": "All rows, with weights"}
_MIXTURE_HELP = (
    "With weights, every row before the mixture is written, in one file for each value, and the trainer's own settings "
    "draw from the files at the shares of the run."
)
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


def chosen_options(here: Frame, name: str, epochs: int, *, mixed: bool) -> ExportOptions:
    """How the format `name` is written, with a control for each choice that it leaves. epochs: of the run; mixed:
    whether it has a mixture."""
    format = FORMATS[name]
    choices = image_choices(here.store, format) or format.images
    images = choices[0]
    if len(choices) > 1:
        images = _segmented("Pictures of the source", choices, _IMAGES, f"export images {name}", _IMAGE_HELP)
    mixture = "applied"
    if mixed and format.weighted:
        mixture = _segmented("Mixture", tuple(_MIXTURE), _MIXTURE, "export mixture", _MIXTURE_HELP)
    every = None
    if epochs > 1 and mixture == "applied" and format.part != "synthetic":
        every = _epochs(epochs, files=format.part == "all")
    if format.part == "decisions":
        return ExportOptions(format=name, images=images, epochs=every)
    order, synthetic = "source", "run"
    repaired: dict[str, Any] = {}
    with st.container(horizontal=True):
        if format.part == "all":
            order = _segmented("Order", tuple(_ORDER), _ORDER, "export order", _ORDER_HELP)
        if here.standing.candidates:
            synthetic = _segmented("Accepted candidates", tuple(_SYNTHETIC), _SYNTHETIC, "export synthetic")
    if format.part == "all":
        repaired = _repairs(format.rules.carries_ids)
    return ExportOptions(
        format=name, images=images, order=order, synthetic=synthetic, mixture=mixture, epochs=every, **repaired
    )


def _epochs(epochs: int, *, files: bool) -> str | None:
    """How the epochs of the run are written; None for epoch 1 alone. files: whether they can be files."""
    choices = ("lists", "files", "first") if files else ("lists", "first")
    says = {"lists": f"All {epochs}, as lists", "files": "As lists and files", "first": "Epoch 1 alone"}
    chosen = _segmented("Epochs", choices, says, f"export epochs {files}", _EPOCHS_HELP)
    return None if chosen == "first" else chosen


def _segmented(label: str, options: Sequence[str], says: Mapping[str, str], key: str, help: str | None = None) -> str:
    """A row of options of which the first is the default; returns the chosen one."""
    chosen = st.segmented_control(
        label, options, default=options[0], key=key, format_func=says.__getitem__, required=True, help=help
    )
    return str(chosen)


_REPAIRS = {
    "repair_ids": (
        "Make repeated ids unique",
        "export repair",
        "The first keeps its id, the others get “-2”, “-3” …; no other row changes.",
    ),
    "place_markers": (
        "Place missing markers",
        "export markers",
        "A row with pictures or videos and no marker for them gets one for each, before its first question; no other "
        "row changes.",
    ),
    "leave_out_faulty": (
        "Leave out rows with errors",
        "export leave out",
        "They are listed in dropped.jsonl with the reason “faulty”.",
    ),
    "check_all_images": (
        "Decode all pictures",
        "export check all",
        "Takes minutes for many pictures; otherwise a sample is decoded.",
    ),
}


def _repairs(carries_ids: bool) -> dict[str, bool]:
    """{option: whether it is on} for what is mended, left out or checked in full."""
    with st.container(horizontal=True):
        return {
            option: st.checkbox(plain(label), key=key, help=plain(help))
            for option, (label, key, help) in _REPAIRS.items()
            if carries_ids or option != "repair_ids"
        }
