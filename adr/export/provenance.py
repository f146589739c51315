"""Where every row came from: `synthetic.jsonl` for candidates, `dropped.jsonl` for instances that are not exported.

The files hold no times and no absolute paths, so that the same decisions give the same bytes on every machine.
"""

import json
from pathlib import Path
from typing import Any

from adr.export.leaving import Accepted, dumps
from adr.export.work import Work

SYNTHETIC = "synthetic.jsonl"
DROPPED = "dropped.jsonl"


def write_synthetic(work: Work) -> None:
    """Write one line per accepted candidate, in export order: parent, prompt, seed, model, scores, verdict, editor; and
    for a row of the reservoir its source and its position there."""
    found = _found(work)
    named = work.store.row("select name, sha256 from reservoir")
    reservoir = dict(zip(("source", "sha256"), named or (), strict=False))
    with work.file(SYNTHETIC) as out:
        for row in work.leave.candidate_rows:
            one = work.leave.candidate(row)
            facts = found[one.candidate]
            record = _record(one, facts)
            if facts["retrieved"] is not None:
                own = {"position": facts["retrieved"], "id": _parsed(facts["own_id"]), "images": facts["own_images"]}
                record["reservoir"] = own | reservoir
            out.write(dumps(record).encode() + b"\n")


def _found(work: Work) -> dict[str, dict[str, Any]]:
    """{accepted candidate: what the tables know of it, by column}."""
    rows = work.store.arrow(
        """
        with edit as (
            select candidate, arg_max(reviewer, verdict) as editor from verdict
            where judgement = 'edit'
              and verdict not in (select undoes from verdict where judgement = 'undo' and undoes is not null)
            group by candidate
        )
        select c.candidate, e.name as entity, perspective_name(e.perspective) as perspective, c.parent,
               i.id as parent_id, i.images as parent_images, c.generator, c.model, c.seed, c.prompt, c.negative_prompt,
               c.parameters, c.sha256, c.caption, c.conversation_by, c.scorer, c.score, c.entity_score, c.prompt_score,
               c.parent_score, c.flags, v.judgement, v.reviewer, v.rule, v.reason, edit.editor, c.retrieved,
               r.id as own_id, r.images as own_images
        from candidate c
        left join named_entity e on e.entity = c.entity
        left join instance i on i.instance = c.parent
        left join reservoir_instance r on r.instance = c.retrieved
        left join current_verdict v on v.candidate = c.candidate
        left join edit on edit.candidate = c.candidate
        where c.candidate in (select unnest($1::varchar[]))
        """,
        [[one.candidate for one in work.leave.accepted]],
    )
    return {row["candidate"]: row for row in rows.to_pylist()}


def _record(one: Accepted, facts: dict[str, Any]) -> dict[str, Any]:
    """The line of an accepted candidate, without its reservoir."""
    return {
        "candidate": one.candidate,
        "id": _parsed(one.id),
        "images": list(one.images),
        **{key: facts[key] for key in ("sha256", "entity", "perspective")},
        "parent": _parent(facts),
        "generator": facts["generator"],
        "model": model_name(facts["model"]),
        **{key: facts[key] for key in ("seed", "prompt", "negative_prompt")},
        "parameters": _parsed(facts["parameters"]),
        "caption": facts["caption"],
        "conversation_by": facts["conversation_by"],
        "scorer": model_name(facts["scorer"]),
        "scores": {
            "score": _rounded(facts["score"]),
            "entity": _rounded(facts["entity_score"]),
            "prompt": _rounded(facts["prompt_score"]),
            "parent": _rounded(facts["parent_score"]),
        },
        "flags": facts["flags"] or [],
        "verdict": {
            "judgement": facts["judgement"] or "accept",
            "reviewer": facts["reviewer"],
            "reason": facts["reason"],
            "rule": facts["rule"] or (one.by if facts["judgement"] is None else None),
        },
        "editor": facts["editor"],
    }


def _parent(facts: dict[str, Any]) -> dict[str, Any] | None:
    if facts["parent"] is None:
        return None
    return {"position": facts["parent"], "id": _parsed(facts["parent_id"]), "images": facts["parent_images"] or []}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def write_dropped(work: Work) -> None:
    """Write one line per dropped instance: position, id, reason, pass count, probability; also per kept instance that
    the export is not limited to (reason 'not_selected'); then per one that was left out because of an error (reason
    'faulty')."""
    with work.file(DROPPED) as out:
        for batch in work.store.batches(
            """
                select to_json({position: d.instance, id: i.id::json,
                                reason: case when d.kept then 'not_selected' else d.reason end,
                                pass_count: d.pass_count, probability: round(d.probability::double, 6)})::varchar
                from decision d join instance i using (instance)
                where d.run = $1 and (not d.kept or $2 < -1)
                      and d.instance not in (select instance from kept_in where run = $1 and epoch = $2)
                order by d.instance
                """,
            work.leave.which,
            size=50_000,
        ):
            work.progress(0, None, "Writing what was dropped")
            out.write(("\n".join(text for (text,) in batch) + "\n").encode())
        for position in work.left_out:
            out.write(dumps({"position": position, "reason": "faulty"}).encode() + b"\n")


def _parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def model_name(model: str | None) -> str | None:
    """A model's name in exports: a hub id, a path relative to the program, or the last part of an absolute path."""
    if model and Path(model).is_absolute():
        return Path(model).name
    return model
