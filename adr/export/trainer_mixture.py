"""`trainer.md` of an export with weights: the trainer's lines with its setting for how often each file is read.

Changes the lines of a single file into those of several. Knows the manifest, and nothing of how it came about.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Values = Sequence[Mapping[str, Any]]
"""The values of the manifest's mixture that have a setting."""

_NEXT_LIST = """sed "s#json_path: #&$OUT/#" "$OUT/llava_next.yaml" > adr.yaml
"""
_NEXT_OLD = """cat > adr.yaml <<END
datasets:
  - json_path: $OUT/llava.json
    sampling_strategy: all
END
"""
_NEXT_SAID = "It reads the same file, alone or in a list of several, each with its `sampling_strategy`."
_QWEN_OLD = """data_dict["adr"] = {"annotation_path": "$OUT/train.jsonl", "data_path": "$IMAGES"}
"""
_PARQUET_OLD = """rows = load_dataset("parquet", data_files=f"{out}/data/*.parquet", split="train")
"""
_UNTIL_ALL = (
    "Rows are drawn from the files with these probabilities until every file is exhausted: about {epoch:,} rows, in "
    "which each of the {rows:,} rows occurs at least once. `{other}` stops at the first file that is exhausted."
)
_TAKEN = "An epoch has {epoch:,} rows of the {rows:,}; {how}."
_SAMPLER = """
## Any trainer with a sampler

`weights.parquet` has a line for each row of each file, in this order, with its weight: how often it is seen where the
rows that the run keeps are seen once. As PyTorch's sampler over the files one after the other:

```python
import pyarrow.parquet as pq
from torch.utils.data import WeightedRandomSampler

weights = pq.read_table("weights.parquet").column("weight").to_pylist()
sampler = WeightedRandomSampler(weights, num_samples={seen})
```
"""


def changed(name: str, lines: str, manifest: Mapping[str, Any]) -> str:
    """The lines of a format's trainer for the files of an export with weights, and how a sampler takes the rows."""
    mixture = manifest["mixture"]
    values = [one for one in mixture["values"] if one["setting"]]
    for old, new in _CHANGES[name](values):
        if lines.count(old) != 1:
            raise ValueError(f"the lines of {name} hold {lines.count(old)} times {old!r}")
        lines = lines.replace(old, new)
    said = _said(name, mixture)
    return f"\n{said}\n{lines}{_SAMPLER.replace('{seen}', str(max(1, round(mixture['seen_rows']))))}"


def _said(name: str, mixture: Mapping[str, Any]) -> str:
    numbers = {"epoch": round(mixture["epoch_rows"]), "rows": sum(one["rows"] for one in mixture["values"])}
    if name in _STOPS:
        return _UNTIL_ALL.format(**numbers, other=_STOPS[name])
    return _TAKEN.format(**numbers, how=_HOW[name])


_STOPS = {
    "llama-factory": "mix_strategy: interleave_under",
    "ms-swift": "--stopping_strategy first_exhausted",
    "parquet": 'stopping_strategy="first_exhausted"',
}
_HOW = {
    "llava": "`random:N` takes N rows of a file, drawn once when training starts. LLaVA itself reads one file only, so "
    "export for it without `--mixture weights`",
    "qwen-vl": "`NAME%40` takes 40 % of a file, drawn once when training starts, and a name that stands twice is read "
    "twice",
    "internvl": "a `repeat_time` below 1 takes the first rows of a file, so export with `--order shuffled`",
}


def _llava(values: Values) -> list[tuple[str, str]]:
    return [(_NEXT_OLD, _NEXT_LIST), (_NEXT_SAID, "It reads a list of files, each with its `sampling_strategy`.")]


def _llama_factory(values: Values) -> list[tuple[str, str]]:
    names = ",".join(f"adr_{one['name']}" for one in values)
    probabilities = ",".join(one["setting"] for one in values)
    return [
        ("dataset: adr\n", f'dataset: {names}\nmix_strategy: interleave_over\ninterleave_probs: "{probabilities}"\n')
    ]


def _ms_swift(values: Values) -> list[tuple[str, str]]:
    files = " \\\n        ".join(f'"$OUT/{one["files"][0]}"' for one in values)
    probabilities = " ".join(one["setting"] for one in values)
    new = f"--dataset {files} \\\n    --interleave_prob {probabilities} --stopping_strategy all_exhausted"
    return [('--dataset "$OUT/train.jsonl"', new + " \\\n   ")]


def _qwen_vl(values: Values) -> list[tuple[str, str]]:
    entries = "".join(
        f'data_dict["adr_{one["name"]}"] = {{"annotation_path": "$OUT/{one["files"][0]}", "data_path": "$IMAGES"}}\n'
        for one in values
    )
    return [(_QWEN_OLD, entries), ("adr%100", ",".join(one["setting"] for one in values))]


def _internvl(values: Values) -> list[tuple[str, str]]:
    return []


def _parquet(values: Values) -> list[tuple[str, str]]:
    drawn = "".join(f'    "{one["name"]}": {one["setting"]},\n' for one in values)
    return [
        ("from datasets import Image, List, Value, load_dataset\n", _PARQUET_IMPORT),
        (_PARQUET_OLD, f"drawn = {{\n{drawn}}}\n{_PARQUET_INTERLEAVE}"),
    ]


_PARQUET_IMPORT = "from datasets import Image, List, Value, interleave_datasets, load_dataset\n"
_PARQUET_INTERLEAVE = """files = [f"{out}/data/{name}/*.parquet" for name in drawn]
rows = interleave_datasets(
    [load_dataset("parquet", data_files=file, split="train") for file in files],
    probabilities=list(drawn.values()), seed=0, stopping_strategy="all_exhausted",
)
"""
_CHANGES = {
    "llava": _llava,
    "llama-factory": _llama_factory,
    "ms-swift": _ms_swift,
    "qwen-vl": _qwen_vl,
    "internvl": _internvl,
    "parquet": _parquet,
}
