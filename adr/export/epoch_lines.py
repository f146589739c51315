"""The part of `trainer.md` that says how to train on the epochs of an export. Knows nothing of how they are written.

Every way is one pass over all epochs in their order, without shuffling by the trainer, so that one schedule of learning
rates spans all of them.
"""

from typing import Any

_ALL = """
## Epochs

The main file holds the rows of all {n} epochs, each once; the other lines of this page read that whole file. To train
on the epochs, go over them in their order, in **one** pass of the trainer, which must not shuffle.{order}
"""
_UNORDERED = """
These epochs have the order of the source; an export with `--order shuffled` shuffles each by its own seed.
"""
_FROM_FILES = {
    "llama-factory": """
In `adr.yaml`, write these lines in place of `dataset_dir`, `dataset` and `num_train_epochs`:

```yaml
dataset_dir: $OUT/epochs
dataset: {names}
mix_strategy: concat
disable_shuffling: true
num_train_epochs: 1.0
```
""",
    "ms-swift": """
Give `swift sft` these options in place of `--dataset` and `--num_train_epochs`:

```sh
--dataset {files} \\
    --dataset_shuffle false --train_dataloader_shuffle false --num_train_epochs 1
```
""",
    "webdataset": """
Read the shards of the epochs one after the other: {files}.
""",
}
_NO_FILES = """
For this trainer each epoch has to be a file: export with `--epochs files`.
"""
_SELECTION = """
In this export a list holds the places of an epoch's instances among the rows of `selection.jsonl`.
"""
_SAMPLER = """
A sampler is the lists one after the other, and goes to the data loader of the trainer:

```python
import json
from pathlib import Path

OUT = Path(".")  # this export
LISTS = {lists}


def rows_of_all_epochs():
    return [row for name in LISTS for row in json.loads((OUT / name).read_text())]
```

With PyTorch: `DataLoader(dataset, sampler=rows_of_all_epochs(), batch_size=…)`. A trainer that is made from Hugging
Face's `Trainer` (`LLaVATrainer`, `SFTTrainer`) takes it from this line, to be run before it starts:

```python
LLaVATrainer._get_train_sampler = lambda self, *_: rows_of_all_epochs()
```

Start it with one training epoch and without grouping by length.
"""


def text(format: str, manifest: dict[str, Any]) -> str:
    """The part in Markdown; empty for an export of one epoch."""
    told = manifest.get("epochs")
    if told is None:
        return ""
    order = "" if manifest["options"]["order"] == "shuffled" else _UNORDERED
    return _ALL.format(n=len(told["each"]), order=order) + _way(format, told["each"])


def _way(format: str, each: list[dict[str, Any]]) -> str:
    if format == "selection":
        return _SELECTION
    if format not in _FROM_FILES:
        return _SAMPLER.format(lists=[one["list"] for one in each])
    if "main" not in each[0]:
        return _NO_FILES
    names = ",".join(f"adr-epoch-{one['epoch']}" for one in each)
    files = " ".join(f'"$OUT/{one["main"][0]}"' for one in each)
    return _FROM_FILES[format].format(names=names, files=files)
