"""Asks a plan's models what they know: which entities the generator leaves alone, and whether the scorer suits the
dataset's pictures. Makes no picture and writes no table.
"""

from dataclasses import replace

import numpy as np

from adr.errors import AdrError
from adr.fit import NOTHING, Fit, fits, refusal
from adr.fit_check import checked, known_fit
from adr.fit_sample import Pictured, pictured, said_names, single_images
from adr.knowledge import Knowledge, knowledge_of, known_words, short_name
from adr.progress import Progress
from adr.store import Store
from adr.synthesize.plan_file import NO_SCORER, PlanSettings
from adr.synthesize.prompts import things_of
from adr.synthesize.tail import Tail
from adr.workspace import Workspace

NO_SCORE = "There is no score: judge these pictures by eye."


def known_tail(tail: Tail, model: str) -> tuple[Tail, str]:
    """The entities that the model can draw, and a sentence about the others ('' when there are none). Forms of
    questions are not drawn and stay. AdrError when it can draw none."""
    knowledge = knowledge_of(model)
    known = np.array(
        [
            perspective == "interrogation" or knowledge.knows(things_of(name, perspective))
            for name, perspective in zip(tail.name, tail.perspective, strict=True)
        ],
        bool,
    )
    if known.all():
        return tail, ""
    told = known_words(int(known.sum()), len(known), ("entity that lacks", "entities that lack"), model)
    if not known.any():
        raise AdrError(told, "Choose a model that knows more, such as stabilityai/sd-turbo.")
    return tail.where(known), told


def with_scorer(
    store: Store, workspace: Workspace, settings: PlanSettings, *, asked: bool, progress: Progress
) -> PlanSettings:
    """The settings with what a sample of the pictures says of the scorer, and without the scorer where it does not suit
    them. AdrError instead where the scorer was `asked` for and `model_anyway` is off."""
    if settings.scorer == NO_SCORER or not settings.with_image:
        return settings
    knowledge = knowledge_of(settings.scorer)
    fit = _fit(store, workspace, settings.scorer, knowledge, progress)
    if fits(fit, knowledge) or settings.model_anyway:
        return replace(settings, scorer_fit=fit)
    why = refusal(settings.scorer, fit, knowledge)
    if asked:
        raise why
    return replace(settings, scorer=NO_SCORER, scorer_fit=fit, no_score=f"{why.sentence} {NO_SCORE}")


def scored_words(settings: PlanSettings) -> str:
    """Who scores a plan's pictures and what a sample says of that, or why nobody does; '' where there was no check."""
    fit = settings.scorer_fit
    if settings.no_score or fit is None:
        return settings.no_score
    insisted = " It scores all the same, as asked." if settings.model_anyway and not fit.suits else ""
    return f"Scored by {short_name(settings.scorer)}: {fit.in_words()}.{insisted}" if fit.pictures else ""


def scorer_words(store: Store, workspace: Workspace, scorer: str) -> str:
    """What is known of a scorer before a plan is made, for the page: its figures, why it would not be used, or that a
    sample of the pictures is still to be looked at."""
    knowledge = knowledge_of(scorer)
    fit = known_fit(workspace.fits, scorer, _sample(store, knowledge))
    if fit is None:
        return "Whether the scorer suits these pictures is checked on a sample when the plan is made."
    if fits(fit, knowledge):
        return f"The scorer suits these pictures: {fit.in_words()}." if fit.suits else ""
    return f"{refusal(scorer, fit, knowledge).sentence} {NO_SCORE}"


def _fit(store: Store, workspace: Workspace, scorer: str, knowledge: Knowledge, progress: Progress) -> Fit:
    """A model that does not say what it is for, and that only another machine can load, is not checked here."""
    try:
        return checked(workspace.fits, scorer, _sample(store, knowledge), progress)
    except AdrError:
        if knowledge.kind is not None:
            raise
        return NOTHING


def _sample(store: Store, knowledge: Knowledge) -> list[Pictured]:
    images = single_images(store)
    return pictured(store, images, said_names(store, images, knowledge.names))
