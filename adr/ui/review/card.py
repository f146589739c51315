"""One candidate as the reviewer sees it: the data of the card component, and the component itself.

Knows what to show, not what to do: steps come back as {'action', 'candidate', 'number', ...} to the page.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from adr.candidate_flags import CANDIDATE_FLAGS
from adr.explore.instances import Instance, instances
from adr.image_folder import ImageFolder
from adr.reject_reasons import REJECT_REASONS
from adr.review.candidate import SeenCandidate, real_images, seen_candidate, shown_files
from adr.review.queue import neighbours
from adr.review.verdicts import current_turns
from adr.small_images import NotAPicture, TooLarge, picture_size
from adr.store import Store
from adr.synthesize.conversations import forms_of
from adr.synthesize.plan_file import RETRIEVE
from adr.ui.parts.component import component
from adr.ui.parts.data_uri import data_uri
from adr.workspace import Workspace

_CARD = component("review/card", "<div id='card' tabindex='-1'></div>")

LARGE, SMALL = 640, 160


def card(told: dict[str, Any], on_step: Callable[[], None], key: str = "review_card") -> None:
    """Mount the card; `on_step` is called with the step in `st.session_state[key].step`."""
    _CARD(data=told, key=key, on_step_change=on_step)


def nothing_left(title: str, text: str, *, ack: str | None, version: str, can_undo: bool) -> dict[str, Any]:
    """The data of the card when no candidate is left in the filter."""
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
    """The data of the card for one candidate. `ack`: number of the step it answers; `version`: changes when the card
    must be drawn again; `blind`: verdicts of others are hidden."""
    seen = seen_candidate(store, candidate)
    turns, edited_by = current_turns(store, candidate)
    image = shown_files(store, workspace, [seen.shown_image])[0] if seen.shown_image else None
    worded = seen.image is None  # only the conversation is new
    parent = _parent(store, seen)
    judged = None if blind else seen.judgement
    return {
        "candidate": candidate,
        "ack": ack,
        "version": version,
        "fault": fault,
        "image": data_uri(image, LARGE) if seen.shown_image else "",
        "size": "picture missing" if seen.shown_image and image is None else _size(image, worded),
        "before": _turns(parent) if worded else None,
        "marks": _marks(seen) if worded else None,
        "entity": seen.name,
        "perspective": seen.perspective.replace("_", "-"),
        "flags": [CANDIDATE_FLAGS.get(flag, flag.replace("_", " ")) for flag in seen.flags],
        "judgement": judged,
        "judgement_text": _judged(seen) if judged else "",
        "turns": turns,
        "edited_by": edited_by,
        "facts": _facts(seen),
        "meter": _meter(meters, seen),
        "parent": None if worded else _parent_image(store, parent),
        "real": [] if worded else _real(store, seen),
        "alternatives": [] if worded else _alternatives(store, workspace, candidate),
        "reasons": [{"reason": reason, "says": says} for reason, says in REJECT_REASONS.items()],
    }


def _judged(seen: SeenCandidate) -> str:
    said = {"accept": "accepted", "reject": "rejected", "unsure": "unsure"}[str(seen.judgement)]
    why = f", {REJECT_REASONS[seen.reason]}" if seen.reason in REJECT_REASONS else ""
    return f"{said} by {seen.judged_by if seen.rule is None else seen.rule}{why}"


def _facts(seen: SeenCandidate) -> list[list[str]]:
    """Scores in words, then how it was made."""
    facts = []
    if seen.score is not None:
        facts.append(["Score", f"{seen.score:.2f} of 1"])
    elif seen.image is not None:
        facts.append(["Score", "none: no model that suits these pictures was asked; judge by eye"])
    if seen.entity_rank is not None:
        first = "the scorer's first choice among all entities"
        facts.append(["Entity", first if seen.entity_rank == 1 else f"the scorer's choice number {seen.entity_rank}"])
    if seen.parent_score is not None:
        facts.append(["Parent", f"{_closeness(seen.parent_score)} its parent ({seen.parent_score:.2f})"])
    if seen.nearest_score is not None:
        nearest = str(seen.nearest).replace(":", " ")
        facts.append(["Nearest", f"{_closeness(seen.nearest_score)} {nearest} ({seen.nearest_score:.2f})"])
    elif not seen.compared:
        facts.append(["Nearest", "not looked for yet: it is when the plan's work ends"])
    if seen.conversation_fault is not None:
        facts.append(["Conversation", seen.conversation_fault.replace("_", " ")])
    if seen.generator == RETRIEVE:
        facts.append(["Real", f"{seen.prompt}, with its own picture and conversation"])
    else:
        facts.append(["Words" if seen.image is None else "Prompt", seen.prompt])
        facts.append(["Made by", _made_by(seen)])
    if seen.scorer is not None:
        insisted = ", which was made for other pictures" if seen.parameters.get("model_anyway") else ""
        facts.append(["Scored by", f"{Path(seen.scorer).name}{insisted}"])
    return facts


def _made_by(seen: SeenCandidate) -> str:
    simple = {
        name: value
        for name, value in seen.parameters.items()
        if isinstance(value, int | float | str) and name != "model_anyway"
    }
    details = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in simple.items())
    made = f"{seen.generator} · {Path(seen.model).name} · seed {seen.seed}"
    return f"{made} · {details}" if details else made


def _closeness(cosine: float) -> str:
    return "a copy of" if cosine > 0.98 else "very close to" if cosine > 0.9 else "like" if cosine > 0.7 else "unlike"


def _meter(meters: pd.DataFrame | None, seen: SeenCandidate) -> dict[str, Any] | None:
    if meters is None:
        return None
    found = meters[(meters["plan"] == seen.plan) & (meters["entity"] == seen.entity)]
    if found.empty:
        return None
    m = found.iloc[0]
    target = max(float(m["target"]), 1.0)
    says = f"{int(m['filled']):,} of {m['target']:,.0f}, " + (f"{int(m['to_go']):,} to go" if m["to_go"] else "filled")
    if pd.notna(m["rate"]):
        says += f", {m['rate']:.0%} accepted so far"
    have = min(1.0, float(m["have"]) / target)
    return {"have": have, "accepted": min(1.0 - have, float(m["accepted"]) / target), "says": says}


def _parent(store: Store, seen: SeenCandidate) -> Instance | None:
    found = instances(store, [] if seen.parent is None else [seen.parent])
    return found[0] if found else None


def _parent_image(store: Store, parent: Instance | None) -> dict[str, str] | None:
    """The parent's first picture, or None when it has none."""
    if parent is None or not parent.images:
        return None
    folder = ImageFolder.of(store)
    path = folder.file(parent.images[0]) if folder else None
    return {"image": data_uri(path, SMALL * 2), "says": f"instance {parent.instance:,}"}


def _turns(parent: Instance | None) -> list[dict[str, str]]:
    """The conversation of the parent, as it is in the source."""
    return [] if parent is None else [{"role": role, "text": text} for role, text in parent.turns]


def _real(store: Store, seen: SeenCandidate) -> list[dict[str, str]]:
    return [
        {"image": data_uri(path, SMALL), "says": f"instance {instance:,}"}
        for instance, path in real_images(store, seen)
    ]


def _alternatives(store: Store, workspace: Workspace, candidate: str) -> list[dict[str, str]]:
    others = list(neighbours(store, candidate).itertuples())
    files = shown_files(store, workspace, [str(other.shown_image) for other in others])
    return [
        {
            "candidate": other.candidate,
            "image": data_uri(file, SMALL),
            "says": f"alternative {other.alternative}, score {_number(other.score)}",
        }
        for other, file in zip(others, files, strict=True)
    ]


def _marks(seen: SeenCandidate) -> dict[str, list[str]]:
    """The words to mark: the replaced ones in the conversation before, their synonyms in the one after."""
    words = seen.parameters.get("words", {})
    return {
        "before": [form for noun in words for form in forms_of(noun)],
        "after": [form for names in words.values() for name in names for form in forms_of(name)],
    }


def _size(path: Path | None, worded: bool = False) -> str:
    if path is None:
        return "text only"
    if worded:
        return "the parent's picture, as it is"
    try:
        width, height = picture_size(path)
    except TooLarge:
        return "picture too large to be shown"
    except (OSError, NotAPicture):
        return "picture missing or damaged"
    return f"{width} × {height} pixels"


def _number(value: Any) -> str:
    return "none" if value is None or pd.isna(value) else f"{value:.2f}"
