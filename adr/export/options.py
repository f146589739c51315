"""The options of an export: one list for a recipe's [export], the command line and the page."""

from dataclasses import dataclass

from adr.export.formats import FORMATS
from adr.export.mixture import CHOICES
from adr.export.work import IMAGES
from adr.options import option


@dataclass(frozen=True)
class ExportOptions:
    """How a run is exported. images: None for the format's default (reference, or inside the file)."""

    format: str = option("llava", "the trainer's format", tuple(FORMATS))
    images: str | None = option(
        None, "where source images go (default: reference; inside for parquet and webdataset)", IMAGES
    )
    order: str = option("source", "in the source's order, or shuffled by the recipe's seed", ("source", "shuffled"))
    synthetic: str = option(
        "run", "accepted candidates planned from this run, from all runs, or none", ("run", "all", "none")
    )
    mixture: str = option(
        "applied", "rows as the mixture leaves them, or all rows before it with weights for the trainer", CHOICES
    )
    accept_above: float | None = option(
        None,
        "accept the best candidate of a slot from this score on, if nobody has judged it",
        least=0,
        most=1,
        metavar="S",
    )
    epochs: str | None = option(
        None,
        "all epochs of the run: each as a list of rows of the main file, or as files too (default: epoch 1 alone)",
        ("lists", "files"),
        bare="lists",
    )
    repair_ids: bool = option(False, "make repeated ids unique where the trainer needs it")
    license: str | None = option(
        None, "the licence that the card and croissant.json name, such as cc-by-4.0", metavar="NAME"
    )
    place_markers: bool = option(False, "put <image> and <video> markers into rows that lack them")
    check_all_images: bool = option(False, "decode every picture instead of a sample")
    leave_out_faulty: bool = option(False, "leave out rows with errors instead of stopping")
