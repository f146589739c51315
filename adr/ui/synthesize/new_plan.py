"""The form that makes a plan: for which run, what to fill, with which generator and model."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from adr.errors import AdrError
from adr.explore.entities import entities_numbered, known_objects
from adr.explore.runs import RunInShort, runs_in_short
from adr.figures import counted
from adr.knowledge import knowledge_of, known_words, short_name
from adr.models import find_model
from adr.plain_text import plain
from adr.reservoir.read import reservoir_report
from adr.settings import setting
from adr.synthesize.allocation import ALLOCATIONS
from adr.synthesize.conversations import WRITERS
from adr.synthesize.made_things import lacked, names_in, vocabulary
from adr.synthesize.outlook import seconds_each
from adr.synthesize.plan import PLANNED, WORDNET, plan
from adr.synthesize.plan_file import FROM_SYNONYMS, GENERATORS, NO_SCORER, OWN, RETRIEVE, WITHOUT_IMAGE, PlanSettings
from adr.synthesize.prompts import Style, style_of
from adr.synthesize.retrieval import check_reservoir
from adr.synthesize.suited import scorer_words
from adr.synthesize.synonyms import WARNING
from adr.synthesize.tail import RunFacts, run_facts
from adr.synthesize.ways import COMPARED
from adr.ui.access import allowed_model
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked_number, jump
from adr.ui.parts.palette import title_text
from adr.ui.parts.run_words import run_words
from adr.ui.synthesize.offers import ABOUT_MODELS, CONTROLNETS, CONVERSATIONS, MODELS, SAYS, WAYS
from adr.ui.synthesize.planning import planning
from adr.ui.synthesize.ways import ways_view
from adr.ui.synthesize.words import how_long, made_words, tau_words
from adr.ui.telling import fragment


def form_view(here: Frame, entities: list[int]) -> None:
    """Choose what to fill and how, see how long it takes, and make the plan."""
    fragment(_form)(here, entities)
    with st.expander("About models", icon=":material/help:"):
        st.markdown(ABOUT_MODELS)


def _form(here: Frame, entities: list[int]) -> None:
    runs = {one.run: one for one in runs_in_short(here.store)}
    with st.container(border=True):
        what, how = st.columns(2, gap="large")
        with how:
            options = _how(here)
        with what:
            options |= _what(here, entities, runs, options["generator"])
        run = options.pop("run")
        fault = _reservoir_fault(here) if options["generator"] == RETRIEVE else _model_fault(options)
        if fault is None:
            st.markdown(_cost(here, run, options))
            if options["generator"] != RETRIEVE:
                _say_known(here, options)
        else:
            st.warning(plain(f"{fault.sentence} {fault.next_step}"), icon=":material/search_off:")
        if fault is None and options["generator"] not in WITHOUT_IMAGE:
            ways_view(here, run, options)
        if st.button(
            "Make the plan", type="primary", key="make_plan", icon=":material/list_alt:", disabled=fault is not None
        ):
            planning(here, lambda progress: plan(here.store, here.workspace, run, progress=progress, **options))


def _what(here: Frame, entities: list[int], runs: Mapping[int, RunInShort], generator: str) -> dict[str, Any]:
    st.markdown("**What to fill**")
    run = _run(runs)
    options = {"run": run} | _filled(here, entities, generator) | _wanted(run_facts(here.store, run))
    options |= _amounts(runs[run], generator) | {"allocation": _allocation()}
    return options | (_also(here) if generator == "text-to-image" else {})


def _run(runs: Mapping[int, RunInShort]) -> int:
    numbers = list(runs)
    first = asked_number("run", numbers[0])
    return int(
        st.selectbox(
            "Run",
            numbers,
            index=numbers.index(first) if first in runs else 0,
            key="plan_run",
            format_func=lambda number: _run_words(runs[number]),
            help="Its τ decide what the tail is.",
        )
    )


def _filled(here: Frame, entities: list[int], generator: str) -> dict[str, Any]:
    """The entities in the address, else the perspectives chosen; neither without pictures, which fill tokens only."""
    if entities:
        names = [one.name for one in sorted(entities_numbered(here.store, entities), key=lambda one: -one.n)]
        shown = ", ".join(plain(name) for name in names[:12]) + (
            f" and {len(names) - 12} more" if len(names) > 12 else ""
        )
        st.markdown(f"Only **{shown}**")
        if st.button("The whole tail instead", key="whole_tail", icon=":material/close:"):
            jump(plan="new")
        return {"entities": entities}
    if generator in WITHOUT_IMAGE:
        return {}
    chosen = st.pills(
        "Perspectives",
        PLANNED,
        selection_mode="multi",
        default=PLANNED,
        key="plan_perspectives",
        format_func=title_text,
        help="What pictures can add to. A form of question is not visible: fill one from the Explore page.",
    )
    return {"perspectives": chosen or list(PLANNED)}


def _wanted(facts: RunFacts) -> dict[str, Any]:
    left, right = st.columns(2)
    wanted = left.segmented_control(
        "Instances wanted per entity",
        ["τ", "a number"],
        default="τ",
        key="plan_wanted",
        required=True,
        help="τ of its perspective in the run, or one number for all.",
    )
    if wanted == "τ":
        right.caption(f"of run {facts.run:d}: {tau_words(facts.tau)}")
        return {}
    return {"target": float(right.number_input("Number", 1, 1_000_000, 40, key="plan_target"))}


def _allocation() -> str:
    """How the budget is shared."""
    way = st.segmented_control(
        "The budget is shared",
        COMPARED,
        default=COMPARED[0],
        key="plan_allocation",
        format_func=WAYS.__getitem__,
        required=True,
        help="By hand: make the plan, then change “To make” in its table.",
    )
    st.caption(ALLOCATIONS[str(way)])
    return str(way)


def _also(here: Frame) -> dict[str, Any]:
    """Things to make that no picture shows: typed or pasted, or all of a vocabulary that the dataset lacks."""
    with st.expander("Also make things that no picture shows", icon=":material/add_photo_alternate:"):
        typed = names_in(
            st.text_area("Their names", key="plan_also", placeholder="owl, harp", help="With commas, or one per line.")
        )
        beyond = lacked(here.store, vocabulary("lvis"))
        every = st.checkbox(f"All {len(beyond):,} names of LVIS that this dataset lacks", key="plan_also_lvis")
        new = lacked(here.store, [*typed, *(beyond if every else ())])
        if known := len(typed) - len(lacked(here.store, typed)):
            st.caption(f"{counted(known, 'of these names is', 'of these names are')} in the dataset already.")
    return {"also": new} if new else {}


def _amounts(run: RunInShort, generator: str) -> dict[str, Any]:
    """How many slots, how many per parent, and with pictures how many candidates per slot."""
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    what = made_words(generator)
    options = {
        "budget": left.number_input(
            f"Maximum {what}",
            1,
            10_000_000,
            max(1, run.dropped),
            key=f"plan_budget {run.run}",
            help="As many as the run dropped keeps the size of the dataset.",
        )
    }
    if generator == RETRIEVE:
        return options
    options["per_parent"] = middle.number_input(
        "Per parent",
        1,
        100,
        3,
        key="plan_per_parent",
        help="The most variations of one parent. Where each picture needs one, an object with fewer than four parents "
        "gets as many pictures as four would give.",
    )
    if generator in WITHOUT_IMAGE:
        return options
    hint = "Candidates for each picture; the best by score is chosen."
    return options | {"per_slot": right.number_input("Tries per picture", 1, 16, 2, key="plan_per_slot", help=hint)}


def _run_words(run: RunInShort) -> str:
    named = run_words(run.run, run.name)
    return f"{named} · kept {run.kept:,}, dropped {run.dropped:,}"


def _how(here: Frame) -> dict[str, Any]:
    st.markdown("**How**")
    real_first = reservoir_report(here.store) is not None
    generator = st.selectbox(
        "Generator",
        GENERATORS,
        index=GENERATORS.index(RETRIEVE) if real_first else 0,
        key="plan_generator",
        help="\n\n".join(f"**{name}** {says}" for name, says in SAYS.items()),
    )
    st.caption(SAYS[generator])
    if generator in WITHOUT_IMAGE:
        return {"generator": generator} | _conversations(FROM_SYNONYMS)
    if generator == RETRIEVE:
        return {"generator": generator, "conversations": OWN, **_scorer()}
    own = setting("ADR_GENERATOR_MODEL")
    starter = () if generator in ("image-variation", "controlnet") else (own,)
    model = st.selectbox(
        "Model",
        (*starter, *MODELS[generator]),
        key=f"plan_model {generator}",
        accept_new_options=True,
        help="A folder or a hub id; type to name another one.",
    )
    options: dict[str, Any] = {"generator": generator, "model": model}
    if generator == "text-to-image":
        options["alone"] = st.checkbox(
            "Also fill entities without a parent",
            key="plan_alone",
            help="From a prompt, without a parent: things, and pairs if the model can draw two. It must know them.",
        )
    if generator == "controlnet":
        options["controlnet"] = st.selectbox("ControlNet", CONTROLNETS, key="plan_controlnet", accept_new_options=True)
        options["edges"] = "canny" if "canny" in str(options["controlnet"]) else "soft"
    options |= _conversations(list(WRITERS))
    with st.expander("More"):
        options |= _more(generator, model)
    return options


def _conversations(methods: Sequence[str]) -> dict[str, Any]:
    chosen = st.selectbox(
        "Conversations",
        methods,
        key=f"plan_conversations {len(methods)}",
        format_func=lambda name: CONVERSATIONS.get(name, name),
    )
    if chosen in FROM_SYNONYMS:
        st.caption(WARNING)
    return {"conversations": chosen}


def _more(generator: str, model: str) -> dict[str, Any]:
    try:
        style = style_of(model, generator)
    except AdrError:  # shown beside the button
        style = Style()
    left, right = st.columns(2)
    options: dict[str, Any] = {
        "steps": left.number_input(
            "Steps", 1, 1000, None, key="plan_steps", placeholder=f"the model's own: {style.steps}"
        ),
        "guidance": right.number_input(
            "Guidance", 0.0, 50.0, None, key="plan_guidance", placeholder=f"the model's own: {style.guidance:g}"
        ),
        "size": left.number_input("Size in pixels", 16, 4096, None, key="plan_size", placeholder="the model's own"),
        "seed": right.number_input("Seed", 0, 2**31 - 1, None, key="plan_seed", placeholder="from the recipe"),
    }
    if generator == "image-to-image":
        options["strength"] = st.slider(
            "Strength", 0.05, 1.0, 0.6, 0.05, key="plan_strength", help="How much of the parent's picture is redrawn."
        )
    if generator != "image-variation":
        options["negative_prompt"] = st.text_input("Negative prompt", style.negative, key=f"plan_negative {model}")
    return options | _scorer()


def _scorer() -> dict[str, Any]:
    """The scorer named, or none: then the default is taken if it suits the pictures; and whether to insist on it."""
    named = st.text_input(
        "Scorer",
        key="plan_scorer",
        placeholder=f"{short_name(setting('ADR_SCORER_MODEL'))}, if it suits the pictures",
        help="An open_clip model: a folder, or NAME/PRETRAINED_TAG; `none` scores nothing.",
    )
    anyway = st.checkbox(
        "Use it for other pictures too",
        key="plan_anyway",
        help="Score with it even if it was made for other pictures. Candidates and exports record that.",
    )
    return {"scorer": named.strip() or None, "model_anyway": anyway}


def _reservoir_fault(here: Frame) -> AdrError | None:
    """Why no row can be retrieved, before anything is planned."""
    try:
        check_reservoir(here.store)
    except AdrError as error:
        return error
    return None


def _model_fault(options: dict[str, Any]) -> AdrError | None:
    """What is wrong with the models named, before anything is planned."""
    try:
        for name in (options.get("model"), options.get("controlnet"), options.get("scorer")):
            if name and name != NO_SCORER:
                find_model(allowed_model(name))
    except AdrError as error:
        return error
    return None


def _say_known(here: Frame, options: dict[str, Any]) -> None:
    """What the models know of this dataset, where a score would stand and where names are left alone."""
    scorer = options.get("scorer") or setting("ADR_SCORER_MODEL")
    if options["generator"] in WITHOUT_IMAGE or scorer == NO_SCORER:
        return
    knowledge = knowledge_of(options["model"])
    if knowledge.names is not None:
        known, total = known_objects(here.store, knowledge.names)
        said = known_words(known, total, ("object of this dataset", "objects of this dataset"), options["model"])
        st.caption(plain(said))
    if words := _scorer_words(here, str(here.workspace.folder), scorer):
        st.caption(plain(words))


@st.cache_data(show_spinner=False, ttl=20)
def _scorer_words(_here: Frame, folder: str, scorer: str) -> str:
    """`scorer_words`, which looks for files, once for all controls."""
    return scorer_words(_here.store, _here.workspace, scorer)


def _cost(here: Frame, run: int, options: dict[str, Any]) -> str:
    """How many candidates at most and how long they take, as one sentence."""
    count = int(options["budget"]) * int(options.get("per_slot", 1))
    if options["generator"] == RETRIEVE:
        return f"At most **{count:,}** {'row' if count == 1 else 'rows'} of the reservoir; nothing is generated."
    plain = {
        name: value
        for name, value in options.items()
        if name in ("generator", "model", "steps", "budget", "conversations") and value is not None
    }
    if options["generator"] in WITHOUT_IMAGE:
        plain |= {"model": WORDNET, "per_slot": 1}
    each = seconds_each(here.store, here.workspace, PlanSettings(plan=0, run=run, seed=0, **plain))
    return f"At most **{count:,}** {'candidate' if count == 1 else 'candidates'}: {how_long(each, count)}"
