"""FineVision's shape: Parquet shards of {images, texts, source} and the source's ratings (HuggingFaceM4/FineVision).

A row's pictures all come before its first question, so the texts hold no markers. nanoVLM trains on this shape.
"""

from typing import Any

import pyarrow as pa

from adr.conversation import MARKER
from adr.export.leaving import SYNTHETIC_FOLDER, Accepted, Turns
from adr.export.lint import Rules
from adr.export.parquet import TEXT, ShardColumns, write_shards
from adr.export.work import Format, Work

TEXTS = pa.list_(pa.struct([("user", pa.string()), ("assistant", pa.string())]))
INTEGER = {"dtype": "int64", "_type": "Value"}
RATED = ("relevance", "visual_dependency", "image_correspondence", "formatting")
# {column: its type, and as Hugging Face datasets describes it}; written where a row of the source has the key.
RATINGS: dict[str, tuple[pa.DataType, dict[str, Any]]] = {
    name: kind
    for rated in RATED
    for name, kind in (
        (f"{rated}_ratings", (pa.list_(pa.int64()), {"feature": INTEGER, "_type": "List"})),
        (f"{rated}_min", (pa.int64(), INTEGER)),
    )
}
# A marker goes with the line end that separates it from the text.
_WITHOUT_MARKERS = (
    "replace(replace(replace(i.turns[n].text, '<image>' || chr(10), ''), chr(10) || '<image>', ''), '<image>', '')"
)
TEXTS_SQL = f"""
    list_transform(generate_series(1, len(i.turns), 2), lambda n: {{
        'user': {_WITHOUT_MARKERS},
        'assistant': i.turns[n + 1].text
    }}) as texts
    """
SOURCE_SQL = """
    coalesce(case when json_type(i.raw, '$.source') = 'VARCHAR' then i.raw->>'$.source' end,
             (select s.name from source s where s.source = i.source)) as source
    """


def write(work: Work) -> list[str]:
    """Write one row per instance and candidate, with the pictures inside; returns the shards' paths."""
    return write_shards(work, _columns(_kept_ratings(work)))


def texts(turns: Turns) -> list[dict[str, str]]:
    """Questions with their answers, without markers; the same as `TEXTS_SQL` gives for an instance."""
    said = [text for _, text in turns]
    return [{"user": without_markers(q), "assistant": a} for q, a in zip(said[::2], said[1::2], strict=True)]


def without_markers(text: str) -> str:
    """The text without its markers, each gone with the line end that separates it from the text."""
    for marker in (f"{MARKER}\n", f"\n{MARKER}", MARKER):
        text = text.replace(marker, "")
    return text


def _columns(ratings: list[str]) -> ShardColumns:
    columns = {"images": pa.list_(pa.string()), "texts": TEXTS, "source": pa.string()}
    features = {"texts": {"feature": {"user": TEXT, "assistant": TEXT}, "_type": "List"}, "source": TEXT}
    return ShardColumns(
        sql=("i.images", TEXTS_SQL, SOURCE_SQL, *(_rating_sql(name) for name in ratings)),
        schema=pa.schema([*columns.items(), *((name, RATINGS[name][0]) for name in ratings)]),
        features=features | {name: RATINGS[name][1] for name in ratings},
        candidate=_candidate,
    )


def _candidate(one: Accepted) -> dict[str, Any]:
    return {"images": list(one.images), "texts": texts(one.turns), "source": SYNTHETIC_FOLDER}


def _rating_sql(name: str) -> str:
    kind = "bigint[]" if name.endswith("_ratings") else "bigint"
    return f"try_cast(json_extract(i.raw, '$.{name}') as {kind}) as {name}"


def _kept_ratings(work: Work) -> list[str]:
    """The ratings that a record of the kept instances has."""
    # Looking for the text first spares parsing the records of sources without ratings.
    there = ", ".join(f"bool_or(contains(raw, '\"{name}\"') and json_exists(raw, '$.{name}'))" for name in RATINGS)
    found = work.store.row(
        f"select {there} from instance join kept_in using (instance) where run = $1 and epoch = $2", work.leave.which
    )
    return [name for name, exists in zip(RATINGS, found or (), strict=True) if exists]


FORMAT = Format(
    name="finevision",
    title="FineVision (Parquet)",
    sentence="Parquet shards of images, texts and source in FineVision's shape, with its ratings where the source has "
    "them.",
    setting="train_dataset_path: {out} in nanoVLM's models/config.py",
    rules=Rules(
        markers_in_answers=False,
        system_turn=False,
        carries_ids=False,
        pictures_first=True,
        places=frozenset(("source", *RATINGS)),
    ),
    images=("inside",),
    write=write,
    keeps=lambda form: False,
    data_files="data/train-*.parquet",
)
