"""`croissant.json` of an export in Parquet: its columns and hashes as Croissant 1.1 metadata (mlcommons.org/croissant).

The columns are read from the first shard. Knows nothing of how a format is written. It states no date, creator or
citation, which this program does not know, and a licence only where one was given.
"""

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adr.export.work import Format, Work

FILE = "croissant.json"
PARQUET = "application/x-parquet"  # as mlcroissant knows it
ROWS = "rows"  # the name of the record set
_TERMS = """
    citeAs column conformsTo data dataType equivalentProperty examples extract field fileProperty fileObject fileSet
    format includes isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace
    samplingRate separator source subField transform
    """
_TYPED = {"data": "@json", "examples": "@json", "dataType": "@vocab"}
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    **{
        term: {"@id": f"cr:{term}", "@type": _TYPED[term]} if term in _TYPED else f"cr:{term}"
        for term in _TERMS.split()
    },
    "conformsTo": "dct:conformsTo",
}


def write(work: Work, format: Format, manifest: dict[str, Any], sums: dict[str, str]) -> None:
    """Write FILE into the export's folder when its data are Parquet. sums: {main data file: SHA-256}."""
    shards = {name: sha256 for name, sha256 in sums.items() if name.endswith(".parquet")}
    if not shards:
        return
    schema = pq.read_schema(work.folder / next(iter(shards)))
    sizes = {name: (work.folder / name).stat().st_size for name in shards}
    with work.file(FILE) as out:
        made = metadata(format, manifest, schema, shards, sizes)
        out.write(json.dumps(made, indent=2, ensure_ascii=False).encode() + b"\n")


def metadata(
    format: Format, manifest: dict[str, Any], schema: pa.Schema, shards: dict[str, str], sizes: dict[str, int]
) -> dict[str, Any]:
    """The metadata as a JSON-LD object. shards, sizes: SHA-256 and bytes of each file."""
    rows = manifest["counts"]["rows" if format.part == "all" else "source_instances"]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": manifest["recipe_name"] or "Refined instruction data",
        "description": f"{rows:,} rows for {format.title}. {manifest['recipe']['in_words']}",
        **({"license": manifest["options"]["license"]} if manifest["options"].get("license") else {}),
        "keywords": ["vision-language", "instruction tuning", "ADR"],
        "isLiveDataset": False,
        "distribution": [
            *(_file(name, sha256, sizes[name]) for name, sha256 in shards.items()),
            {
                "@type": "cr:FileSet",
                "@id": "shards",
                "encodingFormat": PARQUET,
                "includes": format.data_files or next(iter(shards)),
            },
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": ROWS,
                "field": [_field(f"{ROWS}/{column.name}", column.name, column.type, "") for column in schema],
            }
        ],
    }


def _file(name: str, sha256: str, size: int) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{size} B",
        "encodingFormat": PARQUET,
        "sha256": sha256,
    }


def _field(place: str, column: str, kind: pa.DataType, path: str) -> dict[str, Any]:
    """One field. place: its @id; path: JSONPath from the column's value, '' for the value itself."""
    made: dict[str, Any] = {"@type": "cr:Field", "@id": place}
    if pa.types.is_list(kind):
        made["repeated"] = True
        kind = kind.value_type
    if pa.types.is_struct(kind):
        names = [kind.field(n).name for n in range(kind.num_fields)]
        if names != ["bytes", "path"]:
            inner = f"{path}[*]." if path and "repeated" in made else f"{path}." if path else ""
            made["subField"] = [
                _field(f"{place}/{name}", column, kind.field(name).type, f"{inner}{name}") for name in names
            ]
            return made
        path = "bytes"
    source: dict[str, Any] = {"fileSet": {"@id": "shards"}, "extract": {"column": column}}
    return made | {"dataType": _data_type(kind), "source": source | ({"transform": {"jsonPath": path}} if path else {})}


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return "sc:ImageObject"
    for is_one, name in (
        (pa.types.is_boolean, "sc:Boolean"),
        (pa.types.is_integer, "sc:Integer"),
        (pa.types.is_floating, "sc:Float"),
    ):
        if is_one(kind):
            return name
    return "sc:Text"
