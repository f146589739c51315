"""What the Review page draws: the filter, one candidate, the grid, rules, concepts, second looks, files.

A step from the card or the grid is applied in the component's callback, before the page draws, so that the answer to a
key press is the next candidate, and the verdict is on disk by then.
"""

import functools
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from adr import review
from adr.errors import AdrError
from adr.review import Filter
from adr.settings import setting
from adr.ui.frame import Frame, fragment, go
from adr.ui.review_card import card, described, nothing_left
from adr.ui.review_grid import PAGE, grid, tiles

STATE_NAMES = {"pending": "waiting", "accept": "accepted", "reject": "rejected", "unsure": "unsure",
               "disputed": "disputed", "second": "second look", "any": "all"}


def reviewer_name() -> str:
    """Who is judging: signed in, set by ADR_REVIEWER, or asked once. Empty until a name is given."""
    if getattr(st.user, "is_logged_in", False):
        return str(st.user.get("name") or st.user.get("email"))
    name = str(st.session_state.get("reviewer", "") or setting("ADR_REVIEWER"))
    if not name:
        with st.form("your name", border=True):
            st.markdown("**Your name** is kept with every verdict you give.")
            left, right = st.columns([4, 1], vertical_alignment="bottom")
            typed = left.text_input("Your name", max_chars=40, key="reviewer_typed", label_visibility="collapsed",
                                    placeholder="Your name")
            if right.form_submit_button("Start", type="primary", width="stretch") and typed.strip():
                st.session_state["reviewer"] = typed.strip()
                st.rerun()
    return name


def filter_row(here: Frame, reviewer: str) -> tuple[Filter, str]:
    """The filter and the order, as the controls (and the address) say."""
    facets = review.facets(here.store)
    state_column, order_column, entity_column, more = st.columns([4.6, 2.4, 1.8, 1], vertical_alignment="bottom")
    state = state_column.segmented_control(
        "Show", list(STATE_NAMES), default="pending", format_func=STATE_NAMES.__getitem__, key="queue",
        bind="query-params", required=True)
    order = order_column.selectbox("Order", list(review.ORDERS), format_func=lambda o: review.ORDERS[o][0], key="order",
                                   bind="query-params")
    entities = {str(entity): f"{name} ({perspective.replace('_', '-')})"
                for entity, name, perspective in facets["entities"]}
    entity = entity_column.selectbox("Entity", ["", *entities], format_func=lambda e: entities.get(e, "all entities"),
                                     key="concept", bind="query-params")
    with more.popover("Filter", icon=":material/tune:", width="stretch"):
        plan = st.selectbox("Plan", ["", *map(str, facets["plans"])], format_func=lambda p: p or "all plans",
                            key="plan", bind="query-params")
        flag = st.selectbox("Flag", ["", *facets["flags"]], format_func=lambda f: f.replace("_", " ") or "any",
                            key="flag", bind="query-params")
        generator = st.selectbox("Generator", ["", *facets["generators"]], format_func=lambda g: g or "all", key="by",
                                 bind="query-params")
        judged_by = st.selectbox("Judged by", ["", *facets["reviewers"]], format_func=lambda r: r or "anybody",
                                 key="judge", bind="query-params")
        low, high = st.slider("Score", 0.0, 1.0, (0.0, 1.0), 0.05, key="score", bind="query-params")
        filled = st.toggle("Also concepts that are filled", key="filled", bind="query-params")
        alternatives = st.toggle("Also the other alternatives of a slot", key="alternatives", bind="query-params")
        share = st.slider("Share for a second look", 0.0, 1.0, 1.0, 0.05, key="second", bind="query-params",
                          help="Part of what others have judged that is offered to you blind, as 'second look'.")
    asked = Filter(
        state=state or "pending", plan=int(plan) if plan else None, entity=int(entity) if entity else None,
        flag=flag or None, generator=generator or None, judged_by=judged_by or None,
        score_from=low if low > 0 else None, score_to=high if high < 1 else None, reviewer=reviewer,
        second_share=share, filled=filled, alternatives=alternatives)
    return asked, str(order)


def progress_line(here: Frame, plan: int | None) -> pd.DataFrame:
    """Done, left, rate and time left, and how many concepts are filled; returns the meters it has read."""
    now = review.progress(here.store, plan)
    done = now.candidates - now.left
    parts = [f"**{done:,}** of {now.candidates:,} judged", f"{now.accepted:,} accepted", f"{now.rejected:,} rejected",
             f"{now.unsure:,} unsure", f"**{now.left:,}** left"]
    if now.rate:
        parts.append(f"{now.rate:.0f} a minute")
    if now.minutes_left and now.left:
        parts.append(f"about {max(1, round(now.minutes_left))} min left")
    meters = review.meters(here.store, plan)
    if len(meters):
        parts.append(f"{int((meters['state'] == 'filled').sum())} of {len(meters)} concepts filled")
    st.progress(done / now.candidates if now.candidates else 0.0, " · ".join(parts))
    return meters


# --- one candidate ---------------------------------------------------------------------------------------------------

@fragment
def single_view(here: Frame, reviewer: str) -> None:
    """The filter, the progress and one candidate; steps come from keys and buttons of the card."""
    asked, order = filter_row(here, reviewer)
    meters = progress_line(here, asked.plan)
    state = _trail()
    if state.get("asked") != (asked, order):
        state.update(asked=(asked, order), skipped=set(), shown=None)
    if state["shown"] is None:
        wanted = st.query_params.get("candidate")
        known = wanted and here.store.value("select count(*) from candidate where candidate = ?", [wanted])
        state["shown"] = wanted if known and not state["visited"] else _next(here, asked, order, reviewer)
        state["version"] += 1
    shown = state["shown"]
    if shown is None:
        st.query_params.pop("candidate", None)
        card(nothing_left(*_why_empty(here, asked), ack=state["ack"], version=str(state["version"]), can_undo=True),
             lambda: _step(here, reviewer))
        return
    if st.query_params.get("candidate") != shown:
        st.query_params["candidate"] = shown
    blind = asked.state == "second"
    card(described(here.store, here.workspace, shown, ack=state["ack"], version=str(state["version"]),
                   fault=state.pop("fault", None), blind=blind, meters=meters),
         lambda: _step(here, reviewer))


def _trail() -> dict[str, Any]:
    """Where this session stands: what is shown, what was seen, the last step that was answered."""
    if "review_trail" not in st.session_state:
        st.session_state["review_trail"] = {
            "shown": None, "visited": [], "skipped": set(), "ack": None, "version": 0, "asked": None}
    trail: dict[str, Any] = st.session_state["review_trail"]
    return trail


def _next(here: Frame, asked: Filter, order: str, reviewer: str) -> str | None:
    return review.claim_next(here.store, asked, reviewer, order=order, skip=frozenset(_trail()["skipped"]))


def _step(here: Frame, reviewer: str) -> None:
    """Apply one step of the card; a step that was answered already is not applied twice."""
    step = st.session_state["review_card"].step
    state = _trail()
    if not step or step.get("number") == state["ack"]:
        return
    state["ack"] = step["number"]
    state["version"] += 1
    state.pop("fault", None)
    asked, order = state["asked"]
    candidate, action = step.get("candidate"), step["action"]
    try:
        if action in review.JUDGEMENTS:
            review.judge(here.store, [candidate], action, reviewer, reason=step.get("reason"))
            state["visited"].append(candidate)
            state["skipped"].add(candidate)
            state["shown"] = _next(here, asked, order, reviewer)
        elif action == "undo":
            undone = review.undo(here.store, reviewer)
            if undone:
                state["skipped"].difference_update(undone.candidates)
                state["shown"] = undone.candidates[0]       # also when the filter would hide it now
            else:
                state["fault"] = "There is nothing of yours left to undo."
        elif action == "edit":
            name = here.store.value("select e.name from candidate c join entity e using (entity) where candidate = ?",
                                    [candidate])
            perspective = here.store.value(
                "select e.perspective::varchar from candidate c join entity e using (entity) where candidate = ?",
                [candidate])
            review.edit(here.store, candidate, step["turns"], reviewer, _forms(str(name), str(perspective)))
        elif action == "show":
            state["shown"] = candidate
        elif action == "skip":
            state["visited"].append(candidate)
            state["skipped"].add(candidate)
            state["shown"] = _next(here, asked, order, reviewer)
        elif action == "back" and state["visited"]:
            state["shown"] = state["visited"].pop()
            state["skipped"].discard(state["shown"])
    except AdrError as error:
        state["fault"] = f"{error.sentence} {error.next_step}".strip()


def _forms(name: str, perspective: str) -> list[str]:
    """Ways to write an entity, one of which an edited conversation must hold; interrogation forms are not asked for."""
    if perspective == "interrogation":
        return []
    import inflect

    forms: list[str] = []
    for part in name.split(" + "):
        forms += [part, str(inflect.engine().plural_noun(part) or part)]
    return forms


def _why_empty(here: Frame, asked: Filter) -> tuple[str, str]:
    if not here.standing.candidates:
        return "No candidates yet", "Plan and generate some on the Synthesize page; finished ones come here."
    if asked.state == "pending":
        return "Nothing left to judge here", (
            "Everything in this filter is judged, in somebody's hands, or belongs to a concept that is filled "
            "(ask for those under Filter).")
    return "Nothing in this filter", "Choose another state, entity or filter above."


# --- the grid --------------------------------------------------------------------------------------------------------

@fragment
def grid_view(here: Frame, reviewer: str) -> None:
    """Sixty at a time, judged by selection; one step is one batch."""
    asked, order = filter_row(here, reviewer)
    progress_line(here, asked.plan)
    state = st.session_state.setdefault("review_grid_state", {"page": 0, "version": 0, "ack": None, "said": ""})
    if state.get("asked") != (asked, order):
        state.update(asked=(asked, order), page=0, version=state["version"] + 1, said="")
    total = review.count(here.store, asked)
    pages = -(-total // PAGE)
    state["page"] = max(0, min(state["page"], pages - 1))
    rows = review.queue(here.store, asked, order, limit=PAGE, offset=state["page"] * PAGE)
    if rows.empty:
        title, text = _why_empty(here, asked)
        st.info(f"**{title}.** {text}")
    grid({"tiles": tiles(here.workspace, rows), "total": total, "page": state["page"], "pages": pages,
          "version": str(state["version"]), "ack": state["ack"], "said": state["said"]},
         lambda: _grid_step(here, reviewer))


def _grid_step(here: Frame, reviewer: str) -> None:
    step = st.session_state["review_grid"].step
    state = st.session_state["review_grid_state"]
    if not step or step.get("number") == state["ack"]:
        return
    state["ack"], state["said"] = step["number"], ""
    state["version"] += 1
    action = step["action"]
    try:
        if action in review.JUDGEMENTS:
            asked, order = state["asked"]
            chosen = review.identifiers(here.store, asked, order) if step["all"] else step["candidates"]
            count = review.judge(here.store, chosen, action, reviewer)
            state["said"] = f"{count:,} {STATE_NAMES[action]}. Z takes all of them back."
        elif action == "undo":
            undone = review.undo(here.store, reviewer)
            state["said"] = (f"{len(undone.candidates):,} taken back ({undone.judgement})." if undone
                             else "There is nothing of yours left to undo.")
        elif action == "open":
            st.query_params["candidate"] = step["candidates"][0]
            _trail().update(shown=step["candidates"][0], version=_trail()["version"] + 1)
            st.session_state["open_single"] = True
        elif action in ("next", "previous"):
            state["page"] += 1 if action == "next" else -1
    except AdrError as error:
        state["said"] = f"{error.sentence} {error.next_step}"


# --- rules, concepts, people, files ----------------------------------------------------------------------------------

@fragment
def rules_view(here: Frame, reviewer: str) -> None:
    """A line through a score: seen first, then applied as verdicts that name the rule."""
    st.markdown("A rule judges every **waiting** candidate on one side of a line. A person's verdict always wins.")
    judgement_column, score_column, side_column, value_column = st.columns([1.2, 2, 1, 2], vertical_alignment="bottom")
    judgement = judgement_column.selectbox("Verdict", ["reject", "accept", "unsure"], key="rule_judgement")
    column = score_column.selectbox("where", list(review.SCORES), format_func=review.SCORES.__getitem__,
                                    key="rule_score")
    side = side_column.selectbox("is", ["<", "<=", ">", ">="], key="rule_side",
                                 index=0 if judgement == "reject" else 3)
    top = 60.0 if column == "entity_rank" else 1.0
    value = value_column.slider("the line", 0.0, top, 2.0 if column == "entity_rank" else 0.3, top / 100,
                                key=f"rule_line_{column}")
    rule = review.Rule(judgement, column, side, float(value))
    seen = review.preview(here.store, rule)
    st.markdown(f"**{rule.name}** would judge **{seen.applies:,}** of {seen.pending:,} waiting candidates.")
    middle = [(a + b) / 2 for a, b in zip(seen.edges, seen.edges[1:], strict=False)]
    inside = review.Rule(judgement, column, side, float(value)).holds(pd.Series(middle))
    st.bar_chart(pd.DataFrame({review.SCORES[column]: [f"{m:.2f}" for m in middle], "candidates": seen.counts,
                               "side": ["judged" if i else "left alone" for i in inside]}),
                 x=review.SCORES[column], y="candidates", color="side", height=220)
    left, right = st.columns(2)
    for place, title, names in ((left, "Nearest to the line, judged", seen.inside),
                                (right, "Nearest to the line, left alone", seen.outside)):
        place.caption(title)
        images = [str(here.workspace.folder / row[0]) for row in here.store.rows(
            "select image from candidate where list_contains($names, candidate) and image is not null",
            {"names": list(names)})]
        existing = [image for image in images if Path(image).is_file()]
        if existing:
            place.image(existing, width=96)
        else:
            place.markdown(":gray[none]")
    if st.button(f"Apply to {seen.applies:,}", type="primary", disabled=not seen.applies, key="rule_apply"):
        count = review.apply(here.store, rule, reviewer)
        st.toast(f"{count:,} judged by the rule. Undo takes all of them back.")
        st.rerun(scope="app")
    if st.button("Undo my last step", key="rule_undo"):
        undone = review.undo(here.store, reviewer)
        st.toast(f"{len(undone.candidates):,} taken back." if undone else "There is nothing of yours left to undo.")
        st.rerun(scope="app")


@fragment
def concepts_view(here: Frame) -> None:
    """How far each concept is filled, the tail as it would be now, and what a next plan should make."""
    meters = review.meters(here.store)
    if meters.empty:
        st.info("No plan names concepts to fill yet. Make one on the Synthesize page.")
        return
    _tail_chart(meters)
    shown = meters.assign(share=(meters["filled"] / meters["target"].clip(lower=1)).clip(upper=1.0))
    st.dataframe(
        shown[["name", "perspective", "share", "have", "accepted", "rejected", "waiting", "target", "to_go", "rate",
               "state", "plan"]],
        hide_index=True, height=420, key="concepts",
        column_config={
            "name": "entity",
            "share": st.column_config.ProgressColumn("filled", format="percent", min_value=0, max_value=1),
            "have": "real images", "target": st.column_config.NumberColumn("wanted", format="%.0f"), "to_go": "to go",
            "rate": st.column_config.NumberColumn("accepted of judged", format="percent")})
    for plan in sorted(meters["plan"].unique()):
        needed = review.more_needed(here.store, int(plan))
        if len(needed):
            st.markdown(f"**Plan {plan}: {len(needed)} concepts stay short.** At the acceptance rate so far they need "
                        f"about {int(needed['to_make'].sum()):,} more candidates.")
            if st.button("Make more", icon=":material/brush:", key=f"more {plan}"):
                go("Synthesize", entities=",".join(str(e) for e in needed["entity"]), plan=int(plan))


def _tail_chart(meters: pd.DataFrame) -> None:
    """Instances per concept, most first: real after rebalancing, and with what was accepted."""
    import plotly.graph_objects as go_

    ranked = meters.sort_values(["filled", "name"], ascending=[False, True]).head(400)
    figure = go_.Figure([
        go_.Bar(x=ranked["name"].tolist(), y=ranked["have"].to_numpy(), name="kept, real", marker_color="#8a94a8"),
        go_.Bar(x=ranked["name"].tolist(), y=ranked["accepted"].to_numpy(), name="accepted, synthetic",
                marker_color="#2e9e6b"),
        go_.Scatter(x=ranked["name"].tolist(), y=ranked["target"].to_numpy(), name="wanted", mode="lines",
                    line={"color": "#d08a2e", "width": 1.5, "dash": "dot"})])
    figure.update_layout(barmode="stack", height=260, margin={"l": 40, "r": 10, "t": 10, "b": 40}, bargap=0.15,
                         yaxis_title="instances", legend={"orientation": "h", "y": 1.12})
    figure.update_xaxes(showticklabels=len(ranked) <= 60)
    st.plotly_chart(figure, key="tail_fills", config={"displayModeBar": False})


@fragment
def people_view(here: Frame, reviewer: str) -> None:
    """Agreement between reviewers, disputes and their last word, the newest verdicts."""
    pairs = review.agreement(here.store)
    if pairs:
        st.dataframe(pd.DataFrame([{"reviewers": f"{a.first} and {a.second}", "judged by both": a.pairs,
                                    "agree": a.share, "Cohen's kappa": a.kappa} for a in pairs]), hide_index=True,
                     column_config={"agree": st.column_config.NumberColumn(format="percent")}, key="pairs")
        st.caption("Kappa is agreement beyond chance; it is shown from 20 candidates judged by both.")
    else:
        st.markdown(":gray[No candidate has been judged by two people yet. 'second look' offers you, blind, what "
                    "others have judged.]")
    disputes = review.disputes(here.store)
    st.markdown(f"**{len(disputes):,} disputed**")
    for row in disputes.head(30).itertuples():
        picture, said, accept, reject = st.columns([1, 5, 1, 1], vertical_alignment="center")
        path = here.workspace.folder / str(here.store.value("select image from candidate where candidate = ?",
                                                            [row.candidate]))
        if path.is_file():
            picture.image(str(path), width=72)
        said.markdown(f"**{row.name}** · {row.candidate}  \n{row.verdicts}")
        for place, word in ((accept, "accept"), (reject, "reject")):
            if place.button(word.capitalize(), key=f"resolve {word} {row.candidate}", width="stretch"):
                review.resolve(here.store, row.candidate, word, reviewer)
                st.rerun(scope="app")
    st.markdown("**Newest verdicts**")
    st.dataframe(review.history(here.store).drop(columns=["undoes"]), hide_index=True, height=320, key="history")


def files_view(here: Frame) -> None:
    """Verdicts out and in, as CSV or JSON Lines."""
    out, into = st.columns(2, gap="large")
    with out:
        st.markdown("**Out:** one row per candidate with its verdict in force; blank means waiting.")
        for ending, name in (("csv", "CSV"), ("jsonl", "JSON Lines")):
            st.download_button(f"Download {name}", key=f"out {ending}", file_name=f"verdicts.{ending}",
                               data=functools.partial(_written, here, ending), on_click="ignore")
    with into:
        st.markdown("**In:** a file with at least candidate, judgement and reviewer. Importing twice changes nothing.")
        uploaded = st.file_uploader("Verdicts", type=["csv", "jsonl"], key="verdicts_file")
        if uploaded is not None and st.button("Import", type="primary", key="verdicts_import"):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / ("verdicts" + Path(uploaded.name).suffix)
                path.write_bytes(uploaded.getvalue())
                report = review.import_verdicts(here.store, path)
            st.success(f"{report.verdicts:,} taken in, {report.known:,} known already.")
            if report.refused:
                reasons = ", ".join(f"{n:,} {r.replace('_', ' ')}" for r, n in report.refused.items())
                st.warning(f"Set aside: {reasons}.  \n" + "  \n".join(report.examples))


def _written(here: Frame, ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"verdicts.{ending}"
        review.export_verdicts(here.store, path)
        return path.read_bytes()
