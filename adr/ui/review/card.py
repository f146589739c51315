"""One candidate as the reviewer sees it: what the card component is told, and the component itself.

Knows what to show, not what to do: steps come back as {'action', 'candidate', 'number', ...} to the page.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from adr.review.queue import neighbours
from adr.review.verdicts import REASONS, current_turns
from adr.store import Store
from adr.synthesize.conversations import forms_of
from adr.ui.parts.component import component
from adr.ui.parts.data_uri import data_uri
from adr.workspace import Workspace

_CARD = component("review/card", "<div id='card' tabindex='-1'></div>")

LARGE, SMALL = 640, 160
FLAGS = {
    "near_duplicate": "near duplicate",
    "copy_of_parent": "copy of its parent",
    "blank": "blank",
    "dark": "very dark",
    "flat": "little contrast",
    "not_the_entity": "perhaps not the entity",
    "conversation": "conversation failed its check",
}


def card(told: dict[str, Any], on_step: Callable[[], None], key: str = "review_card") -> None:
    """Mount the card; `on_step` is called with the step in `st.session_state[key].step`."""
    _CARD(data=told, key=key, on_step_change=on_step)


def nothing_left(title: str, text: str, *, ack: str | None, version: str, can_undo: bool) -> dict[str, Any]:
    """What the card is told when no candidate is left in the filter."""
    return {
        "candidate": None,
        "empty_title": title,
        "empty_text": text,
        "ack": ack,
        "version": version,
        "reasons": [],
        "can_undo": can_undo,
    }


def described(
    store: Store,
    workspace: Workspace,
    candidate: str,
    *,
    ack: str | None,
    version: str,
    fault: str | None = None,
    blind: bool = False,
    meters: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """What the card is told about one candidate. `ack`: number of the step it answers; `version`: changes when the card
    must be drawn anew; `blind`: verdicts of others are not shown."""
    row = store.frame(
        """
        select c.*, e.name, e.perspective::varchar as perspective, v.judgement, v.reviewer as judge, v.reason as why,
               v.rule as by_rule, s.shown_image
        from candidate c left join entity e using (entity) left join current_verdict v using (candidate)
        left join candidate_image s using (candidate)
        where c.candidate = ?
    """,
        [candidate],
    ).iloc[0]
    turns, edited_by = current_turns(store, candidate)
    image = None if pd.isna(row["shown_image"]) else workspace.folder / str(row["shown_image"])
    worded = pd.isna(row["image"])  # nothing but the conversation is new
    others = neighbours(store, candidate)
    judged = None if blind or pd.isna(row["judgement"]) else str(row["judgement"])
    return {
        "candidate": candidate,
        "ack": ack,
        "version": version,
        "fault": fault,
        "image": "" if image is None else data_uri(image, LARGE),
        "size": _size(image, worded),
        "before": _turns(store, row["parent"]) if worded else None,
        "marks": _marks(row) if worded else None,
        "entity": str(row["name"]),
        "perspective": str(row["perspective"]).replace("_", "-"),
        "flags": [FLAGS.get(flag, flag.replace("_", " ")) for flag in _list(row["flags"])],
        "judgement": judged,
        "judgement_text": _judged(row) if judged else "",
        "turns": turns,
        "edited_by": edited_by,
        "facts": _facts(row),
        "meter": _meter(meters, row),
        "parent": None if worded else _instance(store, row["parent"]),
        "real": [] if worded else _real(store, row),
        "alternatives": []
        if worded
        else [
            {
                "candidate": o.candidate,
                "image": data_uri(workspace.folder / str(o.shown_image), SMALL),
                "says": f"alternative {o.alternative}, score {_number(o.score)}",
            }
            for o in others.itertuples()
        ],
        "reasons": [{"reason": reason, "says": says} for reason, says in REASONS.items()],
    }


def _judged(row: pd.Series) -> str:
    by = row["by_rule"] if pd.notna(row["by_rule"]) else row["judge"]
    said = {"accept": "accepted", "reject": "rejected", "unsure": "unsure"}[str(row["judgement"])]
    why = f", {REASONS[row['why']]}" if pd.notna(row["why"]) and row["why"] in REASONS else ""
    return f"{said} by {by}{why}"


def _facts(row: pd.Series) -> list[list[str]]:
    """Scores in words, then how it was made."""
    facts = []
    if pd.notna(row["score"]):
        facts.append(["Score", f"{row['score']:.2f} of 1"])
    if pd.notna(row["entity_rank"]):
        rank = int(row["entity_rank"])
        facts.append(
            [
                "Entity",
                "the scorer's first choice among all entities" if rank == 1 else f"the scorer's choice number {rank}",
            ]
        )
    if pd.notna(row["parent_score"]):
        near = float(row["parent_score"])
        facts.append(["Parent", f"{_closeness(near)} its parent ({near:.2f})"])
    if pd.notna(row["nearest_score"]):
        near = float(row["nearest_score"])
        facts.append(["Nearest", f"{_closeness(near)} {str(row['nearest']).replace(':', ' ')} ({near:.2f})"])
    if pd.notna(row["conversation_fault"]):
        facts.append(["Conversation", str(row["conversation_fault"]).replace("_", " ")])
    facts.append(["Words" if pd.isna(row["image"]) else "Prompt", str(row["prompt"])])
    made = json.loads(row["parameters"]) if pd.notna(row["parameters"]) and row["parameters"] else {}
    details = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in made.items() if isinstance(v, int | float | str))
    facts.append(
        [
            "Made by",
            f"{row['generator']} · {Path(str(row['model'])).name} · seed {row['seed']}"
            + (f" · {details}" if details else ""),
        ]
    )
    if pd.notna(row["scorer"]):
        facts.append(["Scored by", Path(str(row["scorer"])).name])
    return facts


def _closeness(cosine: float) -> str:
    return "a copy of" if cosine > 0.98 else "very close to" if cosine > 0.9 else "like" if cosine > 0.7 else "unlike"


def _meter(meters: pd.DataFrame | None, row: pd.Series) -> dict[str, Any] | None:
    if meters is None:
        return None
    found = meters[(meters["plan"] == row["plan"]) & (meters["entity"] == row["entity"])]
    if found.empty:
        return None
    m = found.iloc[0]
    target = max(float(m["target"]), 1.0)
    says = f"{int(m['filled']):,} of {m['target']:,.0f}, " + (f"{int(m['to_go']):,} to go" if m["to_go"] else "filled")
    if pd.notna(m["rate"]):
        says += f", {m['rate']:.0%} accepted so far"
    have = min(1.0, float(m["have"]) / target)
    return {"have": have, "accepted": min(1.0 - have, float(m["accepted"]) / target), "says": says}


def _instance(store: Store, instance: Any) -> dict[str, str] | None:
    """An instance's first picture, or None when it has none."""
    if instance is None or pd.isna(instance):
        return None
    found = store.row("select images[1], (select images from source) from instance where instance = ?", [int(instance)])
    if not found or not found[0]:
        return None
    path = Path(found[1]) / found[0] if found[1] else None
    return {"image": data_uri(path, SMALL * 2), "says": f"instance {int(instance):,}"}


def _real(store: Store, row: pd.Series, most: int = 4) -> list[dict[str, str]]:
    """Real pictures of the entity, the one that is nearest to the candidate first when it is among them."""
    nearest = str(row["nearest"]).removeprefix("instance:")
    found = store.rows(
        """
        select p.instance, i.images[1], (select images from source)
        from posting p join instance i using (instance)
        where p.perspective = $perspective and p.entity = $entity
          and len(i.images) = 1 and p.instance <> coalesce($parent, -1)
        order by p.instance = $nearest desc, p.instance limit $most
    """,
        {
            "entity": int(row["entity"]),
            "perspective": row["perspective"],
            "most": most,
            "parent": None if pd.isna(row["parent"]) else int(row["parent"]),
            "nearest": int(nearest) if nearest.isdigit() else -1,
        },
    )
    return [
        {"image": data_uri(Path(folder) / image if folder else None, SMALL), "says": f"instance {instance:,}"}
        for instance, image, folder in found
    ]


def _turns(store: Store, instance: Any) -> list[dict[str, str]]:
    """The conversation of an instance as it stands in the source."""
    return list(store.value("select turns from instance where instance = ?", [int(instance)]) or [])


def _marks(row: pd.Series) -> dict[str, list[str]]:
    """The words to be marked: those replaced in the conversation before, their synonyms in the one after."""
    words = json.loads(row["parameters"]).get("words", {})
    return {
        "before": [form for noun in words for form in forms_of(noun)],
        "after": [form for names in words.values() for name in names for form in forms_of(name)],
    }


def _size(path: Path | None, worded: bool = False) -> str:
    from PIL import Image

    if path is None:
        return "text only"
    if worded:
        return "the parent's picture, as it is"
    try:
        with Image.open(path) as opened:
            return f"{opened.width} × {opened.height} pixels"
    except OSError:
        return "picture missing"


def _list(value: Any) -> list[str]:
    return [] if value is None or (isinstance(value, float) and pd.isna(value)) else [str(item) for item in value]


def _number(value: Any) -> str:
    return "none" if value is None or pd.isna(value) else f"{value:.2f}"
