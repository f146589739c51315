"""Plans what to synthesize: which tail entities lack how much, from which parents, with which prompts (DESIGN §2).

Writes the tables `plan`, `slot` and `wanted` and the plan's folder. Loads no model and makes no picture.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.knowledge import knowledge_of
from adr.models import find_model
from adr.perspectives import PAPER_NAMES, in_order, indexed
from adr.progress import Progress, let_pages_run, silent
from adr.report import from_json, to_json
from adr.settings import setting
from adr.store import Store, Writer
from adr.synthesize.allocation import GAIN, HAND, worth_of
from adr.synthesize.denials import measured_denials
from adr.synthesize.exchange import exchanged
from adr.synthesize.facts import Facts, color_said, planned_facts
from adr.synthesize.greedy import Choice, Pool, choose
from adr.synthesize.made_things import lacked, numbered
from adr.synthesize.plan_file import (
    FROM_PARENT,
    FROM_SYNONYMS,
    NO_SCORER,
    OWN,
    RETRIEVE,
    WITHOUT_IMAGE,
    PlanFolder,
    PlanSettings,
    Slot,
)
from adr.synthesize.prompts import Style, compose, style_of, things_of
from adr.synthesize.question_shares import fitted
from adr.synthesize.retrieval import reservoir_name, reservoir_pool, slots_of_rows
from adr.synthesize.rewording import rewordable
from adr.synthesize.suited import known_tail, scored_words, with_scorer
from adr.synthesize.synonyms import synonyms_of_parents
from adr.synthesize.tail import (
    LEAD,
    Parents,
    RunFacts,
    Tail,
    by_hand,
    entity_ids,
    joined,
    lacking,
    never_seen,
    pool,
    run_facts,
)
from adr.synthesize.turn_style import measure_style, write_style
from adr.workspace import Workspace

# Perspectives that a picture can add to. An interrogation form is a way of asking; it is planned for only on request.
PLANNED = ("object", "co_occurrence", "token")
# What words alone can add to, and where they come from.
SAID = ("token",)
WORDNET = "WordNet"
# Settings that are found when a plan is made and cannot be given.
FOUND = ("scorer_fit", "no_score")
_SIBLINGS = 400
# Conversations that say which colour an object usually has, per object at most.
_TALKS = 8


@dataclass(frozen=True)
class PlanReport:
    """What was planned. entities: tail entities that get slots; lacking: tail entities that lack instances; missing:
    instances they lack together; filled: how many of those are planned; pool: instances that may be parents.
    notices: what the models do not know, in sentences."""

    plan: int
    run: int
    slots: int
    candidates: int
    budget: int
    entities: int
    lacking: int
    missing: int
    filled: int
    pool: int
    parents: int
    generator: str
    model: str
    notices: tuple[str, ...] = ()


def plan(store: Store, workspace: Workspace, run: int, *, progress: Progress = silent, **options: Any) -> PlanReport:
    """Make a new plan for `run`; options are the fields of `plan_file.PlanSettings`.

    budget: slots at most; by default as many as the run dropped instances. seed: by default the recipe's seed plus the
    plan's number. entities and without take ids or names ('object:accordion'); targets and parents take them as keys.
    AdrError when an option is unknown, when nothing needs filling, or when there is no parent to fill it from.
    """
    facts = run_facts(store, run)
    number = int(store.value("select coalesce(max(plan), 0) + 1 from plan"))
    settings = _settings(store, number, run, facts.dropped, facts.recipe.seed, options)
    settings = with_scorer(store, workspace, settings, asked=bool(options.get("scorer")), progress=progress)
    folder = plan_folder(workspace, number).folder
    if folder.is_dir() and any(folder.iterdir()):  # of a plan of a former dataset, which a kill has left there
        workspace.set_aside(folder)
    return _make(store, workspace, settings, progress)


def drafted(store: Store, run: int, **options: Any) -> PlanSettings:
    """The settings of the plan that `plan` would make next with these options; AdrError as there."""
    facts = run_facts(store, run)
    number = int(store.value("select coalesce(max(plan), 0) + 1 from plan"))
    return _settings(store, number, run, facts.dropped, facts.recipe.seed, options)


def revise(store: Store, workspace: Workspace, plan: int, *, progress: Progress = silent, **options: Any) -> PlanReport:
    """Make plan `plan` again with some options changed; AdrError when it has candidates already."""
    settings = settings_of(store, plan)
    folder = plan_folder(workspace, plan)
    if folder.finished() or store.value("select 1 from candidate where plan = $1 limit 1", [plan]):
        raise AdrError(f"Plan {plan} already has candidates and cannot be changed.", "Make a new plan.")
    settings = replace(settings, **_resolved(store, options))
    if {"scorer", "model_anyway"} & set(options):
        settings = with_scorer(store, workspace, replace(settings, no_score=""), asked=True, progress=progress)
    return _make(store, workspace, settings, progress)


def settings_of(store: Store, plan: int) -> PlanSettings:
    """The settings of a plan; AdrError when there is no such plan."""
    text = store.value("select settings from plan where plan = $1", [plan])
    if text is None:
        known = [str(p) for (p,) in store.rows("select plan from plan order by plan")]
        raise AdrError(
            f"There is no plan {plan}.",
            f"Plans: {', '.join(known)}."
            if known
            else "Make one with `python -m adr plan --run 1` or on the Synthesize page.",
        )
    return PlanSettings.from_json(text)


def plan_report(store: Store, plan: int) -> PlanReport:
    """The report that `plan` returned for a plan; AdrError when there is no such plan."""
    settings_of(store, plan)
    return from_json(PlanReport, str(store.value("select report from plan where plan = $1", [plan])))


def same_plan(store: Store, run: int, options: Mapping[str, Any]) -> int | None:
    """The newest plan of a run that these options would only repeat, or None.

    Models and an allocation that the options do not name are not compared: the default may have been another when the
    plan was made.
    """
    facts = run_facts(store, run)
    free = {"model", "scorer", "allocation", "few_parents"} - set(options) | set(FOUND)
    for number, text in store.rows("select plan, settings from plan where run = $1 order by plan desc", [run]):
        made = PlanSettings.from_json(text)
        again = _settings(store, number, run, facts.dropped or made.budget, facts.recipe.seed, options)
        if replace(again, **{name: getattr(made, name) for name in free}) == made:
            return int(number)
    return None


def plan_identity(store: Store, plan: int) -> dict[str, Any] | None:
    """The identity of the run and index that a plan was made for; None for a plan of a version without identities."""
    text = store.value("select identity from plan where plan = $1", [plan])
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


def _identity(store: Store, run: int) -> dict[str, Any]:
    """Of a run, with the index that it was made on, and of the present index: names what a plan is made for."""
    fingerprint, made_on = store.rows("select fingerprint, made_on from run where run = $1", [run])[0]
    index = store.value("select fingerprint from index_made")
    return {"run": run, "fingerprint": fingerprint, "made_on": made_on, "index": index}


def plan_folder(workspace: Workspace, plan: int) -> PlanFolder:
    """The folder of a plan in the workspace."""
    return PlanFolder(workspace.plans / str(plan))


def _settings(store: Store, number: int, run: int, dropped: int, seed: int, options: Mapping[str, Any]) -> PlanSettings:
    own = _resolved(store, options)
    if own.get("budget") is None and own.get("quotas"):
        own["budget"] = max(1, sum(own["quotas"].values()))
    if own.get("budget") is None:
        if not dropped:
            raise AdrError(
                f"Run {run} dropped nothing, so there is no budget to keep the volume.",
                "Give a budget: how many slots to fill.",
            )
        own["budget"] = dropped
    if own.get("seed") is None:
        own["seed"] = seed + number
    if own.get("generator") in WITHOUT_IMAGE:
        for name, value in (("conversations", FROM_SYNONYMS[0]), ("per_slot", 1)):
            own.setdefault(name, value)
        return PlanSettings(
            **{**own, "plan": number, "run": run, "perspectives": SAID, "model": WORDNET, "scorer": NO_SCORER}
        )
    if own.get("generator") == RETRIEVE:
        own |= {
            "model": reservoir_name(store),
            "conversations": OWN,
            "per_slot": 1,
            "per_parent": 1,
            "negative_prompt": "",
        }
    own.setdefault("model", setting("ADR_GENERATOR_MODEL"))
    own.setdefault("scorer", setting("ADR_SCORER_MODEL"))
    if own.get("entities"):  # chosen by hand: fill them in every way there is
        own.setdefault("alone", True)
    every = tuple(indexed(store)) if own.get("entities") else PLANNED
    return PlanSettings(**{"perspectives": every, **own, "plan": number, "run": run})


def _resolved(store: Store, options: Mapping[str, Any]) -> dict[str, Any]:
    allowed = [f.name for f in fields(PlanSettings) if f.name not in ("plan", "run", *FOUND)]
    unknown = sorted(set(options) - set(allowed))
    if unknown:
        raise AdrError(f"A plan has no option {unknown[0]!r}.", f"Options: {', '.join(allowed)}.")
    own = {name: value for name, value in options.items() if value is not None or name in ("entities", "target")}
    if own.get("also"):
        own["also"] = tuple(lacked(store, own["also"]))
        numbered(store, own["also"])
    for name in ("entities", "without"):
        if own.get(name) is not None:
            own[name] = tuple(entity_ids(store, own[name]))
    for name, kind in (("targets", float), ("quotas", int), ("parents", lambda value: tuple(map(int, value)))):
        if name in own:
            ids = entity_ids(store, own[name])
            own[name] = {e: kind(value) for e, value in zip(ids, own[name].values(), strict=True)}
    if own.get("quotas"):
        own.setdefault("allocation", HAND)
    if "perspectives" in own:
        own["perspectives"] = tuple(own["perspectives"])
    return own


def _check_can_add(tail: Tail, settings: PlanSettings) -> None:
    """AdrError when the plan is for entities that its generator cannot add: a made picture comes from no
    source and has no column of a record; a row of the reservoir has both."""
    if settings.generator == RETRIEVE:
        return
    beyond = in_order(set(tail.perspective) - set(PAPER_NAMES))
    if beyond:
        raise AdrError(
            f"{settings.generator} cannot add to {', '.join(beyond)}.",
            "Plan for objects, pairs, tokens and forms of question, or retrieve rows from a reservoir.",
        )


def _make(store: Store, workspace: Workspace, settings: PlanSettings, progress: Progress) -> PlanReport:
    facts = run_facts(store, settings.run)
    if not settings.with_image and not set(SAID) & set(facts.tau):
        raise AdrError(
            f"The recipe of run {settings.run} does not use the token perspective, so nouns have no tail.",
            "Rebalance with the token perspective, and plan for that run.",
        )
    if settings.controlnet:
        find_model(settings.controlnet)
    progress(0, None, "reading the tail")
    tail = wanted_tail(store, facts, settings)
    _check_can_add(tail, settings)
    asked = settings.with_image and settings.generator != RETRIEVE
    tail, left_alone = known_tail(tail, settings.model) if asked else (tail, "")
    act = _retrieved if settings.generator == RETRIEVE else _with_image if settings.with_image else _reworded
    found = act(store, facts, tail, settings, progress)
    quota = Counter(e for slot in found.slots for e in slot.entities)
    folder = plan_folder(workspace, settings.plan)
    write_style(folder, fitted(measure_style(store), found.slots))
    missing = np.ceil(tail.target - tail.have).astype(int)
    planned = np.array([quota[int(e)] for e in tail.entity])
    report = PlanReport(
        plan=settings.plan,
        run=settings.run,
        slots=len(found.slots),
        candidates=len(found.slots) * settings.per_slot,
        budget=settings.budget,
        entities=int((planned > 0).sum()),
        lacking=len(tail),
        missing=int(missing.sum()),
        filled=int(np.minimum(planned, missing).sum()),
        pool=found.pool,
        parents=len({slot.parent for slot in found.slots if slot.parent is not None}),
        generator=settings.generator,
        model=settings.model,
        notices=tuple(said for said in (left_alone, scored_words(settings)) if said),
    )
    identity = _identity(store, settings.run)
    # The files first, so that a kill leaves no row without its folder.
    folder.write(settings, found.slots, found.siblings, identity)
    _write(store, settings, report, found, tail, quota, identity)
    return report


@dataclass(frozen=True)
class _Slots:
    """What was chosen: the slots, in the order of their choices. pool: how many parents there were to choose from."""

    slots: list[Slot]
    choices: list[Choice]
    siblings: list[str]
    pool: int


def _with_image(store: Store, facts: RunFacts, tail: Tail, settings: PlanSettings, progress: Progress) -> _Slots:
    """Slots for new pictures."""
    style = style_of(settings.model, settings.generator)
    parents = parents_of(store, tail, settings, style)
    choices = choices_of(tail, parents, settings, things_alone(settings, style), progress)
    if not choices:
        raise AdrError(
            "No instance can be a parent: a parent needs a tail entity and an image on disk that no other uses.",
            "Check the image folder on the Dataset page, or let text-to-image fill entities without a parent.",
        )
    progress(len(choices), len(choices), "writing prompts")
    slots, siblings = _slots(store, tail, parents, choices, settings, style)
    if settings.conversations in FROM_SYNONYMS:
        words = synonyms_of_parents(store, {s.parent for s in slots if s.parent is not None}, facts.tau.get("token"))
        slots = [replace(s, words=words.get(s.parent, {})) if s.parent is not None else s for s in slots]
    return _Slots(slots, choices, siblings, len(parents.instance))


def _retrieved(store: Store, facts: RunFacts, tail: Tail, settings: PlanSettings, progress: Progress) -> _Slots:
    """Slots for rows of the reservoir."""
    rows = reservoir_pool(store, facts.run, tail)
    choices = choices_of(tail, rows, settings, 0, progress)
    if not choices:
        raise AdrError(
            "The tail lacks nothing that a new row of the reservoir with a picture on disk has.",
            "Read another reservoir, or fill the tail with synthetic pictures.",
        )
    slots = slots_of_rows(store, tail, rows, choices)
    return _Slots(slots, choices, siblings_of(store, slots), len(rows.instance))


def _reworded(store: Store, facts: RunFacts, tail: Tail, settings: PlanSettings, progress: Progress) -> _Slots:
    """Slots for reworded conversations: the parent's own, with synonyms that lack instances."""
    found = rewordable(store, settings.run, tail, facts.tau.get("token"), settings.parents)
    choices = _shared(found.pool(settings.per_parent), tail, settings, progress)
    if not choices:
        raise AdrError(
            "No conversation says a frequent noun that has a synonym among the nouns that lack instances.",
            "Raise the target, or fill the tail with pictures.",
        )
    progress(len(choices), len(choices), "reading conversations")
    used = sorted({int(found.instance[c.parent]) for c in choices})
    turns, images = _turns(store, used), _images(store, used)
    slots = []
    for number, choice in enumerate(choices):
        parent, words = int(found.instance[choice.parent]), found.words(choice, tail)
        entity = int(tail.entity[choice.entity])
        slots.append(
            Slot(
                slot=number,
                entity=entity,
                name=tail.name[choice.entity],
                perspective="token",
                things=tuple(tail.name[e] for e in choice.entities),
                entities=tuple(int(tail.entity[e]) for e in choice.entities),
                prompt=", ".join(f"{noun} → {names[0]}" for noun, names in words.items()),
                parent=parent,
                image=images.get(parent),
                turns=turns.get(parent, ()),
                words=words,
            )
        )
    return _Slots(slots, choices, [], len(found.instance))


def parents_of(store: Store, tail: Tail, settings: PlanSettings, style: Style) -> Parents:
    """The synthesis pool of a plan for pictures."""
    named = None if settings.generator in FROM_PARENT else 1 + style.companions
    words = settings.conversations in ("parent", *FROM_SYNONYMS)
    known = knowledge_of(settings.model).names
    return pool(store, tail, settings.parents, run=settings.run, named=named, known=known, words=words)


def pool_of(store: Store, tail: Tail, settings: PlanSettings) -> tuple[Parents, int]:
    """What a plan may choose from, and how many things a prompt without a parent may name (`things_alone`)."""
    if settings.generator == RETRIEVE:
        return reservoir_pool(store, settings.run, tail), 0
    style = style_of(settings.model, settings.generator)
    return parents_of(store, tail, settings, style), things_alone(settings, style)


def things_alone(settings: PlanSettings, style: Style) -> int:
    """How many things a prompt without a parent may name; 0 where the generator needs a parent."""
    return 0 if settings.generator in FROM_PARENT else style.things


def wanted_tail(store: Store, facts: RunFacts, settings: PlanSettings) -> Tail:
    """What lacks instances under a plan's settings, things that no picture has included; AdrError when nothing does."""
    if settings.allocation == HAND:
        tail = by_hand(store, facts, settings.quotas)
    else:
        tail = lacking(
            store, facts, settings.perspectives, settings.target, settings.entities, settings.without, settings.targets
        )
        new = {e: name for name, e in numbered(store, settings.also).items() if e not in settings.without}
        tail = joined(tail, never_seen(facts, new, settings.target, settings.targets))
    if not len(tail):
        raise AdrError("No entity of the tail lacks an instance.", "Raise the target, or choose other entities.")
    return tail


def choices_of(tail: Tail, parents: Parents, settings: PlanSettings, things: int, progress: Progress) -> list[Choice]:
    """Slots from the pool. things: how many things a prompt without a parent may name, 0 where the generator needs one.

    From a prompt alone come things that no picture has; with `alone` also objects that no parent has, and pairs when a
    prompt may name two things. Objects whose parents are used up get one too (not with the allocation `gain`), unless
    their parents were chosen by hand.
    """
    limits = _limits(tail, parents, settings)
    own = Pool(parents.offsets, parents.entities, limits)
    if not things:
        return _shared(own, tail, settings, progress)
    shown = np.isin(np.arange(len(tail)), parents.entities)
    asked = ~shown & (tail.unseen | (settings.alone & (tail.lead < min(things, 2))))
    again = shown & (tail.lead == 0) & ~np.isin(tail.entity, list(settings.parents)) & (settings.allocation != GAIN)
    alone = [*np.flatnonzero(asked).tolist(), *np.flatnonzero(again).tolist()]
    added = [_named_alone(tail, settings, e) for e in alone]
    return _shared(
        Pool(
            np.concatenate([own.offsets, own.offsets[-1] + np.cumsum([len(some) for some in added], dtype=np.int64)]),
            np.concatenate([own.entities, np.array([e for some in added for e in some], np.int64)]),
            np.concatenate([limits, np.full(len(added), settings.budget, np.int64)]),
            spare=int(again.sum()),
        ),
        tail,
        settings,
        progress,
    )


def _limits(tail: Tail, parents: Parents, settings: PlanSettings) -> npt.NDArray[np.int64]:
    """How often each parent may be used: `per_parent` times. Where nothing can be made without a parent, those of an
    object with fewer than `few_parents` parents are used more often: as often as so many would be used together."""
    limits = np.full(len(parents.instance), settings.per_parent, np.int64)
    if settings.generator not in FROM_PARENT or settings.allocation == GAIN:
        return limits
    have = np.maximum(np.bincount(parents.entities, minlength=len(tail)), 1)
    each = np.where(tail.lead == LEAD["object"], -(-settings.per_parent * settings.few_parents // have), 0)
    parent = np.repeat(np.arange(len(limits)), np.diff(parents.offsets))
    np.maximum.at(limits, parent, each[parents.entities])
    return limits


def _named_alone(tail: Tail, settings: PlanSettings, entity: int) -> list[int]:
    """What a prompt for an entity alone adds to: the entity, and the noun that names it."""
    noun = tail.noun_of(entity) if settings.allocation != GAIN else None
    return [entity] if noun is None else [entity, noun]


def _shared(pool: Pool, tail: Tail, settings: PlanSettings, progress: Progress) -> list[Choice]:
    """The budget shared among what lacks, as the settings say. Two conversations from one parent in other words are
    nearly the same, so those spread over parents though others would add more."""
    worth = worth_of(settings.allocation, tail.have, tail.target, tail.scale, tail.weight)
    if settings.allocation == GAIN or not settings.with_image:
        return choose(pool, worth, tail.lead, settings.budget, progress, share_parents=True)
    chosen = choose(pool, worth, tail.lead, settings.budget, progress)
    first = sorted(choice.parent for choice in chosen)
    best = exchanged(pool, worth, len(tail), first)
    if best == first:
        return chosen
    uses = np.bincount(best, minlength=len(pool.limits))
    return choose(replace(pool, limits=uses), worth, tail.lead, settings.budget, progress)


def _slots(
    store: Store, tail: Tail, parents: Parents, choices: Sequence[Choice], settings: PlanSettings, style: Style
) -> tuple[list[Slot], list[str]]:
    """The slots with their prompts and everything a worker needs, and the names of sibling entities."""
    count, knowledge = len(parents.instance), knowledge_of(settings.model)
    used = sorted({int(parents.instance[c.parent]) for c in choices if c.parent < count})
    objects, turns, images = _objects(store, used), _turns(store, used), _images(store, used)
    leads = sorted({int(tail.entity[c.entity]) for c in choices})
    pairs = _pairs(store, leads)
    usual = {} if settings.generator in FROM_PARENT else _usual_colors(store, leads)
    commonest = _commonest(store)
    denials = measured_denials(store, commonest, set(tail.name))
    usually: dict[int, list[str]] = {}
    wordings: Counter[int] = Counter()
    ids, instances = tail.entity.tolist(), parents.instance.tolist()
    slots = []
    for number, choice in enumerate(choices):
        entity, name = ids[choice.entity], tail.name[choice.entity]
        things = things_of(name, tail.perspective[choice.entity])
        parent = instances[choice.parent] if choice.parent < count else None
        if parent is not None:
            known = [o for o in objects[parent] if knowledge.knows([o])][: 1 + style.companions]
        else:
            usual_ones = usually.get(entity) or sorted(pairs[entity], key=lambda o: (-pairs[entity][o], o))
            usually[entity] = usual_ones
            known = [o for o in usual_ones if knowledge.knows([o])]
        companions = [o for o in known if o not in things][: max(0, 1 + style.companions - len(things))]
        near = {*things, *companions, *(objects[parent] if parent is not None else ())}
        if number % 200 == 0:
            let_pages_run()
        said = turns.get(parent, ()) if parent is not None else ()
        facts = planned_facts(things, (*things, *companions[: style.companions]), said, style, wordings[entity], usual)
        if settings.generator in FROM_PARENT:  # its picture decides how many there are and where
            facts = Facts(facts.colors)
        slots.append(
            Slot(
                slot=number,
                entity=entity,
                name=name,
                perspective=tail.perspective[choice.entity],
                things=things,
                entities=tuple([ids[e] for e in choice.entities]),
                prompt=compose(things, companions, style, wordings[entity], facts.colors, facts.counts),
                companions=tuple(companions),
                absent=denials.absent(number, near, pairs[entity]),
                colors=facts.colors,
                counts=facts.counts,
                place=facts.place,
                parent=parent,
                image=images.get(parent) if parent is not None else None,
                turns=said,
            )
        )
        wordings[entity] += 1
    return slots, siblings_of(store, slots)


def siblings_of(store: Store, slots: Sequence[Slot]) -> list[str]:
    """The names that a candidate's entity is ranked among: the commonest objects and what the slots want."""
    return list(dict.fromkeys([*_commonest(store), *(thing for slot in slots for thing in slot.things)]))


def _commonest(store: Store) -> list[str]:
    """The most frequent objects."""
    query = "select name from entity where perspective = perspective_number('object') order by n desc, name limit $1"
    return [name for (name,) in store.rows(query, [_SIBLINGS])]


def _objects(store: Store, instances: Sequence[int]) -> dict[int, list[str]]:
    """{instance: names of its objects, the rarest first}, the order in which `tail.pool` counts them."""
    found: dict[int, list[str]] = defaultdict(list)
    for instance, name in store.rows(
        """
            select p.instance, e.name from posting p join entity e on e.entity = p.entity
            where p.perspective = perspective_number('object') and p.instance in (select unnest($1::integer[]))
            order by p.instance, e.n, e.entity desc
            """,
        [list(instances)],
    ):
        found[instance].append(name)
    return found


def _pairs(store: Store, entities: Sequence[int]) -> dict[int, dict[str, int]]:
    """{entity: {object: number of instances with both}}; for objects from the pairs, empty for other entities."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for entity, name, n in store.rows(
        """
            with leads as (select unnest($1::integer[]) as entity),
            beside as (
                select l.entity, e.second as other, e.n from entity e join leads l on l.entity = e.first
                union all
                select l.entity, e.first, e.n from entity e join leads l on l.entity = e.second
            )
            select b.entity, o.name, b.n from beside b join entity o on o.entity = b.other order by b.entity, o.name
            """,
        [list(entities)],
    ):
        found[entity][name] = n
    return found


def _usual_colors(store: Store, entities: Sequence[int]) -> dict[str, list[str]]:
    """{object: the colours that a few conversations about it give it, in the order of their instances}."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = store.rows(
        """
        with few as (
            select e.name, p.instance from posting p join entity e on e.entity = p.entity
            where p.perspective = perspective_number('object') and p.entity in (select unnest($1::integer[]))
            qualify row_number() over (partition by p.entity order by p.instance) <= $2
        )
        select s.name, i.turns from few s join instance i on i.instance = s.instance order by s.name, s.instance
        """,
        [list(entities), _TALKS],
    )
    for number, (name, turns) in enumerate(rows):
        if number % 200 == 0:
            let_pages_run()
        if color := color_said(turns or (), name):
            found[name].append(color)
    return found


def _turns(store: Store, instances: Sequence[int]) -> dict[int, tuple[Mapping[str, str], ...]]:
    return {
        instance: tuple(turns or ())
        for instance, turns in store.rows(
            "select instance, turns from instance where instance in (select unnest($1::integer[]))", [list(instances)]
        )
    }


def _images(store: Store, instances: Sequence[int]) -> dict[int, str]:
    """{instance: absolute path of its first image, without links}; an image that a new link would reach is left out."""
    folder = ImageFolder.beside(store)
    found = {}
    for instance, image in store.rows(
        """
        select instance, images[1] from instance
        where instance in (select unnest($1::integer[])) and len(images) > 0
        """,
        [list(instances)],
    ):
        with suppress(AdrError):
            found[instance] = str(folder.path_of(image))
    return found


def _write(
    store: Store,
    settings: PlanSettings,
    report: PlanReport,
    found: "_Slots",
    tail: Tail,
    quota: Mapping[int, int],
    identity: Mapping[str, Any],
) -> None:
    slots, choices = found.slots, found.choices
    with store.atomic() as writer:
        for table in ("slot", "wanted", "plan"):
            writer.execute(f"delete from {table} where plan = $1", [settings.plan])
        writer.execute(
            """
            insert into plan (plan, run, settings, slots, candidates, report, identity, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, now() at time zone 'UTC')
            """,
            [
                report.plan,
                report.run,
                settings.to_json(),
                report.slots,
                report.candidates,
                to_json(report),
                json.dumps(identity),
            ],
        )
        _insert(
            writer,
            "slot",
            {
                "plan": [settings.plan] * len(slots),
                "slot": [s.slot for s in slots],
                "entity": [s.entity for s in slots],
                "entities": [list(s.entities) for s in slots],
                "parent": pd.array([s.parent for s in slots], dtype="Int32"),
                "retrieved": pd.array([s.retrieved for s in slots], dtype="Int32"),
                "prompt": [s.prompt for s in slots],
                "gain": [c.gain for c in choices],
            },
        )
        _insert(
            writer,
            "wanted",
            {
                "plan": [settings.plan] * len(tail),
                "entity": tail.entity,
                "have": tail.have.astype(np.int64),
                "target": tail.target,
                "quota": [quota.get(int(e), 0) for e in tail.entity],
            },
        )


def _insert(writer: Writer, table: str, columns: Mapping[str, Iterable[Any]]) -> None:
    writer.insert(table, pd.DataFrame(dict(columns)))


def plan_like(
    store: Store, workspace: Workspace, plan_number: int, *, progress: Progress = silent, **options: Any
) -> PlanReport:
    """A new plan with the settings of another, some of them changed, and with another seed, so that its pictures
    differ."""
    settings = settings_of(store, plan_number)
    own = {
        f.name: getattr(settings, f.name) for f in fields(PlanSettings) if f.name not in ("plan", "run", "seed", *FOUND)
    }
    return plan(store, workspace, settings.run, progress=progress, **(own | options))
