"""The manifest: what is in an export, how it was made, and the hash of every file. It is written last.

It holds no times and no absolute paths: the same recipe, source and verdicts give the same bytes on every machine.
"""

import hashlib
import json
import platform
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import adr
from adr.export.counts import Counts
from adr.export.leaked import leaks
from adr.export.lint import Finding, as_json
from adr.export.picture_bytes import same_bytes
from adr.export.provenance import model_name
from adr.export.work import Format, Work
from adr.files import sha256_of, sha256_of_all
from adr.recipe import Recipe
from adr.shipped import INSIDE, find
from adr.store import Store

FILE = "manifest.json"
# Packages whose version can change what is written.
PACKAGES = ("duckdb", "pyarrow", "numpy", "pillow", "pandas")
MODEL_PACKAGES = ("torch", "diffusers", "transformers", "open_clip_torch", "spacy", "nltk")
WHOLE = 600 << 20  # the files of a model are hashed in full when they have at most this many bytes together


@dataclass(frozen=True)
class Totals:
    """Numbers of instances: kept, read from the source, set aside by ingest, and decided on for each reason."""

    kept: int
    source_instances: int
    rejected: int
    reasons: dict[str, int]

    @classmethod
    def of(cls, work: Work) -> "Totals":
        """Those of the workspace."""
        store, leave = work.store, work.leave
        reasons = store.rows(
            "select reason, count(*) from decision where run = $1 group by reason order by reason", [leave.run]
        )
        return cls(
            int(store.value("select count(*) from kept_in where run = $1 and epoch = $2", leave.which)),
            int(store.value("select count(*) from instance")),
            int(store.value("select count(*) from rejected")),
            {str(reason): int(n) for reason, n in reasons},
        )


def build(
    work: Work,
    format: Format,
    counts: list[Counts],
    findings: tuple[Finding, ...],
    sums: dict[str, str],
    options: dict[str, Any],
    recipe: Recipe,
    totals: "Totals | None" = None,
) -> dict[str, Any]:
    """The manifest as a JSON object, without its list of files. sums: {main data file: SHA-256}, in order; totals:
    where they cannot be counted in the workspace."""
    store, leave = work.store, work.leave
    totals = totals or Totals.of(work)
    return {
        "format": format.name,
        "format_title": format.title,
        "recipe_name": recipe.name,
        "main": list(sums),
        "sha256": main_sha256(sums),
        "configuration": configuration(format, sums),
        "made_by": {"program": "ADR Workbench", "version": adr.__version__, "code": code_fingerprint()},
        "counts": {
            "rows": leave.instances,
            "synthetic": leave.synthetic,
            "kept_instances": totals.kept,
            "copies": leave.instances - leave.synthetic - totals.kept + len(work.left_out),
            "left_out_faulty": len(work.left_out),
            "source_instances": totals.source_instances,
            "rejected_by_ingest": totals.rejected,
            "decisions": totals.reasons,
        },
        "options": options,
        "recipe": {
            "fingerprint": recipe.fingerprint,
            "whole_fingerprint": recipe.whole_fingerprint,
            "in_words": recipe.in_words(),
            "toml": recipe.to_toml(),
        },
        "draws": "one uniform number per (seed, perspective, entity, instance): blake2b-64 of the name, mixed by "
        "splitmix64; adr/draws.py has the code",
        "source": _source(store),
        "index": _index(store),
        "perspectives": {one.perspective: one.as_json() for one in counts},
        "synthesis": synthesis(work),
        **_reservoir(work),
        **leaks(work),
        "verdicts": verdicts(store),
        "lint": as_json(findings),
        "packages": {
            "python": ".".join(platform.python_version_tuple()[:2]),
            **_versions(PACKAGES),
            **(_versions(MODEL_PACKAGES) if leave.synthetic else {}),
        },
        "files": [],
    }


def write(work: Work, manifest: dict[str, Any]) -> None:
    """Write the manifest into the export's folder, as its last file."""
    with work.file(FILE) as out:
        out.write(json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n")


def main_sha256(sums: dict[str, str]) -> str:
    """The SHA-256 of the main data file; with several files, that of their concatenated hashes."""
    found = list(sums.values())
    return found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()


def configuration(format: Format, sums: dict[str, str]) -> str | None:
    """The name under which `datasets` knows the rows; None where it reads nothing of the format.

    It is made from the hash of the data, because `datasets` keeps what it has read by the names of folder and
    configuration, and gives that back for another export in a folder of the same name.
    """
    return None if format.data_files == "" else f"adr-{main_sha256(sums)[:12]}"


def hashes(folder: Path, known: dict[str, str]) -> list[dict[str, Any]]:
    """{path, bytes, sha256} of every file, by path, except links and pictures (which images.sha256 lists).

    known: {path: SHA-256} of files that need no second look.
    """
    listed = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or name.startswith("images/"):
            continue
        listed.append({"path": name, "bytes": path.stat().st_size, "sha256": known.get(name) or sha256_of(path)})
    return listed


@cache
def code_fingerprint() -> str:
    """12 hex digits over the program's source text: the schema and every module of the package outside `adr/ui`."""
    root = Path(adr.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), root / "schema.sql"]):
        if path.relative_to(root).parts[0] in ("ui", INSIDE):
            continue
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def verdicts(store: Store) -> dict[str, Any]:
    """Totals of the verdicts in force by judgement, reviewer, rule and reason, and how many candidates have none."""

    def totals(sql: str) -> dict[str, dict[str, int]]:
        made: dict[str, dict[str, int]] = {}
        for name, judgement, n in store.rows(sql):
            made.setdefault(str(name), {})[str(judgement)] = int(n)
        return made

    return {
        "in_force": {
            str(j): int(n)
            for j, n in store.rows(
                "select judgement, count(*) from current_verdict where judgement is not null "
                "group by judgement order by judgement"
            )
        },
        "by_reviewer": totals(
            "select reviewer, judgement, count(*) from current_verdict where rule is null "
            "and judgement is not null group by all order by all"
        ),
        "by_rule": totals(
            "select rule, judgement, count(*) from current_verdict where rule is not null "
            "and judgement is not null group by all order by all"
        ),
        "reasons": {
            str(reason): int(n)
            for reason, n in store.rows(
                "select reason, count(*) from current_verdict where judgement = 'reject' and reason is not null "
                "group by reason order by reason"
            )
        },
        "not_judged": int(
            store.value("select count(*) from candidate c anti join current_verdict v using (candidate) where c.chosen")
        ),
    }


def synthesis(work: Work) -> dict[str, Any]:
    """How the synthetic part was made: models and their fingerprints, conversations, and who accepted it."""
    accepted = [work.leave.candidate(row) for row in work.leave.candidate_rows]
    names = [one.candidate for one in accepted]
    rows = work.store.rows(
        """
        select generator, model, scorer, conversation_by, parameters from candidate
        where candidate in (select unnest($1::varchar[]))
        """,
        [names],
    )
    models = sorted({model for _, model, _, _, _ in rows if model} | {scorer for _, _, scorer, _, _ in rows if scorer})
    accepted_by: dict[str, int] = {}
    for one in accepted:
        who = "a person" if one.by == "person" else one.by
        accepted_by[who] = accepted_by.get(who, 0) + 1
    return {
        "rows": len(accepted),
        "images": len(work.leave.with_image),
        "share": round(len(accepted) / max(1, work.leave.instances), 6),
        "accepted_by": dict(sorted(accepted_by.items())),
        "generators": _tally(generator for generator, *_ in rows),
        "same_bytes": same_bytes(parameters for *_, parameters in rows),
        "conversations_by": _tally(method for _, _, _, method, _ in rows),
        "model_anyway": int(
            work.store.value(
                """
                select count(*) from candidate
                where candidate in (select unnest($1::varchar[])) and parameters::json->>'model_anyway' = 'true'
                """,
                [names],
            )
        ),
        "models": [{"name": model_name(model), **model_fingerprint(model)} for model in models],
    }


def _reservoir(work: Work) -> dict[str, Any]:
    """{'reservoir': its name, hash and how many of its rows were accepted}; empty when none was."""
    rows = sum(work.leave.candidate(row).retrieved is not None for row in work.leave.candidate_rows)
    name, form, sha256 = work.store.row("select name, form, sha256 from reservoir") or (None, None, None)
    return {"reservoir": {"name": name, "form": form, "sha256": sha256, "rows": rows}} if rows else {}


def model_fingerprint(model: str) -> dict[str, str]:
    """{'fingerprint', 'of'} of a model folder, over its files or, where it is large, over their names and sizes; empty
    for a hub id."""
    folder = find(model)
    if not folder.is_dir():
        return {}
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    whole = sum(path.stat().st_size for path in files) <= WHOLE
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        if whole:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return {"fingerprint": digest.hexdigest()[:12], "of": "files" if whole else "file names and sizes"}


def _source(store: Store) -> dict[str, Any]:
    """The only source, or all of them together with each in `sources`; {} when nothing was read."""
    rows = store.rows("""
        select path, form, layout, bytes, sha256, instances, rejected, warnings, mapping, name, first from source
        order by source""")
    read = [_one_source(*row[:9]) for row in rows]
    if len(read) < 2:
        return read[0] if read else {}
    return {
        "name": ", ".join(one["name"] for one in read),
        "form": ", ".join(sorted({form for one in read for form in one["form"].split(", ")})),
        "layout": ", ".join(sorted({one["layout"] for one in read})),
        "bytes": sum(one["bytes"] for one in read),
        "sha256": sha256_of_all([one["sha256"] for one in read]),
        "instances": sum(one["instances"] for one in read),
        "rejected": sum(one["rejected"] for one in read),
        "warnings": dict(sum((Counter(one["warnings"]) for one in read), Counter[str]())),
        "sources": [{"source": row[9], "first": row[10], **one} for row, one in zip(rows, read, strict=True)],
    }


def _one_source(
    path: str,
    form: str,
    layout: str,
    size: int,
    sha256: str,
    instances: int,
    rejected: int,
    warnings: str | None,
    mapping: str | None,
) -> dict[str, Any]:
    return {
        "name": Path(path).name,
        "form": form,
        "layout": layout,
        "bytes": size,
        "sha256": sha256,
        "instances": instances,
        "rejected": rejected,
        "warnings": json.loads(warnings) if warnings else {},
        **({"read_with": json.loads(mapping)} if mapping else {}),
    }


def _index(store: Store) -> dict[str, Any]:
    found = store.row(
        """
        select extractor, spacy_model, objects_from, verified_by, lexicon_fingerprint, unread,
            coalesce(options::json->>'model_anyway' = 'true', false), report::json->'verify_fit'
        from index_made
        """
    )
    if found is None:
        return {}
    return dict(
        zip(
            (
                *("extractor", "spacy_model", "objects_from", "verified_by", "lexicon_fingerprint", "unread"),
                *("model_anyway", "verify_fit"),
            ),
            (*found[:-1], json.loads(found[-1] or "null")),
            strict=True,
        )
    )


def _tally(values: Any) -> dict[str, int]:
    made: dict[str, int] = {}
    for value in values:
        made[str(value)] = made.get(str(value), 0) + 1
    return dict(sorted(made.items()))


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
