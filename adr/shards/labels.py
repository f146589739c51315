"""Labels: what must be known of all shards before the text of one is read → labels.json.

That is the labels of annotations, by which objects are named, and the recurring lines of prompts, which are found in an
evenly spaced sample of each source.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.files import write_whole
from adr.index.extractor import things_of
from adr.index.index import labels_in, used_labels
from adr.index.lexicon import Lexicon
from adr.index.object import label_names
from adr.index.templates import Template, instances_of, sample, step_of, templates_of
from adr.shards.asked_index import asked_index
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.store import Store

VERSION = 1


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Writes labels.json: labels {label: name of its object}, templates, instances {source: n}, turns. Returns the
    number of instances, labels and templates. AdrError when no shard has an instance, or none has the annotations that
    the recipe asks for."""
    options, lexicon = asked_index(run.asked), Lexicon.english()
    of_shards = [_counted(store) for store in _stores(shards, run)]
    instances: Counter[int] = Counter()
    for counted, _, _ in of_shards:
        instances.update(counted)
    if not instances:
        raise AdrError("There are no instances to index.", "Look at what was set aside: adr shards status.")
    met = {label for _, labels, _ in of_shards for label in labels}
    labels = used_labels(options, lambda: label_names(sorted(met), lexicon))
    found: list[Template] = []
    if options.templates == "apart":
        phrases = frozenset(things_of(lexicon, labels).phrases())
        with closing(_sampled(shards, run, instances)) as sampled:
            found = templates_of(sampled, lexicon, phrases, dict(sorted(instances.items())))
    said = {
        "labels": labels,
        "templates": [asdict(one) for one in found],
        "instances": {str(source): n for source, n in sorted(instances.items())},
        "turns": sum(turns for _, _, turns in of_shards),
    }
    write_whole(folder / "labels.json", json.dumps(said, ensure_ascii=False, indent=1).encode())
    return {"instances": instances.total(), "labels": len(labels), "templates": len(found)}


def _stores(shards: ShardSet, run: ShardRun) -> Iterator[Store]:
    """What was read of each shard, one after another."""
    for shard in shards.shards:
        with closing(Store(run.file("read", shard.number, "duckdb"), read_only=True)) as store:
            yield store


def _counted(store: Store) -> tuple[dict[int, int], list[str], int]:
    """(instances by source, labels of annotations, turns) of a shard."""
    turns = int(store.value("select coalesce(sum(len(turns)), 0) from instance"))
    return instances_of(store), labels_in(store), turns


def _sampled(shards: ShardSet, run: ShardRun, instances: Mapping[int, int]) -> Store:
    """A store in memory with the sampled instances of every source."""
    sampled, before = Store.memory(), Counter[int]()
    for store in _stores(shards, run):
        for source, n in instances_of(store).items():
            chosen = sample(store, source, step_of(instances[source]), before[source])
            with sampled.atomic() as writer:
                writer.insert("instance", chosen)
            before[source] += n
    return sampled
