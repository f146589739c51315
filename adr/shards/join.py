"""Join: the parts of all shards → one export, as one machine writes it.

The folder has the main files, dropped.jsonl, manifest.json, the card with its curves, and how a trainer is started. It
has no report page, which names entities from the database of one machine, and synthetic.jsonl is empty: candidates are
made in a workspace.
"""

import json
import shutil
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adr.draws import epoch_seed
from adr.errors import AdrError
from adr.export import card, croissant, manifest, provenance, trainer
from adr.export.columns import KeySet
from adr.export.counts import Counts, threshold
from adr.export.epochs import FOLDER as EPOCHS
from adr.export.epochs import WrittenEpoch, in_manifest
from adr.export.export import REPAIRED, blocked_words, options_said
from adr.export.folder import whole
from adr.export.formats import named
from adr.export.found_rows import EXAMPLES
from adr.export.ids import NUMBERED, new_ids, plain
from adr.export.leaving import Leaving, dumps
from adr.export.lint import Finding, Findings, Lint, set_findings
from adr.export.set_facts import REPEATED, SetFacts, in_words
from adr.export.work import Format, Work
from adr.files import sha256_of
from adr.image_folder import ImageFolder
from adr.index.lexicon import Lexicon
from adr.index.options import IndexOptions
from adr.options import given_options, options_of
from adr.progress import silent
from adr.recipe import Recipe
from adr.shards.epoch_lists import lists_of, write_list
from adr.shards.exporting import export_options, refuse_export
from adr.shards.part_joiners import Parts, join_parts
from adr.shards.settled import FILE as SETTLED
from adr.shards.shard_rows import form_of
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import CutSource, ShardSet
from adr.shards.shuffled import by_draw
from adr.shards.write import entities_of, epoch_prefix, write_rows
from adr.shards.written import WrittenShard
from adr.store import Store

VERSION = 3
_BLOCK = 8 << 20


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Writes the export to run.out; returns its rows, its SHA-256 and the number of its main files. AdrError when the
    folder exists and is not to be replaced, when the lint has errors, or when nothing is left to write."""
    refuse_export(run.asked, run.format)
    if run.out is None:
        raise AdrError("No folder is named for the export.", "Name one with --out.")
    format, written = named(run.format), [WrittenShard.of(run, one.number) for one in shards.shards]
    with whole(Path(run.out), replace=run.replace) as out, closing(Store(folder / "joining.duckdb")) as store:
        _place_sources(store, shards, run, written)
        leave = _leave(store, shards, run, written)
        options = export_options(run.asked, run.format)
        parts = Parts(shards, run, [one.main for one in written], "", options.order == "shuffled", folder)
        left_out = _left_out(written)
        if options.repair_ids:
            parts, new = _repair(store, parts, left_out)
            leave = changed(leave, new_ids=new)
        lint = _lint(store, shards, run, leave, format, written)
        if not leave.instances:
            raise AdrError("There is nothing to write: no row is left.", "Apply a recipe that keeps some.")
        work = Work(store, leave, out, str(options.images), leave.form, silent, left_out)
        names = join_parts(work, parts)
        epochs = _epochs(work, parts, written) if options.epochs else []
        sums = {name: sha256_of(out / name) for name in names}
        made = _describe(work, parts, format, lint, sums, _totals(written), epochs)
    for rest in folder.iterdir():  # nothing of it is kept
        shutil.rmtree(rest) if rest.is_dir() else rest.unlink()
    return {"rows": leave.instances, "sha256": made["sha256"], "files": len(names)}


def _epochs(work: Work, parts: Parts, written: Sequence[WrittenShard]) -> list[WrittenEpoch]:
    """Write the list of each epoch, and its files where they are asked for."""
    run, made = parts.run, []
    lists = lists_of(parts.shards, run, work.left_out, shuffled=parts.shuffled)
    for epoch, numbers in enumerate(lists, 1):
        name = f"{EPOCHS}/epoch-{epoch}"
        with work.file(f"{name}.json") as out:
            write_list(out, numbers)
        main: tuple[str, ...] = ()
        if written[0].epochs:
            rows = [one.epochs[epoch - 1] for one in written]
            own = changed(parts, rows=rows, prefix=epoch_prefix(epoch))
            main = tuple(f"{name}/{file}" for file in _epoch_files(work, own, name))
        made.append(WrittenEpoch(epoch, epoch_seed(run.asked.seed, epoch), len(numbers), 0, f"{name}.json", main))
    return made


def _epoch_files(work: Work, parts: Parts, name: str) -> list[str]:
    """Write the main files of one epoch to the folder `name`; returns their names there."""
    if export_options(parts.run.asked, parts.run.format).repair_ids:
        parts, _ = _repair(work.store, parts, work.left_out)
    order = np.broadcast_to(np.int32(0), sum(one.rows for one in parts.rows))
    folder = work.folder / name
    folder.mkdir(parents=True)
    return join_parts(changed(work, leave=changed(work.leave, order=order, epoch=parts.epoch), folder=folder), parts)


def _describe(
    work: Work,
    parts: Parts,
    format: Format,
    lint: Lint,
    sums: dict[str, str],
    totals: manifest.Totals,
    epochs: Sequence[WrittenEpoch],
) -> dict[str, Any]:
    """Write what lies beside the main files; returns the manifest. sums: {main file: SHA-256}."""
    run, recipe = parts.run, parts.run.asked
    _write_dropped(work, parts)
    provenance.write_synthetic(work)
    counts, options = _counts(parts, recipe), export_options(recipe, run.format)
    said = options_said(options, work.images, len(work.leave.new_ids), weights=False)
    made = manifest.build(work, format, counts, lint.findings, sums, said, _asked(recipe, run), totals)
    made["shards"] = len(parts.shards.shards)
    if epochs:
        made["epochs"] = in_manifest(epochs, _told_of_epochs(run))
    trainer.write(work, format, made)
    croissant.write(work, format, made, sums)
    card.write(work, format, counts, made)
    made["files"] = manifest.hashes(work.folder, sums)
    manifest.write(work, made)
    return made


def _told_of_epochs(run: ShardRun) -> dict[str, Any]:
    """What all epochs keep, as the report of a run says it."""
    told: dict[str, Any] = json.loads(run.file("settle", GLOBAL, SETTLED).read_text(encoding="utf-8"))["epochs"]
    return told


def _asked(recipe: Recipe, run: ShardRun) -> Recipe:
    """The recipe with the options of this export."""
    return changed(recipe, export=given_options(export_options(recipe, run.format)))


def _left_out(written: Sequence[WrittenShard]) -> tuple[int, ...]:
    return tuple(position for one in written for position in one.left_out)


def _totals(written: Sequence[WrittenShard]) -> manifest.Totals:
    reasons = sum((Counter(one.reasons) for one in written), Counter[str]())
    return manifest.Totals(
        sum(one.kept for one in written),
        sum(one.instances for one in written),
        sum(one.rejected for one in written),
        dict(sorted(reasons.items())),
    )


def _leave(store: Store, shards: ShardSet, run: ShardRun, written: Sequence[WrittenShard]) -> Leaving:
    """As many rows as leave, which are not looked at one by one: the array takes no memory."""
    order = np.broadcast_to(np.int32(0), sum(one.main.rows for one in written))
    return Leaving(1, run.asked, form_of(shards, run), ImageFolder.of(store), order, (), epoch=written[0].main.epoch)


# --------------------------------------------------------------------------------------------- what was read


def _place_sources(store: Store, shards: ShardSet, run: ShardRun, written: Sequence[WrittenShard]) -> None:
    """The tables `source` and `index_made`, as the manifest reads them."""
    form, options = form_of(shards, run), options_of(IndexOptions, run.asked.index, "[index]").filled()
    columns = "source, name, path, images, image_prefix, form, layout, bytes, sha256, first, records"
    with store.atomic() as writer:
        for one in shards.sources:
            own = [w for w, s in zip(written, shards.shards, strict=True) if s.source == one.source]
            warnings = _warnings(store, shards, run, one, own)
            values = [one.source, one.name, one.path, one.images, one.prefix, form, one.layout, one.bytes, one.sha256]
            writer.execute(
                f"""
                insert into source ({columns}, instances, rejected, warnings, mapping)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
                [
                    *values,
                    *(one.first, one.records),
                    *(sum(w.instances for w in own), sum(w.rejected for w in own)),
                    json.dumps(warnings),
                    next((w.source["mapping"] for w in own if w.source.get("mapping")), None),
                ],
            )
        unread = sum(
            pq.read_metadata(run.file("extract", one.number, "unread.parquet")).num_rows for one in shards.shards
        )
        writer.execute(
            """
            insert into index_made (extractor, spacy_model, objects_from, lexicon_fingerprint, unread)
            values ($1, $2, $3, $4, $5)""",
            [options.extractor, options.spacy_model, options.objects, Lexicon.english().fingerprint, unread],
        )


def _warnings(
    store: Store, shards: ShardSet, run: ShardRun, source: CutSource, written: Sequence[WrittenShard]
) -> dict[str, int]:
    """What ingest warns of in a source: sums, but for ids, which may come again in another shard."""
    sums: Counter[str] = Counter()
    for one in written:
        sums.update(json.loads(one.source.get("warnings") or "{}"))
    repeated = store.value(
        "select count(id) - count(distinct id) from read_parquet($1) where instance between $2 and $3",
        [_id_files(shards, run), source.first, source.first + source.records - 1],
    )
    return {**sums, **({"repeated_ids": int(repeated)} if repeated or "repeated_ids" in sums else {})}


def _id_files(shards: ShardSet, run: ShardRun, prefix: str = "") -> list[str]:
    return [str(run.file("write", one.number, f"{prefix}ids.parquet")) for one in shards.shards]


# --------------------------------------------------------------------------------------------- lint


def _lint(
    store: Store, shards: ShardSet, run: ShardRun, leave: Leaving, format: Format, written: Sequence[WrittenShard]
) -> Lint:
    """The findings of all shards; AdrError when errors block the export."""
    found = Findings()
    for one in written:
        found.merge(Finding(**{**each, "examples": tuple(each["examples"])}) for each in one.findings)
    set_findings(_facts(store, shards, run, written), leave, format.rules, format.keeps, found)
    lint = found.lint()
    if lint.errors and not any(one.left_out for one in written):
        sentence, _ = blocked_words(lint.errors)
        raise AdrError(sentence, f"Correct the source, or write under [export] of the recipe: {_mends(lint)}.")
    return lint


def _mends(lint: Lint) -> str:
    """The options of [export] that would let the export pass."""
    place = any(finding.kind in REPAIRED for finding in lint.errors)
    return ("place_markers = true, or " if place else "") + "leave_out_faulty = true"


def _facts(store: Store, shards: ShardSet, run: ShardRun, written: Sequence[WrittenShard]) -> SetFacts:
    """What the lint has to know of all rows together."""
    ids = _id_files(shards, run)
    kept = "(select id, copies, instance from read_parquet($1) where copies > 0)"
    repeated = store.rows(REPEATED.format(kept=kept, most=EXAMPLES), [ids])
    kinds: Counter[str] = Counter()
    sets: dict[tuple[str, ...], KeySet] = {}
    for one in written:
        kinds.update(one.facts["id_kinds"])
        for each in one.facts["key_sets"]:
            keys = tuple(each["listed"])
            before = sets.get(keys, KeySet(keys, 0, each["first"]))
            sets[keys] = KeySet(keys, before.rows + each["rows"], min(before.first, each["first"]))
    return SetFacts(
        repeated[0][3] if repeated else 0,
        tuple(in_words(name, rows, first) for name, rows, first, _ in repeated),
        dict(sorted(kinds.items())),
        sorted(sets.values(), key=lambda one: (-one.rows, one.listed)),
        all(one.facts["all_reject"] for one in written if one.main.rows),
        frozenset(key for one in written for key in one.facts["mapped"]),
    )


# --------------------------------------------------------------------------------------------- ids


def _repair(store: Store, parts: Parts, left_out: Sequence[int]) -> tuple[Parts, dict[int, str]]:
    """Write the shards that have repeated ids once more; returns their parts, and the new ids, numbered from 0."""
    rows = _repeated_rows(store, parts, left_out)
    new = new_ids(((n, id) for n, (_, _, id) in enumerate(rows)), _taken(store, parts, {plain(id) for *_, id in rows}))
    firsts = [one.first for one in parts.shards.shards]
    of_shards: dict[int, dict[tuple[int, int], str]] = {}
    for n, id in new.items():
        instance, copy, _ = rows[n]
        of_shards.setdefault(bisect_right(firsts, instance) - 1, {})[instance, copy] = id
    written, epoch = list(parts.rows), parts.epoch if parts.prefix else None
    for at, ids in of_shards.items():
        pieces = write_rows(parts.shards, parts.run, parts.shards.shards[at].number, parts.again, ids, epoch)
        written[at] = changed(written[at], pieces=pieces)
    return changed(parts, rows=written), new


def _repeated_rows(store: Store, parts: Parts, left_out: Sequence[int]) -> list[tuple[int, int, str]]:
    """(instance, number of the copy, id) of all rows with repeated ids, in the order of the export."""
    gone = frozenset(left_out)
    found = store.rows(
        """
        with kept as (select instance, id, copies, place from read_parquet($1) where copies > 0)
        select instance, id, copies, place from kept where trim(id, '"') in (
            select trim(id, '"') from kept group by all having sum(copies) > 1
        ) order by instance""",
        [_id_files(parts.shards, parts.run, parts.prefix)],
    )
    rows = [(instance, copy, id) for instance, id, copies, _ in found if instance not in gone for copy in range(copies)]
    if not parts.shuffled:
        return rows
    first = {instance: place for instance, _, _, place in found}
    places = np.array([first[instance] + copy for instance, copy, _ in rows], dtype=np.int64)
    return [rows[n] for n in by_draw(epoch_seed(parts.run.asked.seed, max(1, parts.epoch)), places).tolist()]


def _taken(store: Store, parts: Parts, plains: set[str]) -> set[str]:
    """The ids of the dataset that a row with one of these repeated ids could get."""
    found = store.arrays(
        f"""
        select distinct trim(id, '"') as name from read_parquet($1)
        where contains(id, '-') and {NUMBERED} in (select name from repeated_ids)""",
        [_id_files(parts.shards, parts.run)],
        repeated_ids=pa.table({"name": pa.array(sorted(plains), pa.string())}),
    )
    return set(found["name"])


# --------------------------------------------------------------------------------------------- counts


def _counts(parts: Parts, recipe: Recipe) -> list[Counts]:
    """The counts of every perspective, from those of the shards."""
    made, first = [], 0
    of_shards = [pq.read_table(file) for file in _beside(parts, "counts.parquet")]
    for perspective in entities_of(parts.run):
        n = pq.read_table(parts.run.file("entities", GLOBAL, f"{perspective}.parquet"), columns=["n"]).column("n")
        sums = np.zeros((3, len(n)), dtype=np.int64)
        for table in of_shards:
            own = table.filter(pc.equal(table.column("perspective"), perspective))
            for row, name in enumerate(("after", "random", "excluded")):
                sums[row, own.column("rank").to_numpy()] += own.column(name).to_numpy()
        after, random, excluded = sums
        before, ids = n.to_numpy() - excluded, np.arange(first, first + len(n))
        made.append(Counts(perspective, threshold(recipe, perspective, before), ids, before, after, after, random))
        first += len(n)
    return made


# --------------------------------------------------------------------------------------------- files


def _beside(parts: Parts, name: str) -> Iterator[Path]:
    """The files of a name that shards have beside their rows."""
    return (parts.run.file("write", one.number, name) for one in parts.shards.shards)


def _write_dropped(work: Work, parts: Parts) -> None:
    """dropped.jsonl: the lines of all shards, then the rows that were left out because of an error."""
    with work.file(provenance.DROPPED) as out:
        for file in _beside(parts, "dropped.jsonl"):
            with file.open("rb") as given:
                shutil.copyfileobj(given, out, _BLOCK)
        for position in work.left_out:
            out.write(dumps({"position": position, "reason": "faulty"}).encode() + b"\n")
