"""Two logs: whether they asked the same, and how their failure rates differ by group.

A baseline that was evaluated with another version of a task is the commonest way to a difference that is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.tail_eval.interval import difference_of
from adr.tail_eval.log import BenchmarkLog, LogItem, content_hash

_AGAIN = "Evaluate both with the same version of the task and the same questions."


@dataclass(frozen=True)
class LogDifference:
    """The failure rate of `log` minus that of `against`, −1..1, with a 95 % interval by picture."""

    log: str
    against: str
    perspective: str
    group: str
    items: int
    pictures: int
    difference: float | None
    low: float | None
    high: float | None


def check_comparable(first: BenchmarkLog, other: BenchmarkLog) -> BenchmarkLog:
    """`other` with its items in the order of `first`; AdrError unless both have the same items, of the same task
    versions and of the same content."""
    if len(first.versions) == len(other.versions) == 1 and first.form == other.form != "lmms-eval":
        other = _under_one_name(first, other)
    _same_versions(first, other)
    ours, theirs = _by_key(first), _by_key(other)
    for one, keys, lacking in ((first, ours, theirs), (other, theirs, ours)):
        if missing := [key for key in keys if key not in lacking]:
            raise AdrError(
                f"{len(missing):,} items of {one.name} are not in {(other if one is first else first).name}, such as "
                f"{missing[0][1]} of {missing[0][0]}.",
                "A log that lacks items is not compared: the rest may be the easier part. " + _AGAIN,
            )
    changed = [key for key, item in ours.items() if content_hash(item) != content_hash(theirs[key])]
    if changed:
        raise AdrError(
            f"{len(changed):,} items of {first.name} and {other.name} are not the same question, such as "
            f"{changed[0][1]} of {changed[0][0]} (their hashes differ).",
            _AGAIN,
        )
    return replace(other, items=[theirs[key] for key in ours])


def differences(
    first: BenchmarkLog, other: BenchmarkLog, members: Sequence[tuple[str, str, npt.NDArray[np.bool_]]]
) -> list[LogDifference]:
    """How the failure rates differ, over all and in each group, paired by item."""
    paired, clusters = other.failures - first.failures, first.clusters
    every = [("all", "all", np.ones(len(paired), dtype=bool)), *members]
    made = []
    for perspective, group, there in every:
        found = difference_of(paired[there], clusters[there])
        made.append(
            LogDifference(
                other.name,
                first.name,
                perspective,
                group,
                found.items,
                found.pictures,
                found.rate,
                found.low,
                found.high,
            )
        )
    return made


def _under_one_name(first: BenchmarkLog, other: BenchmarkLog) -> BenchmarkLog:
    """A log of one task under the name that the other has for it: these forms take the name from the file's."""
    task = next(iter(first.versions))
    return replace(other, items=[replace(item, task=task) for item in other.items])


def _same_versions(first: BenchmarkLog, other: BenchmarkLog) -> None:
    ours, theirs = first.versions, other.versions
    for task in ours.keys() & theirs.keys():
        if ours[task] != theirs[task]:
            raise AdrError(
                f"{first.name} was evaluated with version {ours[task] or 'unknown'} of {task}, and {other.name} with "
                f"version {theirs[task] or 'unknown'}.",
                _AGAIN,
            )


def _by_key(log: BenchmarkLog) -> dict[tuple[str, str], LogItem]:
    return {(item.task, item.item): item for item in log.items}
