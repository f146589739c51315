"""The formats by name. A new format needs only an entry in this dictionary."""

from adr.errors import AdrError
from adr.export import (
    coco,
    finevision,
    internvl,
    llama_factory,
    llava,
    ms_swift,
    parquet,
    qwen_vl,
    selection,
    webdataset,
)
from adr.export.work import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (llava, llama_factory, ms_swift, qwen_vl, internvl, parquet, finevision, webdataset, coco, selection)
}


def named(name: str) -> Format:
    """The format with this name; AdrError lists the known ones."""
    if name not in FORMATS:
        raise AdrError(f"There is no format {name!r}.", f"Choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]
