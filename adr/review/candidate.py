"""One candidate as a reviewer sees it: how it was made, its scores, its verdict, and what it is compared with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.names import inside
from adr.store import Store
from adr.workspace import Workspace


@dataclass(frozen=True)
class SeenCandidate:
    """A candidate with its entity and its verdict in force (None while it waits). image: its own, or None where only
    the conversation is new; shown_image: the image it is shown with (see `candidate_image`); scores: cosines, or 0 to
    1, None where it was not scored; nearest: 'instance:12' or a candidate; compared: whether near duplicates of its
    image have been looked for."""

    candidate: str
    plan: int
    entity: int
    name: str
    perspective: str
    parent: int | None
    image: str | None
    shown_image: str | None
    prompt: str
    generator: str
    model: str
    seed: int
    parameters: dict[str, Any]
    scorer: str | None
    score: float | None
    entity_rank: int | None
    parent_score: float | None
    nearest: str | None
    nearest_score: float | None
    compared: bool
    flags: list[str]
    conversation_fault: str | None
    judgement: str | None
    judged_by: str | None
    reason: str | None
    rule: str | None


def seen_candidate(store: Store, candidate: str) -> SeenCandidate:
    """The candidate with this name; AdrError when it does not exist."""
    # Look-ups by key take a fraction of the time of one query that joins the views.
    row = store.row(
        """
        select parent, image, prompt, generator, model, seed, parameters, scorer, score, entity_rank, parent_score,
               nearest, nearest_score, image is null or perceptual_distance is not null, flags, conversation_fault,
               plan, entity
        from candidate where candidate = $1
        """,
        [candidate],
    )
    if row is None:
        raise AdrError(f"There is no candidate {candidate!r}.", "Choose another one on the Review page.")
    *made, plan, entity = row
    named = store.row("select name, perspective_name(perspective) from named_entity where entity = $1", [entity]) or (
        "",
        "",
    )
    verdict = store.row(
        "select judgement, reviewer, reason, rule from current_verdict where candidate = $1", [candidate]
    ) or (None, None, None, None)
    parent, image, *rest = made
    shown = image or store.value("select shown_image from candidate_image where candidate = $1", [candidate])
    seen = SeenCandidate(*(candidate, plan, entity, *named, parent, image, shown, *rest, *verdict))
    return replace(seen, parameters=json.loads(rest[4] or "{}"), flags=seen.flags or [])


def is_candidate(store: Store, name: str) -> bool:
    """Whether there is a candidate with this name."""
    return store.row("select 1 from candidate where candidate = $1", [name]) is not None


def shown_images(store: Store, candidates: Sequence[str]) -> list[str]:
    """The images that candidates are shown with, relative to the workspace or absolute, in the order of the candidates'
    names; candidates without an image are left out."""
    rows = store.rows(
        """
        select shown_image from candidate_image
        where list_contains($1, candidate) and shown_image is not null order by candidate
        """,
        [list(candidates)],
    )
    return [str(path) for (path,) in rows]


def shown_files(store: Store, workspace: Workspace, images: Sequence[str]) -> list[Path | None]:
    """The files of images as `shown_images` gives them; None for one that is not there, or leads out of its folder."""
    folder = ImageFolder.beside(store)

    def file(image: str) -> Path | None:
        if Path(image).is_absolute():
            return folder.file(folder.name_of(image))
        try:
            path = inside(workspace.folder, image)
        except AdrError:
            return None
        return path if path.is_file() else None

    return [file(image) for image in images]


def real_images(store: Store, seen: SeenCandidate, most: int = 4) -> list[tuple[int, Path | None]]:
    """(instance, its image) for instances with the entity and exactly one image, except the candidate's parent. The one
    nearest to the candidate comes first, if it is among them. The image is None when it cannot be shown."""
    nearest = (seen.nearest or "").removeprefix("instance:")
    rows = store.rows(
        """
        select p.instance, i.images[1]
        from posting p join instance i using (instance)
        where p.perspective = perspective_number($perspective) and p.entity = $entity
          and len(i.images) = 1 and p.instance <> coalesce($parent, -1)
        order by p.instance = $nearest desc, p.instance limit $most
        """,
        {
            "entity": seen.entity,
            "perspective": seen.perspective,
            "most": most,
            "parent": seen.parent,
            "nearest": int(nearest) if nearest.isdigit() else -1,
        },
    )
    folder = ImageFolder.of(store)
    return [(int(instance), folder.file(image) if folder else None) for instance, image in rows]


def entity_forms(store: Store, candidate: str) -> list[str]:
    """Spellings of a candidate's entity, singular and plural, one of which an edited conversation must contain; empty
    for a question form, which need not be said."""
    seen = seen_candidate(store, candidate)
    if seen.perspective == "interrogation":
        return []
    import inflect

    plural = inflect.engine().plural_noun
    return [form for part in seen.name.split(" + ") for form in (part, str(plural(part) or part))]
