"""What a recipe asks of an export of shards, and what of that shards cannot do."""

from adr.errors import AdrError
from adr.export.formats import named
from adr.export.options import ExportOptions
from adr.options import options_of
from adr.recipe import Recipe

FORMATS = ("llava", "parquet")


def export_options(recipe: Recipe, format: str) -> ExportOptions:
    """The options of [export] with this format. Pictures stay where they are, also where that is not the default."""
    return options_of(ExportOptions, {"images": "reference", **recipe.export, "format": format}, "[export]")


def refuse_export(recipe: Recipe, format: str) -> None:
    """AdrError when an export is asked for that shards cannot write."""
    title = named(format).title
    if format not in FORMATS:
        raise AdrError(
            f"Shards cannot be written for {title}.", f"Choose {' or '.join(FORMATS)}, or export on one machine."
        )
    options = export_options(recipe, format)
    asked = {
        "images": options.images != "reference",
        "mixture": options.mixture != "applied",
        "epochs": bool(options.epochs),
    }
    if named_options := [name for name, there in asked.items() if there]:
        raise AdrError(
            "Shards are written with pictures where they are, and one epoch: [export] "
            f"cannot have {', '.join(named_options)}.",
            "Leave that out of the recipe, or export on one machine.",
        )
