"""Copies inside the source: which instances have the same pictures, the same conversation, or both.

Writes `copy_cluster` and `copies_made`; the index reads the clusters as perspectives. Equal pictures alone are no copy,
since many rows may ask about one picture; nor are equal conversations, since many pictures may get one question.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import pyarrow as pa

from adr.embed.looks import looks_of
from adr.embed.overlaid import SAME_DIFFERENCE, Overlaid, candidates, overlaid
from adr.embed.pair_folder import PairFolder
from adr.embed.same_pictures import same_pictures
from adr.errors import AdrError
from adr.feature_folder import FeatureFolder
from adr.image_folder import ImageFolder
from adr.perspectives import CLUSTERED
from adr.progress import Progress, silent
from adr.report import OnlyWhereThere, from_json, to_json
from adr.settings import setting
from adr.store import Store, Writer
from adr.workspace import Workspace

_SAID = r"""
    select instance, md5(array_to_string(list_transform(turns, lambda turn: turn.role || chr(31) || trim(regexp_replace(
        lower(nfc_normalize(replace(coalesce(turn.text, ''), '<image>', ' '))), '[\s\p{Z}]+', ' ', 'g'))), chr(30)))
        as conversation
    from instance
    where list_bool_or(list_transform(turns, lambda turn:
        regexp_matches(replace(coalesce(turn.text, ''), '<image>', ''), '[^\s\p{Z}]')))"""
"""The normalised conversation of every instance that has words, hashed: Unicode in its composed form, lower case, each
run of blanks one blank, no image markers."""

_SHOWN = """
    select instance, md5(string_agg(coalesce(s.same_as, i.path), chr(30) order by i.place)) as pictures
    from (select instance, unnest(images) as path, generate_subscripts(images, 1) as place from instance) i
    left join same_picture s using (path) group by instance"""
"""The pictures of every instance that has some, in their order, hashed."""


_PAIRS = pa.schema([("one", pa.string()), ("other", pa.string()), ("difference", pa.float32())])


@dataclass(frozen=True)
class ClustersOfKind:
    """clusters: of two or more instances; instances: in one of them; largest: instances of the largest; beyond:
    instances that go where each cluster keeps one."""

    clusters: int
    instances: int
    largest: int
    beyond: int


@dataclass(frozen=True)
class CopiesReport:
    """What `copies` found. kinds: {'picture', 'text', 'copy': its clusters}; pictures: image paths compared;
    unread_pictures: of these, files that cannot be read, which are copies by their path alone; looks: whether pictures
    were compared by their looks, too; mirrored: then, pairs of which one looks like the other mirrored, which are no
    copies, each named by the first picture of its cluster. overlaid: pairs of pictures that were laid over one
    another, since they may be the same, None where no model has looked at them; same_difference: up to
    which difference such a pair is the same picture."""

    instances: int
    kinds: Mapping[str, ClustersOfKind]
    pictures: int
    unread_pictures: int
    looks: bool
    mirrored: tuple[tuple[str, str], ...]
    seconds: float
    overlaid: OnlyWhereThere[int] = None
    same_difference: OnlyWhereThere[float] = None


def copies(
    store: Store, *, looks: bool = False, same_difference: float = SAME_DIFFERENCE, progress: Progress = silent
) -> CopiesReport:
    """Find the clusters of the present sources and write them in place of those that were there.

    looks: compare pictures by their looks, too, for which each one is read (`adr.embed.looks`). Where a model has
    looked at them, those in which it sees nearly the same, or whose hashes are nearly the same, are laid over one
    another (`adr.embed.overlaid`), and are the same when they differ by at most `same_difference`.

    AdrError when there is no dataset. When `progress` raises Cancelled, nothing is written.
    """
    started = time.monotonic()
    instances = int(store.value("select count(*) from instance"))
    if not instances:
        raise AdrError("There is no dataset in this workspace.", "Ingest one first.")
    paths = [path for (path,) in store.rows("select distinct unnest(images) as path from instance order by path")]
    images = ImageFolder.of(store)
    found = same_pictures(images, paths, progress)
    mirrored: tuple[tuple[str, str], ...] = ()
    pairs: list[Overlaid] | None = None
    if looks:
        alike = looks_of(store, images, paths, progress)
        found = found.joined(alike.equal)
        near = [(found.same_as[paths[a]], found.same_as[paths[b]]) for a, b in alike.near]
        pairs = _overlaid(store, images, sorted(set(found.same_as.values())), near, progress)
        same = alike.near if pairs is None else _same(paths, pairs, same_difference)
        found = found.joined(same)
        mirrored = _between(found.same_as, [(paths[a], paths[b]) for a, b in alike.mirrored])
    progress(0, None, "Comparing conversations")
    with store.atomic() as writer:
        _write(writer, found.same_as)
        _write_pairs(writer, pairs or [])
        kinds = {kind: _clusters_of(writer, kind) for kind in CLUSTERED}
        seconds = round(time.monotonic() - started, 2)
        report = CopiesReport(instances, kinds, len(paths), found.unread, looks, mirrored, seconds)
        if pairs is not None:
            report = replace(report, overlaid=len(pairs), same_difference=same_difference)
        writer.execute("delete from copies_made")
        writer.execute("insert into copies_made values ($1, now() at time zone 'UTC')", [to_json(report)])
    return report


def _overlaid(
    store: Store, images: ImageFolder | None, paths: Sequence[str], near: Sequence[tuple[str, str]], progress: Progress
) -> list[Overlaid] | None:
    """The pairs of pictures that may be the same, among them those of nearly the same hash; None where no model has
    looked at the pictures."""
    if store.path is None or images is None:
        return None
    workspace = Workspace(store.path.parent)
    features = FeatureFolder.of(workspace.features, setting("ADR_SCORER_MODEL")).read()
    if features is None:
        return None
    progress(0, None, "Looking for pictures that are nearly the same")
    return overlaid({*near, *candidates(features, paths)}, images, PairFolder(workspace.pairs), progress)


def _same(paths: Sequence[str], pairs: Sequence[Overlaid], same_difference: float) -> list[tuple[int, int]]:
    """The pairs that are the same picture, by their numbers in `paths`."""
    number = {path: n for n, path in enumerate(paths)}
    return [(number[pair.one], number[pair.other]) for pair in pairs if pair.difference <= same_difference]


def _between(same_as: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs of paths as pairs of different clusters, each once."""
    clusters = {tuple(sorted((same_as[one], same_as[other]))) for one, other in pairs}
    return tuple((one, other) for one, other in sorted(clusters) if one != other)


def copies_report(store: Store) -> CopiesReport | None:
    """The report of `copies` on the present sources; None when it has not run since they changed."""
    text = store.value("select report from copies_made, dataset_changed where made_at >= changed_at")
    return from_json(CopiesReport, text) if text else None


def _write(writer: Writer, same_as: Mapping[str, str]) -> None:
    writer.register(
        "same_picture",
        pa.table(
            {"path": pa.array(list(same_as), pa.string()), "same_as": pa.array(list(same_as.values()), pa.string())}
        ),
    )
    writer.execute("delete from copy_cluster")
    writer.execute(f"""
        insert into copy_cluster
        with said as ({_SAID}), shown as ({_SHOWN}),
        sameness as (
            select 'picture' as kind, instance, pictures as what from shown
            union all select 'text', instance, conversation from said
            union all
            select 'copy', instance, conversation || coalesce(pictures, '') || array_to_string(videos, chr(30))
            from said join instance using (instance) left join shown using (instance)
        )
        select kind, instance, min(instance) over same as cluster from sameness
        window same as (partition by kind, what)
        qualify count(*) over same > 1
        order by kind, instance""")


def _write_pairs(writer: Writer, pairs: Sequence[Overlaid]) -> None:
    writer.execute("delete from overlaid_pair")
    columns = {field.name: [getattr(pair, field.name) for pair in pairs] for field in fields(Overlaid)}
    writer.insert("overlaid_pair", pa.table(columns, schema=_PAIRS))


def _clusters_of(writer: Writer, kind: str) -> ClustersOfKind:
    rows = writer.rows(
        """
        select count(*)::integer, coalesce(sum(n), 0)::integer, coalesce(max(n), 0)::integer
        from (select count(*) as n from copy_cluster where kind = $1 group by cluster)""",
        [kind],
    )
    clusters, instances, largest = rows[0]
    return ClustersOfKind(clusters, instances, largest, instances - clusters)
