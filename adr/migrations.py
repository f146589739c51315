"""Numbered migrations: how a workspace of an older version becomes one of this version.

Each is a function that runs statements of one transaction; it is appended to MIGRATIONS and never changed afterwards.
It knows the tables and reports as they were in its time, and no stage. Views and macros hold no data: they are dropped
first and made again by schema.sql afterwards.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from adr.recipe import Recipe, fingerprint_of


class Statements(Protocol):
    """What a migration may do: the part of `store.Writer` that it needs."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement."""

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""


def migrate(db: Statements, version: int) -> None:
    """Bring the tables from `version` to VERSION, step by step."""
    for kind, query in (
        ("view", "select view_name from duckdb_views() where not internal"),
        ("macro", "select function_name from duckdb_functions() where not internal and function_type = 'macro'"),
    ):
        for (name,) in db.rows(query):
            db.execute(f'drop {kind} if exists "{name}"')
    for step in MIGRATIONS[version - 1 :]:
        step(db)


def m002_reports_are_kept(db: Statements) -> None:
    """Each stage keeps its report; an index and a run say what they were made from; data says image, never picture."""
    for table, column in (
        ("source", "objects_sha256"),
        ("source", "report"),
        ("index_made", "asked"),
        ("index_made", "options"),
        ("index_made", "fingerprint"),
        ("index_made", "report"),
        ("run", "made_on"),
        ("plan", "report"),
        ("export", "report"),
    ):
        db.execute(f"alter table {table} add column {column} varchar")
    _words_of_data(db)
    _report_of_source(db)
    made_on = _report_of_index(db)
    _runs_of_index(db, made_on)
    _report_of_plans(db)
    _report_of_exports(db)


def _words_of_data(db: Statements) -> None:
    db.execute("update verdict set reason = 'poor_image' where reason = 'poor_picture'")
    for old, new in (
        ("roles_do_not_alternate", "turns_do_not_alternate"),
        ("placeholder_missing", "too_few_markers"),
        ("placeholder_repeated", "too_many_markers"),
        ("no_answer", "no_reply"),
        ("unreadable_answer", "unreadable_reply"),
    ):
        db.execute("update candidate set conversation_fault = $1 where conversation_fault = $2", [new, old])


def _report_of_source(db: Statements) -> None:
    for path, images, form, layout, instances, size, sha256, warnings in db.rows(
        "select path, images, form, layout, instances, bytes, sha256, warnings from source"
    ):
        renamed = {
            {"placeholder_mismatch": "marker_mismatch", "no_answer": "nobody_answers"}.get(kind, kind): count
            for kind, count in json.loads(warnings or "{}").items()
        }
        report = {
            "source": path,
            "images": images,
            "form": form or "llava",
            "layout": layout or "array",
            "instances": instances or 0,
            "rejected": dict(db.rows("select reason, count(*) from rejected group by reason order by 2 desc, 1")),
            "warnings": renamed,
            "text_only": db.rows("select count(*) from instance where len(images) = 0")[0][0],
            "annotations": db.rows("select count(*) from annotation")[0][0],
            "bytes": size or 0,
            "sha256": sha256 or "",
            "seconds": 0.0,
        }
        db.execute("update source set warnings = $1, report = $2", [json.dumps(renamed), json.dumps(report)])


def _report_of_index(db: Statements) -> str:
    """Fill the new columns of the index; returns its fingerprint, '' when there is none."""
    made = db.rows(
        "select extractor, spacy_model, objects_from, verified_by, coalesce(unread, 0), coalesce(seconds, 0) "
        "from index_made"
    )
    if not made:
        return ""
    extractor, spacy_model, objects_from, verified_by, unread, seconds = made[0]
    annotated = db.rows("select 1 from annotation limit 1")
    checker, _, checker_model = (verified_by or "").partition(" ")
    options = {
        "extractor": extractor,
        "spacy_model": (spacy_model or "").split(" ")[0] or None,
        "objects": "annotations" if objects_from == "annotations" else "text" if annotated and objects_from == "text"
        else "auto",
        "verify": checker or None,
        "verify_model": checker_model or None,
    }  # fmt: skip
    defaults = {"extractor": "lexicon", "spacy_model": None, "objects": "auto", "verify": None, "verify_model": None}
    asked = {key: value for key, value in options.items() if value != defaults[key]}
    sources = [list(row) for row in db.rows("select sha256, objects_sha256 from source")]
    fingerprint = fingerprint_of({"sources": sources, "options": options})
    counted = db.rows("select perspective::varchar, count(*), coalesce(sum(n), 0)::bigint from entity group by 1")
    names = ("token", "object", "co_occurrence", "interrogation")
    report = {
        "instances": db.rows("select count(*) from instance")[0][0],
        "postings": dict.fromkeys(names, 0) | {name: postings for name, _, postings in counted},
        "entities": dict.fromkeys(names, 0) | {name: entities for name, entities, _ in counted},
        "unread": unread,
        "extractor": extractor,
        "spacy_model": spacy_model,
        "objects_from": objects_from,
        "verified_by": verified_by,
        "seconds": seconds,
        "notices": [],
    }
    db.execute(
        "update index_made set asked = $1, options = $2, fingerprint = $3, report = $4",
        [json.dumps(asked), json.dumps(options), fingerprint, json.dumps(report)],
    )
    return fingerprint


def _runs_of_index(db: Statements, made_on: str) -> None:
    """Record the index of each run that was made on the index that is still there."""
    db.execute("update run set made_on = ''")
    db.execute(
        "update run set made_on = $1 where created_at >= (select max(indexed_at) from index_made)", [made_on]
    )  # fmt: skip


def _report_of_plans(db: Statements) -> None:
    for plan, run, settings, slots, candidates in db.rows("select plan, run, settings, slots, candidates from plan"):
        chosen = json.loads(settings)
        entities, lacking, missing = db.rows(
            "select count(*) filter (quota > 0), count(*), coalesce(sum(greatest(target - have, 0)), 0)::bigint "
            "from wanted where plan = $1",
            [plan],
        )[0]
        filled, parents = db.rows(
            "select coalesce(sum(len(entities)), 0)::bigint, count(distinct parent) from slot where plan = $1", [plan]
        )[0]
        report = {
            "plan": plan,
            "run": run,
            "slots": slots,
            "candidates": candidates,
            "budget": chosen.get("budget", slots),
            "entities": entities,
            "lacking": lacking,
            "missing": missing,
            "filled": min(filled, missing),
            "pool": parents,
            "parents": parents,
            "generator": chosen.get("generator", ""),
            "model": chosen.get("model", ""),
        }
        db.execute("update plan set report = $1 where plan = $2", [json.dumps(report), plan])


def _report_of_exports(db: Statements) -> None:
    for export, run, format, folder, instances, synthetic, size, sha256, manifest in db.rows(
        "select export, run, format, folder, instances, synthetic, bytes, sha256, manifest from export"
    ):
        written = json.loads(manifest or "{}")
        report = {
            "export": export,
            "run": run,
            "format": format,
            "folder": folder,
            "instances": instances,
            "synthetic": synthetic,
            "left_out": written.get("counts", {}).get("left_out_faulty", 0),
            "images": 0,
            "bytes": size,
            "sha256": sha256,
            "files": {file["path"]: file["sha256"] for file in written.get("files", [])},
            "main": written.get("main", []),
            "warnings": {},
        }
        db.execute("update export set report = $1 where export = $2", [json.dumps(report), export])


def m003_caps_are_bounds(db: Statements) -> None:
    """What recipes called caps, a value in place of τ, is `own_tau`, `mute` or `protect`; the kept sets stay."""
    db.execute('create table over_cap (run integer, instance integer, entity integer, rank integer, "of" integer)')
    for run, toml, report in db.rows("select run, recipe, report from run"):
        recipe = replace(Recipe.from_toml(toml, f"the recipe of run {run}"), remarks=())
        told = json.loads(report) if report else {}
        told["unused"], told["caps"] = told.pop("unused_caps", []), []
        told |= {"fingerprint": recipe.fingerprint, "in_words": recipe.in_words(), "expected_by": "closed form"}
        db.execute(
            "update run set recipe = $1, fingerprint = $2, report = $3 where run = $4",
            [recipe.to_toml(), recipe.fingerprint, json.dumps(told) if report else None, run],
        )


def m004_what_is_trusted(db: Statements) -> None:
    """Rows of verdict files are remembered, a plan keeps the identity of its run and index, and ingest the links in the
    image folder."""
    db.execute("alter table source add column links bigint")
    db.execute("alter table plan add column identity varchar")
    db.execute("create table imported_verdict (mark varchar)")
    db.execute("insert into imported_verdict select distinct mark from verdict where mark is not null")


def m005_several_sources(db: Statements) -> None:
    """A workspace holds several sources; each has a range of positions, and its instances may have videos."""
    for column in (
        "source smallint default 0",
        "name varchar",
        "first integer default 0",
        "records integer",
        "image_prefix varchar default ''",
        "taken varchar",
        "mapping varchar",
    ):
        db.execute(f"alter table source add column {column}")
    db.execute("""
        update source set source = 0, name = parse_filename(path, true), first = 0, image_prefix = '',
               records = coalesce((select max(position) + 1 from (select instance as position from instance
                                   union all select position from rejected)), 0)""")
    db.execute("alter table instance add column source smallint default 0")
    db.execute("alter table instance add column videos varchar[] default []")
    db.execute("""
        create table removed_source (source smallint, name varchar, path varchar, first integer, records integer,
                                     removed_at timestamp)""")
    _rows_of_a_reservoir(db)


def _rows_of_a_reservoir(db: Statements) -> None:
    """Slots and candidates may be rows of a reservoir, whose own tables schema.sql makes."""
    for table in ("slot", "candidate"):
        db.execute(f"alter table {table} add column retrieved integer")


def m006_proofs(db: Statements) -> None:
    """Experiments on whether refinement helps have tables, which schema.sql makes; no row of an older table changes."""


def m007_templates(db: Statements) -> None:
    """Templates of prompts have a table, which schema.sql makes; an index made before counts their words."""
    for (options,) in db.rows("select options from index_made where options is not null"):
        made = json.loads(options) | {"templates": "count"}
        db.execute("update index_made set options = $1 where options = $2", [json.dumps(made), options])


def m008_languages(db: Statements) -> None:
    """Turns are counted by language, in a table that schema.sql makes; an index made before has no row in it. A run
    made before dropped unread text like any other, and its recipe says so from here on."""
    for run, toml, report in db.rows("select run, recipe, report from run"):
        recipe = replace(Recipe.from_toml(toml, f"the recipe of run {run}"), unread="drop", remarks=())
        told = json.loads(report) if report else {}
        told |= {"fingerprint": recipe.fingerprint, "in_words": recipe.in_words()}
        db.execute(
            "update run set recipe = $1, fingerprint = $2, report = $3 where run = $4",
            [recipe.to_toml(), recipe.fingerprint, json.dumps(told) if report else None, run],
        )


def m009_perspectives_are_rows(db: Statements) -> None:
    """Perspectives are rows of a table, which the store fills; other tables hold their numbers, which are the places
    that the four had in the former enumeration."""
    for (table,) in db.rows("""
        select table_name from duckdb_columns() where column_name = 'perspective' and data_type like 'ENUM%'"""):
        db.execute(f"alter table {table} alter column perspective type utinyint using enum_code(perspective)")
    db.execute("drop type perspective")


def m010_maps_of_conversations(db: Statements) -> None:
    """A map shows pictures or conversations; every map made before shows pictures."""
    for table in ("map_place", "map_made"):
        db.execute(f"alter table if exists {table} add column shows varchar default 'pictures'")
        db.execute(f"alter table if exists {table} alter column shows drop default")
    if not db.rows("select 1 from duckdb_tables() where table_name = 'map_made'"):
        return  # schema.sql makes it
    for (report,) in db.rows("select report from map_made"):
        told = json.loads(report)
        told |= {"shows": "pictures", "placed": told.pop("pictures")}
        db.execute("update map_made set report = $1", [json.dumps(told)])


MIGRATIONS: tuple[Callable[[Statements], None], ...] = (
    m002_reports_are_kept,
    m003_caps_are_bounds,
    m004_what_is_trusted,
    m005_several_sources,
    m006_proofs,
    m007_templates,
    m008_languages,
    m009_perspectives_are_rows,
    m010_maps_of_conversations,
)
"""MIGRATIONS[0] leads from version 1 to version 2, and so on."""
VERSION = 1 + len(MIGRATIONS)
