"""The views of the Synthesize page: a plan, its editable table, what it will bring, and the work on it.

Asks `adr.synthesize` and draws; computes nothing itself.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from adr.explore.dataset import image_folder
from adr.progress import Cancelled, Progress
from adr.recipe import PERSPECTIVES
from adr.review.candidate import is_candidate
from adr.synthesize import outlook
from adr.synthesize.collect import collect
from adr.synthesize.generate import generate
from adr.synthesize.plan import plan_folder, plan_like, revise, settings_of
from adr.synthesize.plan_file import WITHOUT_IMAGE, PlanSettings
from adr.synthesize.plans import PlanInShort, plan_counts, plans_in_short, taken_in
from adr.synthesize.worker import FAILURES
from adr.ui.frame import Frame, fragment, go, link
from adr.ui.parts.charts import CONFIG, PERSPECTIVE_NAMES
from adr.ui.parts.controls import asked, jump
from adr.ui.parts.figures import figures
from adr.ui.parts.image_grid import Tile, image_grid
from adr.ui.parts.images import data_urls, image_file
from adr.ui.parts.job_view import job_view
from adr.ui.synthesize.chart import tail_curve
from adr.ui.synthesize.form import form_view, how_long, planned_view, planning
from adr.ui.synthesize.state import state

KIND = "synthesize"
_TILES, _ROWS, _PARENTS = 24, 500, 60
_ORDERED = {"to make": "Most to make first", "lacking": "Most lacking first", "name": "By name"}
_TONES = {True: "#24815f", False: "#b0622a"}


def synthesize_view(here: Frame) -> None:
    """The page: nothing to plan from, the form, or a plan."""
    if not here.standing.runs:
        st.title("Synthesize", anchor=False)
        st.info(
            "**Nothing to fill yet.** A run of a recipe says what the tail is and how much was dropped; the plan "
            "starts from it.",
            icon=":material/brush:",
        )
        if here.standing.postings:
            link("Rebalance", "Rebalance first")
        else:
            link("Dataset", "Read a dataset and build its index first")
        return
    if planned_view(here):
        return
    entities = _asked_entities()
    plans = {one.plan: one for one in plans_in_short(here.store)}
    wanted = asked("plan")
    number = int(wanted) if wanted.isdecimal() and int(wanted) in plans else next(iter(plans), None)
    if number is None or entities or wanted == "new":
        _header(plans, None)
        form_view(here, entities)
    else:
        _header(plans, number)
        _plan_view(here, number)


def _asked_entities() -> list[int]:
    """Entities in the address, as several parameters or one with commas: "fill these" of the Explore page."""
    parts = ",".join(st.query_params.get_all("entities")).split(",")
    return sorted({int(part) for part in parts if part.isdecimal() and len(part) < 10})


def _header(plans: Mapping[int, PlanInShort], number: int | None) -> None:
    title, picker, new = st.columns([3, 3, 1], vertical_alignment="center")
    title.title("Synthesize", anchor=False)
    if not plans:
        return
    described = {
        number: f"Plan {number} · run {plan.run} · {plan.slots:,} {_what(plan.generator not in WITHOUT_IMAGE)}"
        for number, plan in plans.items()
    }
    shown = [*plans] if number is not None else [0, *plans]
    key = f"plan_picker {number} {len(plans)}"

    def picked() -> None:
        chosen = st.session_state[key]
        st.query_params.pop("entities", None)
        st.query_params["plan"] = str(chosen) if chosen else "new"

    picker.selectbox(
        "Plan",
        shown,
        index=shown.index(number or 0),
        key=key,
        on_change=picked,
        format_func=lambda plan: described.get(plan, "A new plan"),
        label_visibility="collapsed",
    )
    if number is not None and new.button("New plan", key="new_plan", width="stretch", icon=":material/add:"):
        jump(plan="new")


def _plan_view(here: Frame, number: int) -> None:
    settings = settings_of(here.store, number)
    stands = outlook.standing(here.store, here.workspace, number)
    projections = outlook.projected(here.store, number)
    each = outlook.seconds_each(here.store, here.workspace, settings)
    running = bool(here.jobs.running(KIND))
    _numbers(here, number, settings, None if running else stands, projections)
    st.caption(_in_words(settings))
    _work(here, number, stands, each)
    if stands.finished or running:
        _images(here, number)
    if stands.failed and not running:
        _failures(here, number, stands)
    st.subheader("What is planned", anchor=False)
    table, curve = st.columns([3, 2], gap="large")
    with table:
        fragment(_table)(here, number, settings, locked=bool(stands.finished or running))
    with curve:
        fragment(_curve)(here, number, list(projections))


def _numbers(
    here: Frame,
    number: int,
    settings: PlanSettings,
    stands: outlook.PlanStanding | None,
    projections: dict[str, outlook.Projection],
) -> None:
    """The plan in figures; stands: how far it is, None while work goes on, which tells of itself."""
    counts, made = plan_counts(here.store, number), _what(settings.with_image)
    lacking = sum(len(p.name) for p in projections.values())
    reached = sum(p.lacking_before - p.lacking_after for p in projections.values())
    shown = [
        (f"{counts.slots:,}", f"{made} planned", "Slots: each is filled by the best of its candidates"),
        (
            f"{counts.filled:,} of {lacking:,}",
            "lacking entities get some",
            "Entities below target that the plan adds to",
        ),
        (f"{reached:,}", "reach their target", "When the best candidate of every slot is accepted"),
    ]
    if stands is not None:
        shown.insert(
            1, (f"{stands.finished:,} of {stands.candidates:,}", "candidates made", "Alternatives of all slots")
        )
        shown.append(
            (f"{sum(stands.failed.values()):,}", "could not be made", "Set aside with a reason; tried again on resume")
        )
    figures(shown)


def _what(with_image: bool) -> str:
    return "pictures" if with_image else "conversations"


def _in_words(settings: PlanSettings) -> str:
    wanted = "τ instances" if settings.target is None else f"{settings.target:g} instances"
    said = (
        f"Run {settings.run} · {wanted} of each · {settings.generator} with {settings.model} · "
        f"{settings.per_slot} {'try' if settings.per_slot == 1 else 'tries'} each, up to {settings.per_parent} per "
        f"parent · conversations: {settings.conversations.replace('_', ' ')} · seed {settings.seed}"
    )
    return said + (f" · {len(settings.without)} entities left out" if settings.without else "")


def _work(here: Frame, number: int, stands: outlook.PlanStanding, each: float | None) -> None:
    """Start, cancel, resume; how it ended."""
    running = here.jobs.running(KIND)
    if not running and stands.left + sum(stands.failed.values()):
        with st.container(border=True):
            said, workers, start = st.columns([4, 1, 1], vertical_alignment="bottom")
            verb = "Resume" if stands.finished or stands.failed else "Start"
            left = stands.left + sum(stands.failed.values())
            to_make = "to make" if not stands.finished else "is left" if left == 1 else "are left"
            said.markdown(
                f"**{left:,}** {'candidate' if left == 1 else 'candidates'} {to_make}: "
                f"{how_long(each, left)}  \nThe app may be closed meanwhile: what is finished is kept, and "
                "it goes on from there."
            )
            count = workers.number_input(
                "Workers", 1, 16, 1, key="workers", help="Processes at once: one for each GPU."
            )
            if start.button(verb, type="primary", key="start", width="stretch", icon=":material/play_arrow:"):
                _start(here, number, count)
            if each is None and said.button(
                "Make one to measure the speed", key="measure", type="tertiary", icon=":material/timer:"
            ):
                _start(here, number, 1, limit=1)
    job_view(here.jobs, KIND)
    if not running and stands.finished:
        _made(here, number, stands)


def _made(here: Frame, number: int, stands: outlook.PlanStanding) -> None:
    """What became of what is finished: taken in, waiting, judged."""
    taken = taken_in(here.store, number)
    if taken.candidates < stands.finished:  # made from a shell, or by an app that was killed
        st.markdown(f"**{stands.finished - taken.candidates:,}** finished are not taken in yet.")
        if st.button("Take them in", key=f"collect {number}", icon=":material/move_to_inbox:"):
            here.jobs.start(
                KIND, f"Plan {number}", lambda progress: collect(here.store, here.workspace, number, progress=progress)
            )
            st.rerun()
        return
    waiting = f"**{taken.waiting:,}** wait for a judgement on the Review page."
    said = waiting if taken.waiting else "What was chosen is judged."
    if stands.left or stands.failed:
        st.markdown(said)
    else:
        st.success(f"All candidates are made. {said}", icon=":material/check_circle:")
    link("Review", "Review what was made")


def _start(here: Frame, number: int, workers: int, limit: int | None = None) -> None:
    def work(progress: Progress) -> Any:
        def taking(done: int, total: int | None, message: str) -> None:
            """What is finished is taken in whatever happens; between two files the pages have their turn."""
            with contextlib.suppress(Cancelled):
                progress(done, total, message)
            time.sleep(0.002)

        try:
            return generate(here.store, here.workspace, number, workers=workers, limit=limit, progress=progress)
        finally:
            collect(here.store, here.workspace, number, progress=taking)

    here.jobs.start(KIND, f"Plan {number}", work)
    st.rerun()


def _images(here: Frame, number: int) -> None:
    if here.jobs.running(KIND):
        fragment(_newest, run_every=1.5)(here, number)
    else:
        fragment(_newest)(here, number)


def _newest(here: Frame, number: int) -> None:
    made = outlook.newest_made(here.workspace, number, _TILES)
    urls = data_urls(here.workspace, [one.image for one in made])
    tiles = [
        Tile(
            id=one.candidate,
            title=one.entity,
            image=url,
            alt=one.prompt,
            instead="text only",
            note=", ".join(flag.replace("_", " ") for flag in one.flags) or one.prompt,
            badge="" if one.score is None else f"{one.score:.2f}",
            tone=_TONES[not one.flags],
        )
        for one, url in zip(made, urls, strict=True)
    ]
    picked = image_grid(tiles, key=f"newest {number}", least=132)
    if picked and is_candidate(here.store, picked):
        go("Review", candidate=picked)


def _failures(here: Frame, number: int, stands: outlook.PlanStanding) -> None:
    st.subheader("Could not be made", anchor=False)
    for reason, count in stands.failed.items():
        st.markdown(f"**{count:,}** · {FAILURES.get(reason, reason.replace('_', ' '))}")
    details = [
        {"candidate": f"{slot}-{alternative}", "reason": reason, "detail": detail}
        for slot, alternative, reason, detail in outlook.failed_details(plan_folder(here.workspace, number))
    ]
    with st.expander(f"All {len(details):,}"):
        st.dataframe(pd.DataFrame(details), hide_index=True, key=f"failures {number}")


def _table(here: Frame, number: int, settings: PlanSettings, locked: bool) -> None:
    """Every entity that lacks something: leave it out, want more or fewer, choose its parents."""
    left, right, _ = st.columns([4, 3, 2], vertical_alignment="bottom")  # the table's own tools appear over the last
    search = left.text_input(
        "Search",
        key=f"plan_search {number}",
        placeholder="Search entities",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    order = right.selectbox(
        "Order",
        list(outlook.ORDERS),
        key=f"plan_order {number}",
        label_visibility="collapsed",
        format_func=_ORDERED.__getitem__,
    )
    rows = outlook.planned(here.store, number, search=search, order=order, limit=_ROWS)
    total = plan_counts(here.store, number).wanted
    frame = pd.DataFrame(
        {
            "Fill": True,
            "Entity": rows["name"],
            "Perspective": [PERSPECTIVE_NAMES[p] for p in rows["perspective"]],
            "Have": rows["have"],
            "Wanted": rows["target"].astype(float),
            "To make": rows["quota"],
            "Parents": rows["parents"],
        }
    )
    key = f"plan_table {number} {search} {order} {here.revision}"
    to_make = f"{_what(settings.with_image).capitalize()} planned that add to it"
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        height=380,
        width="stretch",
        num_rows="fixed",
        disabled=True if locked else ["Entity", "Perspective", "Have", "To make", "Parents"],
        column_config={
            "Fill": st.column_config.CheckboxColumn("Fill", help="Untick to leave the entity out", width="small"),
            "Entity": st.column_config.TextColumn("Entity", width=150),  # a long name leaves the others in sight
            "Have": st.column_config.NumberColumn("Have", help="Instances that have it after rebalancing"),
            "Wanted": st.column_config.NumberColumn(
                "Wanted", min_value=0, step=1, help="Instances wanted", format="%g"
            ),
            "To make": st.column_config.NumberColumn("To make", help=to_make),
            "Parents": st.column_config.NumberColumn("Parents", help="Different instances they start from"),
        },
    )
    if len(rows) < total:
        st.caption(f"{len(rows):,} of {total:,} entities; search or order for the others.")
    if locked:
        if st.button("Change it in a new plan", key=f"again {number}", icon=":material/content_copy:"):
            planning(here, lambda progress: plan_like(here.store, here.workspace, number, progress=progress))
        return
    dropped = rows["entity"][~edited["Fill"].to_numpy(bool)].tolist()
    changed = {
        int(e): float(w)
        for e, w, old in zip(rows["entity"], edited["Wanted"], rows["target"], strict=True)
        if pd.notna(w) and float(w) != float(old)
    }
    apply, restore = st.columns([1, 1])
    if apply.button("Apply the changes", key=f"apply {number}", disabled=not dropped and not changed, type="primary"):
        _revise(here, number, without=[*settings.without, *map(int, dropped)], targets=dict(settings.targets) | changed)
    if (settings.without or settings.targets or settings.parents) and restore.button(
        "Undo all changes", key=f"restore {number}"
    ):
        _revise(here, number, without=(), targets={}, parents={})
    if settings.with_image:
        _parents(here, number, settings, rows)


def _parents(here: Frame, number: int, settings: PlanSettings, rows: pd.DataFrame) -> None:
    """Choose the parents of one entity."""
    names = dict(zip(rows["entity"].tolist(), rows["name"].tolist(), strict=True))
    entity = st.selectbox(
        "Choose the parents of",
        list(names),
        index=None,
        format_func=names.__getitem__,
        key=f"parents_of {number}",
        placeholder="Choose the parents of an entity",
    )
    if entity is None:
        return
    found = outlook.possible_parents(here.store, number, int(entity), _PARENTS)
    if not found:
        st.caption("No instance with it has a picture of its own on disk; text-to-image can fill it without a parent.")
        return
    key, being_chosen = (number, int(entity)), state().parents
    before = settings.parents.get(int(entity))
    chosen = set(being_chosen.get(key, before if before is not None else [p.instance for p in found]))
    folder = image_folder(here.store)
    urls = data_urls(here.workspace, [image_file(folder, parent.image) for parent in found])
    tiles = [
        Tile(
            id=str(p.instance),
            title=f"instance {p.instance}",
            image=url,
            chosen=p.instance in chosen,
            note=f"{p.slots} planned" if p.slots else "",
            badge="parent" if p.instance in chosen else "",
        )
        for p, url in zip(found, urls, strict=True)
    ]
    picked = image_grid(tiles, key=f"parents {number} {entity}", least=110)
    if picked is not None:
        being_chosen[key] = sorted(chosen ^ {int(picked)})
        st.rerun(scope="fragment")
    use = f"Use {len(chosen)} of {len(found)} as parents"
    if st.button(use, key=f"use parents {number} {entity}", disabled=not chosen):
        being_chosen.pop(key, None)
        _revise(here, number, parents=dict(settings.parents) | {int(entity): sorted(chosen)})


def _revise(here: Frame, number: int, **options: Any) -> None:
    planning(here, lambda progress: revise(here.store, here.workspace, number, progress=progress, **options))


def _curve(here: Frame, number: int, perspectives: Sequence[str]) -> None:
    """The tail now and then, for the share of candidates that one expects to accept."""
    shown = [p for p in PERSPECTIVES if p in perspectives]
    perspective = st.segmented_control(
        "Perspective",
        shown,
        default="object" if "object" in shown else shown[0],
        format_func=PERSPECTIVE_NAMES.__getitem__,
        key=f"curve_of {number}",
        required=True,
        label_visibility="collapsed",
    )
    rate = st.slider("Share that is accepted", 0, 100, 100, 5, key=f"rate {number}", format="%d %%") / 100
    projection = outlook.projected(here.store, number, rate)[perspective]
    st.plotly_chart(tail_curve(projection), key=f"tail {number}", config=CONFIG)
    st.caption(
        f"{projection.lacking_before:,} entities lack instances now, {projection.lacking_after:,} then."
        + (" Expected numbers, as not all are accepted." if rate < 1 else "")
    )
