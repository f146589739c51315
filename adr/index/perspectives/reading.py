"""The postings of perspectives beside the paper's four: their functions called on one batch of instances after another.

Reads `instance`, `source` and `turn_language`; columns that no function asks for are not read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

import numpy as np

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.index.perspectives import clusters, language, length, size, source, style
from adr.index.perspectives.batch import Batch, Names
from adr.index.perspectives.column import of_column
from adr.index.postings import Postings
from adr.index.spill import Collected
from adr.perspectives import CLUSTERED, COLUMN, names_function
from adr.progress import Progress
from adr.small_images import picture_size
from adr.store import Store, Writer

BATCH = 5_000
"""Instances per call of a function."""
_FUNCTIONS: dict[str, Callable[[Batch], Names]] = {
    "source": source.names,
    "style": style.names,
    "language": language.names,
    "length": length.names,
    "size": size.names,
    **{kind: clusters.of_kind(kind) for kind in CLUSTERED},
}
Languages = Mapping[int, Mapping[str, int]]
"""{instance: {code of a language: turns}}, without instances that have no turn with words."""
T = TypeVar("T")


class Later(Sequence[T]):
    """A sequence that is made when it is first looked into."""

    def __init__(self, make: Callable[[], list[T]]) -> None:
        self._make, self._made = make, None  # type: tuple[Callable[[], list[T]], list[T] | None]

    @property
    def _all(self) -> list[T]:
        if self._made is None:
            self._made = self._make()
        return self._made

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        return self._all[at]

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[T]:
        return iter(self._all)


def function_of(name: str) -> Callable[[Batch], Names]:
    """The function of a perspective; AdrError for an unknown name."""
    if name.startswith(COLUMN):
        return of_column(name.removeprefix(COLUMN))
    return _FUNCTIONS.get(name) or names_function(name)


def postings_of(
    reads: Store | Writer,
    images: ImageFolder | None,
    wanted: Sequence[str],
    progress: Progress,
    collected: Callable[[], Collected] = list,
    languages: Languages | None = None,
) -> dict[str, Postings]:
    """{perspective: its postings} of all instances, in the order of `wanted`. collected: makes what keeps the batches;
    languages: what the table turn_language holds, where the store does not hold it.

    AdrError when nothing has looked for copies that are asked for, when a function fails, or when it gives another
    number of names than there are instances.
    """
    functions = {name: function_of(name) for name in wanted}
    batches = {name: collected() for name in wanted}
    found = {name: Postings(batches=kept) for name, kept in batches.items()}
    if not wanted:
        return found
    if any(name in CLUSTERED for name in wanted):
        _need_clusters(reads)
    position = reads.arrow("select instance from instance order by instance")["instance"].to_numpy()
    for start in range(0, len(position), BATCH):
        progress(start, len(position), "Reading perspectives")
        batch = _batch(reads, images, position[start : start + BATCH].astype(np.int32), languages)
        for name, names in functions.items():
            batches[name].append(_keys(batch, _called(name, names, batch), found[name]))
    progress(len(position), len(position), "Reading perspectives")
    return found


def _need_clusters(reads: Store | Writer) -> None:
    if not reads.rows("select 1 from copies_made, dataset_changed where made_at >= changed_at"):
        raise AdrError("Nothing has looked for copies in this dataset.", "Run adr copies first.")


def _called(name: str, names: Callable[[Batch], Names], batch: Batch) -> Names:
    first, last = int(batch.instance[0]), int(batch.instance[-1])
    try:
        given = names(batch)
    except AdrError:
        raise
    except Exception as error:
        if name in _FUNCTIONS or name.startswith(COLUMN):
            raise
        raise AdrError(
            f"The perspective {name} failed on the instances {first} to {last}: {error!r}.",
            "Mend the package that brings it, or leave it out.",
        ) from error
    if len(given) != len(batch.instance):
        raise AdrError(
            f"The perspective {name} gave {len(given):,} lists of names for {len(batch.instance):,} instances.",
            "It must give one list per instance, empty where there is no name.",
        )
    return given


def _keys(batch: Batch, given: Names, postings: Postings) -> np.ndarray:
    """The sorted keys, instance << 32 | number of the name, each once."""
    counts = np.fromiter(map(len, given), np.int64, len(given))
    number = np.fromiter((postings.names(name) for some in given for name in some), np.int64, int(counts.sum()))
    return np.unique(np.repeat(batch.instance.astype(np.int64), counts) << 32 | number)


def _batch(
    reads: Store | Writer, images: ImageFolder | None, instance: np.ndarray, languages: Languages | None
) -> Batch:
    between = [int(instance[0]), int(instance[-1])]

    def column(sql: str) -> list[Any]:
        query = f"select {sql} as value from instance i left join source s on s.source = i.source "
        rows: list[Any] = reads.arrow(f"{query} where i.instance between $1 and $2 order by i.instance", between)[
            "value"
        ].to_pylist()
        return rows

    paths: Later[list[str]] = Later(lambda: column("coalesce(i.images, [])"))
    return Batch(
        instance=instance,
        images=paths,
        turns=Later(lambda: [_pairs(turns) for turns in column("i.turns")]),
        source=Later(lambda: column("coalesce(s.name, '')")),
        prefix=Later(lambda: column("coalesce(s.image_prefix, '')")),
        raw=Later(lambda: column("i.raw")),
        language=Later(lambda: _chosen(instance, _languages(reads, between) if languages is None else languages)),
        clusters=lambda kind: _clusters(reads, kind, instance, between),
        pictures=lambda: [_size(images, some[0]) if some else None for some in paths],
    )


def _pairs(turns: list[dict[str, str | None]] | None) -> list[tuple[str, str]]:
    return [(str(turn["role"]), turn["text"] or "") for turn in turns or ()]


def _languages(reads: Store | Writer, between: list[int]) -> Languages:
    rows = reads.arrow(
        "select instance, language, turns from turn_language where instance between $1 and $2 order by all", between
    )
    by_instance: dict[int, dict[str, int]] = {}
    for row in zip(*(rows[name].to_pylist() for name in ("instance", "language", "turns")), strict=True):
        by_instance.setdefault(row[0], {})[row[1]] = row[2]
    return by_instance


def _chosen(instance: np.ndarray, languages: Languages) -> list[Mapping[str, int]]:
    return [languages.get(one, {}) for one in instance.tolist()]


def _clusters(reads: Store | Writer, kind: str, instance: np.ndarray, between: list[int]) -> list[int | None]:
    """The cluster of each instance, None where it is in none."""
    rows = reads.rows(
        "select instance, cluster from copy_cluster where kind = $1 and instance between $2 and $3", [kind, *between]
    )
    found = dict(rows)
    return [found.get(int(one)) for one in instance]


def _size(images: ImageFolder | None, name: str) -> tuple[int, int] | None:
    """(width, height) of a picture in pixels; None when it is missing or cannot be opened."""
    file = images.file(name) if images else None
    if file is None:
        return None
    try:
        return picture_size(file)
    except (AdrError, OSError, ValueError):
        return None
