"""What a recipe asks of an export of shards, and what of that shards cannot do."""

from adr.errors import AdrError
from adr.export.formats import named
from adr.export.options import ExportOptions
from adr.options import options_of
from adr.recipe import Recipe

FORMATS = ("llava", "parquet", "webdataset")


def export_options(recipe: Recipe, format: str) -> ExportOptions:
    """The options of [export] with this format. Pictures stay where they are, also where that is not the default; only
    a format that has no other way has them inside."""
    asked = {"images": _images(format), **recipe.export, "format": format}
    return options_of(ExportOptions, asked, "[export]")


def refuse_export(recipe: Recipe, format: str) -> None:
    """AdrError when an export is asked for that shards cannot write."""
    title = named(format).title
    if format not in FORMATS:
        raise AdrError(
            f"Shards cannot be written for {title}.", f"Choose {' or '.join(FORMATS)}, or export on one machine."
        )
    options = export_options(recipe, format)
    asked = {"images": options.images != _images(format), "mixture": options.mixture != "applied"}
    if named_options := [name for name, there in asked.items() if there]:
        where = "inside the files" if _images(format) == "inside" else "where they are"
        raise AdrError(
            f"Shards are written for {title} with pictures {where}, and rows as the mixture leaves them: [export] "
            f"cannot have {', '.join(named_options)}.",
            "Leave that out of the recipe, or export on one machine.",
        )
    if options.epochs and recipe.epochs == 1:
        raise AdrError(
            "The recipe has one epoch.",
            "Draw it for several (`epochs` in [rebalance], or --epochs 3), or leave epochs out of [export].",
        )


def _images(format: str) -> str:
    """Where the pictures of a format are."""
    choices = named(format).images
    return "reference" if "reference" in choices else choices[0]
