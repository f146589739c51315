"""Small pieces that many pages show: numbers with their meaning, entities as chips to click, curves at a glance.

Knows nothing of where the numbers come from.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import streamlit as st

from adr.ui.parts.charts import HEAD_COLOR, TAIL_COLOR

_CHIPS_CSS = """
.group { display: flex; gap: 0.35rem; flex-wrap: wrap; align-items: center; margin-bottom: 0.55rem; }
.label { font-size: 0.78rem; font-weight: 600; flex: 0 0 100%; }
.chip { appearance: none; font: inherit; font-size: 0.82rem; color: var(--st-text-color); cursor: pointer;
  background: color-mix(in srgb, var(--tone) 12%, transparent); max-width: 100%;
  border: 1px solid color-mix(in srgb, var(--tone) 45%, transparent); border-radius: 1rem; padding: 0.1rem 0.6rem;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip:hover, .chip:focus-visible { background: color-mix(in srgb, var(--tone) 30%, transparent); outline: none; }
.chip.chosen { background: var(--tone); color: #fff; }
.chip small { opacity: 0.7; margin-left: 0.35rem; font-variant-numeric: tabular-nums; }
.none { font-size: 0.82rem; opacity: 0.6; }
"""

_CHIPS_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".chips")
  root.replaceChildren(...data.groups.map((group) => {
    const row = document.createElement("div")
    row.className = "group"
    row.style.setProperty("--tone", group.color)
    if (group.label) {
      const label = document.createElement("span")
      label.className = "label"
      label.style.color = group.color
      label.textContent = group.label
      row.append(label)
    }
    for (const item of group.chips) {
      const chip = document.createElement("button")
      chip.type = "button"
      chip.className = item.chosen ? "chip chosen" : "chip"
      chip.title = item.hint
      if (item.tone) chip.style.setProperty("--tone", item.tone)
      chip.append(item.label)
      if (item.note) {
        const note = document.createElement("small")
        note.textContent = item.note
        chip.append(note)
      }
      chip.onclick = () => setTriggerValue("picked", item.id)
      row.append(chip)
    }
    if (!group.chips.length) {
      const none = document.createElement("span")
      none.className = "none"
      none.textContent = group.none
      row.append(none)
    }
    return row
  }))
}
"""

_CHIPS = st.components.v2.component("adr_chips", html='<div class="chips"></div>', css=_CHIPS_CSS, js=_CHIPS_JS)

_CURVES_CSS = """
.cards { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); }
.card { appearance: none; font: inherit; text-align: left; color: var(--st-text-color); cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: 0.6rem; background: var(--st-background-color);
  padding: 0.7rem 0.9rem 0.6rem; display: flex; flex-direction: column; gap: 0.15rem; }
.card:hover, .card:focus-visible { border-color: var(--tone); box-shadow: 0 0 0 1px var(--tone); outline: none; }
.title { font-weight: 600; font-size: 0.95rem; color: var(--tone); }
.what { font-size: 0.78rem; opacity: 0.65; margin-bottom: 0.2rem; }
svg { width: 100%; height: 110px; display: block; overflow: visible; }
.figure { font-size: 0.82rem; font-variant-numeric: tabular-nums; }
.figure b { font-weight: 600; }
.top { font-size: 0.78rem; opacity: 0.72; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
"""

_CURVES_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".cards")
  const svgns = "http://www.w3.org/2000/svg"
  const shape = (name, attributes) => {
    const made = document.createElementNS(svgns, name)
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
    return made
  }
  const line = (text, kind) => {
    const made = document.createElement("div")
    made.className = kind
    made.textContent = text
    return made
  }
  root.replaceChildren(...data.cards.map((card) => {
    const box = document.createElement("button")
    box.type = "button"
    box.className = "card"
    box.style.setProperty("--tone", card.color)
    const svg = shape("svg", { viewBox: "0 0 200 100", preserveAspectRatio: "none", "aria-hidden": "true" })
    const draw = (points, color) => {
      if (points.length < 1) return
      const path = points.map(([x, y]) => `${(x * 200).toFixed(1)},${(100 - y * 96).toFixed(1)}`)
      svg.append(shape("polygon", { fill: color, "fill-opacity": "0.16",
        points: `${path.join(" ")} ${points.at(-1)[0] * 200},100 ${points[0][0] * 200},100` }))
      svg.append(shape("polyline", { points: path.join(" "), fill: "none", stroke: color, "stroke-width": "2.2",
        "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round" }))
    }
    draw(card.head, data.head)
    draw(card.tail, data.tail)
    svg.append(shape("line", { x1: 0, x2: 200, y1: 100, y2: 100, stroke: "currentColor", "stroke-opacity": "0.25",
      "vector-effect": "non-scaling-stroke" }))
    box.append(line(card.title, "title"), line(card.what, "what"), svg)
    for (const text of card.figures) box.append(line(text, "figure"))
    if (card.top) box.append(line(card.top, "top"))
    box.onclick = () => setTriggerValue("picked", card.id)
    return box
  }))
}
"""

_CURVES = st.components.v2.component(
    "adr_curve_cards", html='<div class="cards"></div>', css=_CURVES_CSS, js=_CURVES_JS
)

_STAGES_CSS = """
.stages { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 0.5rem; }
.stage { appearance: none; font: inherit; text-align: left; color: var(--st-text-color); cursor: pointer;
  border: 1px solid var(--st-border-color); border-top: 3px solid var(--tone); border-radius: 0.45rem;
  background: var(--st-background-color); padding: 0.5rem 0.75rem 0.55rem; min-width: 0; }
.stage:hover, .stage:focus-visible { border-color: var(--tone); outline: none;
  background: var(--st-secondary-background-color); }
.stage.done { --tone: #24a37a; } .stage.next { --tone: var(--st-primary-color); }
.stage.later { --tone: color-mix(in srgb, var(--st-text-color) 25%, transparent); }
.name { font-weight: 600; font-size: 0.92rem; }
.says { font-size: 0.8rem; opacity: 0.72; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
"""

_STAGES_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".stages")
  root.replaceChildren(...data.stages.map((stage) => {
    const box = document.createElement("button")
    box.type = "button"
    box.className = `stage ${stage.state}`
    for (const kind of ["name", "says"]) {
      const line = document.createElement("div")
      line.className = kind
      line.textContent = stage[kind]
      box.append(line)
    }
    box.title = `${stage.name}: ${stage.says}`
    box.onclick = () => setTriggerValue("picked", stage.name)
    return box
  }))
}
"""

_STAGES = st.components.v2.component("adr_stages", html='<div class="stages"></div>', css=_STAGES_CSS, js=_STAGES_JS)


@dataclass(frozen=True)
class Stage:
    """One stage of the way. state: 'done', 'next' or 'later'."""

    name: str
    says: str
    state: str


@dataclass(frozen=True)
class Chip:
    """Something small to click. tone: its own colour where it differs from the group's."""

    id: str
    label: str
    note: str = ""
    hint: str = ""
    tone: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class ChipGroup:
    """Chips of one colour under one label; `none` is said where there are none."""

    label: str
    color: str
    chips: list[Chip] = field(default_factory=list)
    none: str = "none"


@dataclass(frozen=True)
class CurveCard:
    """A curve at a glance: points of head and tail in the unit square (x right, y up), and what is said of it."""

    id: str
    title: str
    what: str
    color: str
    head: list[tuple[float, float]]
    tail: list[tuple[float, float]]
    figures: list[str]
    top: str = ""


def chips(groups: Sequence[ChipGroup], *, key: str) -> str | None:
    """Draw groups of chips; returns the id of the one just clicked, else None."""
    result = _CHIPS(data={"groups": [asdict(group) for group in groups]}, key=key, on_picked_change=lambda: None)
    picked = result.get("picked")
    return str(picked) if picked is not None else None


def curve_cards(cards: Sequence[CurveCard], *, key: str) -> str | None:
    """Draw curves at a glance side by side; returns the id of the one just clicked, else None."""
    result = _CURVES(
        data={"cards": [asdict(card) for card in cards], "head": HEAD_COLOR, "tail": TAIL_COLOR},
        key=key,
        on_picked_change=lambda: None,
    )
    picked = result.get("picked")
    return str(picked) if picked is not None else None


def stage_strip(stages: Sequence[Stage], *, key: str) -> str | None:
    """Draw the stages in their order; returns the name of the one just clicked, else None."""
    result = _STAGES(data={"stages": [asdict(stage) for stage in stages]}, key=key, on_picked_change=lambda: None)
    picked = result.get("picked")
    return str(picked) if picked is not None else None


def plain(text: str) -> str:
    """`text` so that Streamlit shows it letter by letter where it would read Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#|$~<>:&])", r"\\\1", text)


def figures(items: Sequence[tuple[str, str, str]]) -> None:
    """A row of numbers: (number, what it counts, one sentence shown when pointed at)."""
    cells = "".join(
        f'<div class="adr-figure" title="{html.escape(hint, quote=True)}"><b>{html.escape(number)}</b>'
        f"<span>{html.escape(meaning)}</span></div>"
        for number, meaning, hint in items
    )
    st.html(f"""<style>
        .adr-figures {{ display: flex; flex-wrap: wrap; gap: 0.4rem 1.8rem; margin: 0 0 0.2rem; }}
        .adr-figure {{ display: flex; flex-direction: column; line-height: 1.25; cursor: default; }}
        .adr-figure b {{ font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }}
        .adr-figure span {{ font-size: 0.8rem; opacity: 0.7; }}
        </style><div class="adr-figures">{cells}</div>""")
