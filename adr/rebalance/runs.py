"""Rebalancing: applies recipes and keeps the runs that result.

Writes `run`, `critical_tau`, `over_cap`, `over_share`, `decision` and `epoch_kept`, all from one
`adr.rebalance.engine.Engine`, so a run is what the preview showed. `adr.rebalance.explain` says why an instance is kept
or dropped. Knows nothing of pages or exports.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from adr.errors import AdrError
from adr.perspectives import CLUSTERED
from adr.progress import Progress, silent
from adr.rebalance.at_most import ranks, ranks_over
from adr.rebalance.engine import Engine
from adr.rebalance.epoch_table import write_epochs
from adr.rebalance.epochs import EpochsReport, draw_epochs, epochs_report
from adr.rebalance.estimate import SEEDS, Estimate, estimate
from adr.rebalance.explain_mixture import write_over_share
from adr.rebalance.preview import REASONS, CapEffect, Columns, EachCapEffect, MixtureEffect, RecipePreview
from adr.recipe import Recipe
from adr.report import OnlyWhereThere, Unbounded, from_json, to_json
from adr.store import Store, Writer

# Where `expected` comes from.
CLOSED_FORM, BY_SEEDS, NOT_ESTIMATED = "closed form", f"{SEEDS} seeds", "not estimated"


@dataclass(frozen=True)
class RebalanceReport:
    """What a recipe kept. Counts are instances; `repeated` are copies beyond the first (mode `repeat`).

    expected, expected_sd: size and its standard deviation over all seeds, as `expected_by` says.
    reasons: {reason: instances}; see `adr.rebalance.preview.REASONS`. groups: {group: {instances, kept}}.
    fingerprint: of the recipe's [rebalance]; made_on: of the index. epochs: only of a recipe with several.
    """

    run: int
    name: str
    kept: int
    dropped: int
    repeated: int
    expected: float | None
    expected_sd: float | None
    reasons: Mapping[str, int]
    tau: Mapping[str, Unbounded]
    groups: Mapping[str, Mapping[str, int]]
    perspectives: Mapping[str, Columns]
    caps: tuple[CapEffect, ...]
    unused: tuple[str, ...]
    fingerprint: str
    in_words: str
    seconds: float
    made_on: str = ""
    expected_by: str = CLOSED_FORM
    mixture: OnlyWhereThere[MixtureEffect] = None
    epochs: OnlyWhereThere[EpochsReport] = None
    caps_each: tuple[EachCapEffect, ...] = ()


@dataclass(frozen=True)
class Run:
    """One row of `run`."""

    run: int
    name: str
    recipe: Recipe
    kept: int
    dropped: int
    repeated: int
    expected: float | None
    expected_sd: float | None
    report: RebalanceReport
    created_at: datetime
    outdated: bool  # the dataset was ingested or indexed again since
    plans: int  # synthesis plans made from it


def rebalance(
    store: Store,
    recipe: Recipe,
    *,
    name: str | None = None,
    expected: bool = False,
    progress: Progress = silent,
    engine: Engine | None = None,
) -> RebalanceReport:
    """Apply `recipe` and write a run. `engine`: one that is already loaded (the app's), or None to load the postings.

    expected: where caps or mixture bind, estimate the expected size by other seeds, which takes 20 times as long.
    AdrError when there are no postings. When `progress` raises Cancelled, nothing is written.
    """
    assert engine is None or engine.sample is None, "a run decides all instances"
    started = time.monotonic()
    engine = (engine or Engine(store, progress)).excluding(recipe)
    progress(0, None, "Deciding")
    preview = engine.preview(recipe)
    guess = estimate(engine, recipe, progress=progress) if expected and preview.expected is None else None
    epochs = draw_epochs(engine, preview, progress) if recipe.epochs > 1 else None
    told = epochs_report(engine, epochs) if epochs else None
    with store.atomic() as writer:
        run = int(writer.value("select coalesce(max(run), 0) + 1 from run"))
        made_on = str(writer.value("select fingerprint from index_made") or "")
        report = report_of(
            preview, run, name or recipe.name or f"Run {run}", time.monotonic() - started, made_on, guess
        )
        report = replace(report, epochs=told)
        _write_decisions(writer, run, engine, preview, guess)
        _write_over_cap(writer, run, engine, preview)
        write_over_share(writer, run, engine, preview)
        if epochs:
            write_epochs(writer, run, engine, epochs)
        for done, perspective in enumerate(recipe.perspectives):
            progress(done, len(recipe.perspectives), "Writing reasons")
            _write_critical(writer, run, engine, preview, perspective)
        writer.execute(
            """
            insert into run (run, name, recipe, fingerprint, made_on, kept, dropped, repeated, expected, expected_sd,
                             report, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            [
                run,
                report.name,
                recipe.to_toml(),
                report.fingerprint,
                made_on,
                report.kept,
                report.dropped,
                report.repeated,
                report.expected,
                report.expected_sd,
                to_json(report),
                _now(),
            ],
        )
    return report


def report_of(
    preview: RecipePreview, run: int, name: str, seconds: float, made_on: str = "", guess: Estimate | None = None
) -> RebalanceReport:
    """A preview's numbers as the report of a run; the same for a preview that was never applied (run 0)."""
    return RebalanceReport(
        run=run,
        name=name,
        kept=preview.size,
        dropped=preview.dropped,
        repeated=preview.repeated,
        expected=guess.expected if guess else preview.expected,
        expected_sd=guess.expected_sd if guess else preview.expected_sd,
        expected_by=BY_SEEDS if guess else CLOSED_FORM if preview.expected is not None else NOT_ESTIMATED,
        reasons=dict(preview.reasons),
        tau=dict(preview.tau),
        groups={g: dict(v) for g, v in preview.groups.items()},
        perspectives=dict(preview.perspectives),
        caps=preview.caps,
        unused=preview.unused,
        fingerprint=preview.recipe.fingerprint,
        in_words=preview.recipe.in_words(),
        seconds=round(seconds, 3),
        made_on=made_on,
        mixture=preview.mixture,
        caps_each=preview.caps_each,
    )


def _write_decisions(writer: Writer, run: int, engine: Engine, preview: RecipePreview, guess: Estimate | None) -> None:
    reason = pa.DictionaryArray.from_arrays(pa.array(preview.reason), pa.array(REASONS)).cast(pa.string())
    known = guess.probability if guess else preview.probability
    probability = pa.nulls(engine.rows, pa.float32()) if known is None else pa.array(known.astype(np.float32))
    writer.insert(
        "decision",
        pa.table(
            {
                "run": pa.array(np.full(engine.rows, run, dtype=np.int32)),
                "instance": engine.instances,
                "pass_count": preview.pass_count,
                "kept": preview.kept,
                "copies": preview.copies,
                "reason": reason,
                "probability": probability,
            }
        ),
    )


def _write_over_cap(writer: Writer, run: int, engine: Engine, preview: RecipePreview) -> None:
    """A row per instance and cap of which not all copies are within the bound."""
    if not (any(cap.binds for cap in preview.caps) or any(cap.binds for cap in preview.caps_each)):
        return
    place = engine.place(preview.recipe, preview.tau)
    _write_over_each(writer, run, engine, preview, place)
    for perspective, name, bound in engine.caps(preview.recipe):
        ordered, first = ranks(bound.rows, preview.by_rule, place)
        copies = preview.by_rule[ordered].astype(np.int64)
        past = first + copies - 1 > bound.most
        entity = engine.postings[perspective].ids[engine.places(perspective, [name])[name]]
        entities, of = np.full(int(past.sum()), entity), np.full(int(past.sum()), int(copies.sum()))
        _insert_over_cap(writer, run, engine.instances[ordered[past]], entities, first[past], of)


def _write_over_each(writer: Writer, run: int, engine: Engine, preview: RecipePreview, place: np.ndarray) -> None:
    """The same for the caps on every entity of a perspective."""
    for perspective, bound in engine.caps_each(preview.recipe):
        found = ranks_over(bound, preview.by_rule, place)
        past = found.first + preview.by_rule[found.rows] - 1 > bound.most
        entities = engine.postings[perspective].ids[found.entities[past]]
        instances = engine.instances[found.rows[past]]
        _insert_over_cap(writer, run, instances, entities, found.first[past], found.of[past])


def _insert_over_cap(
    writer: Writer, run: int, instances: np.ndarray, entities: np.ndarray, rank: np.ndarray, of: np.ndarray
) -> None:
    writer.insert(
        "over_cap",
        pa.table(
            {
                "run": pa.array(np.full(len(instances), run, dtype=np.int32)),
                "instance": instances,
                "entity": pa.array(entities.astype(np.int32)),
                "rank": rank.astype(np.int32),
                "of": pa.array(of.astype(np.int32)),
            }
        ),
    )


def _write_critical(writer: Writer, run: int, engine: Engine, preview: RecipePreview, perspective: str) -> None:
    """Write a row per instance that has an entity in the perspective; entity is null when all of them are muted."""
    postings = engine.postings[perspective]
    critical = engine.critical(preview.recipe, perspective, engine.own(preview.recipe)[perspective])
    some = postings.offsets[1:] > postings.offsets[:-1]
    decider = critical.decider[some]
    entity = pa.array(postings.ids[np.maximum(decider, 0)] if len(postings.ids) else decider, mask=decider < 0)
    writer.register(
        "critical_to_write",
        pa.table({"instance": engine.instances[some], "critical_tau": critical.tau[some], "entity": entity}),
    )
    writer.execute(
        "insert into critical_tau (run, instance, perspective, critical_tau, entity) "
        "select $1, instance, perspective_number($2), critical_tau, entity from critical_to_write",
        [run, perspective],
    )


def runs(store: Store) -> list[Run]:
    """All runs, newest first."""
    rows = store.rows("""
        select run, name, recipe, kept, dropped, repeated, expected, expected_sd, report, created_at,
               created_at < greatest((select max(indexed_at) from index_made),
                                     (select changed_at from dataset_changed)),
               (select count(*) from plan where plan.run = run.run)
        from run order by run desc""")
    return [
        Run(
            run=int(row[0]),
            name=str(row[1]),
            recipe=Recipe.from_toml(row[2], f"the recipe of run {row[0]}"),
            kept=int(row[3]),
            dropped=int(row[4]),
            repeated=int(row[5]),
            expected=None if row[6] is None else float(row[6]),
            expected_sd=None if row[7] is None else float(row[7]),
            report=from_json(RebalanceReport, row[8]),
            created_at=row[9],
            outdated=bool(row[10]),
            plans=int(row[11]),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class ListedRun:
    """A run in short. expected, expected_sd: size over all seeds; outdated: the dataset was ingested or indexed again
    since; plans: synthesis plans made from it; tail_share: {perspective: share of postings in the tail after}."""

    run: int
    name: str
    kept: int
    dropped: int
    repeated: int
    expected: float | None
    expected_sd: float | None
    tail_share: Mapping[str, float]
    outdated: bool
    plans: int
    fingerprint: str
    in_words: str
    created_at: datetime


@dataclass(frozen=True)
class RunsReport:
    """The runs of a workspace, newest first."""

    runs: tuple[ListedRun, ...]


def runs_report(store: Store) -> RunsReport:
    """All runs in short, newest first."""
    return RunsReport(tuple(_listed(run) for run in runs(store)))


def _listed(run: Run) -> ListedRun:
    return ListedRun(
        run=run.run,
        name=run.name,
        kept=run.kept,
        dropped=run.dropped,
        repeated=run.repeated,
        expected=run.expected,
        expected_sd=run.expected_sd,
        tail_share={p: columns.after.tail_share for p, columns in run.report.perspectives.items()},
        outdated=run.outdated,
        plans=run.plans,
        fingerprint=run.recipe.fingerprint,
        in_words=run.recipe.in_words(),
        created_at=run.created_at,
    )


def run_report(store: Store, run: int) -> RebalanceReport:
    """The report that `rebalance` returned for a run; AdrError when there is no such run."""
    text = store.value("select report from run where run = $1", [run])
    if text is None:
        raise _no_run(run)
    return from_json(RebalanceReport, text)


def same_run(store: Store, recipe: Recipe) -> int | None:
    """The newest run that `recipe` would only repeat (the same [rebalance] on the present index, and on the present
    clusters of copies if it says something of them), or None."""
    clustered = any(p in CLUSTERED for p in recipe.mentioned)
    known = store.rows(
        """
        select run, recipe from run
        where made_on = (select fingerprint from index_made)
          and (not $1 or created_at >= (select max(made_at) from copies_made)) order by run desc""",
        [clustered],
    )
    for run, toml in known:
        if Recipe.from_toml(toml, f"the recipe of run {run}").fingerprint == recipe.fingerprint:
            return int(run)
    return None


def run_recipe(store: Store, run: int) -> Recipe:
    """The recipe of a run; AdrError when there is no such run."""
    toml = store.value("select recipe from run where run = $1", [run])
    if toml is None:
        raise _no_run(run)
    return Recipe.from_toml(str(toml), f"the recipe of run {run}")


def rename_run(store: Store, run: int, name: str) -> None:
    """Give a run another name; AdrError when the name is blank or there is no such run."""
    if not name.strip():
        raise AdrError("A run needs a name.", "Type one.")
    run_recipe(store, run)
    store.execute("update run set name = $1 where run = $2", [name.strip(), run])


def delete_run(store: Store, run: int) -> None:
    """Remove a run with its decisions; AdrError when a synthesis plan was made from it or there is no such run."""
    run_recipe(store, run)
    if store.value("select 1 from plan where run = $1 limit 1", [run]):
        raise AdrError(f"Run {run} has a synthesis plan that needs it.", "Keep the run, or give it another name.")
    with store.atomic() as writer:
        for table in ("critical_tau", "over_cap", "over_share", "decision", "epoch_kept", "run"):
            writer.execute(f"delete from {table} where run = $1", [run])


def kept_instances(store: Store, run: int) -> np.ndarray:
    """Instances that a run keeps, ascending (int32); AdrError when there is no such run."""
    run_recipe(store, run)
    found = store.arrays("select instance from decision where run = $1 and kept order by instance", [run])
    return np.asarray(found["instance"], dtype=np.int32)


def decided(
    store: Store,
    run: int,
    *,
    kept: bool | None = None,
    reason: str | None = None,
    perspective: str | None = None,
    passed: bool | None = None,
    entity: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[pd.DataFrame, int]:
    """(one page of a run's decisions in the source's order, how many there are in all).

    Filters: kept or dropped; a reason; whether `perspective` passed; instances that have `entity` (entity.entity).
    Columns: instance, kept, copies, pass_count, reason, probability.
    """
    tau = run_report(store, run).tau
    where = """
        from decision d
        where d.run = $run
          and ($kept::boolean is null or d.kept = $kept)
          and ($reason::varchar is null or d.reason = $reason)
          and ($entity::integer is null
               or d.instance in (select instance from posting where entity = $entity))
          and ($passed::boolean is null or $passed = (d.instance in (
               select instance from critical_tau c
               where c.run = $run and c.perspective = perspective_number($perspective) and c.critical_tau < $tau)))"""
    parameters: dict[str, Any] = {
        "run": run,
        "kept": kept,
        "reason": reason,
        "entity": entity,
        "perspective": perspective or "token",
        "passed": passed if perspective else None,
        "tau": float(tau[perspective or "token"]),
    }
    total = int(store.value("select count(*)" + where, parameters))
    page = store.frame(
        "select d.instance, d.kept, d.copies, d.pass_count, d.reason, d.probability"
        + where
        + " order by d.instance limit $limit offset $offset",
        {**parameters, "limit": limit, "offset": offset},
    )
    return page, total


def _no_run(run: int) -> AdrError:
    return AdrError(f"There is no run {run}.", "Apply a recipe on the Rebalance page, or `python -m adr rebalance`.")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
