"""A page of entities as a table to sort, to open and to choose from.

Sorting asks the database, so that it sorts all entities and not only those that are shown. Knows nothing of the
question behind the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from adr.explore.entities import Entity
from adr.ui.parts.charts import HEAD_COLOR, TAIL_COLOR

_CSS = """
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; color: var(--st-text-color);
  font-family: var(--st-font); table-layout: fixed; }
th { text-align: left; font-weight: 500; padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--st-border-color);
  color: color-mix(in srgb, var(--st-text-color) 65%, transparent); white-space: nowrap; }
th button { all: unset; cursor: pointer; padding: 0.1rem 0; }
th button:hover, th button:focus-visible { color: var(--st-primary-color); text-decoration: underline; }
td { padding: 0.28rem 0.6rem; border-bottom: 1px solid color-mix(in srgb, var(--st-text-color) 8%, transparent);
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
tr:hover td { background: color-mix(in srgb, var(--st-primary-color) 7%, transparent); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.tick { width: 1.4rem; } .rank { width: 5.2rem; } .count { width: 6.5rem; } .part { width: 4.2rem; }
.bar { width: 26%; }
.bar div { height: 0.5rem; border-radius: 0.25rem; min-width: 2px; }
.name button { all: unset; cursor: pointer; font-weight: 500; max-width: 100%; overflow: hidden;
  text-overflow: ellipsis; display: block; }
.name button:hover, .name button:focus-visible { color: var(--st-primary-color); text-decoration: underline; }
.tag { font-size: 0.75rem; font-weight: 600; }
"""

_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue, setStateValue } = component
  const root = parentElement.querySelector(".scroll")
  const make = (name, text, kind) => {
    const made = document.createElement(name)
    if (text !== undefined) made.textContent = text
    if (kind) made.className = kind
    return made
  }
  const button = (text, act, says) => {
    const made = make("button", text)
    made.type = "button"
    if (says) made.title = says
    made.onclick = act
    return made
  }
  const chosen = new Set(data.chosen)
  const tell = () => setStateValue("chosen", [...chosen])
  const table = make("table")
  const head = make("tr")
  const all = make("input")
  all.type = "checkbox"
  all.setAttribute("aria-label", "Choose all on this page")
  all.checked = data.rows.length > 0 && data.rows.every((row) => chosen.has(row.entity))
  all.onchange = () => {
    for (const row of data.rows) all.checked ? chosen.add(row.entity) : chosen.delete(row.entity)
    for (const box of table.querySelectorAll("td input")) box.checked = all.checked
    tell()
  }
  const first = make("th", undefined, "tick")
  first.append(all)
  head.append(first)
  for (const column of data.columns) {
    const cell = make("th", undefined, column.kind)
    if (column.order) {
      const now = data.order === column.order || data.order === column.back
      const arrow = !now ? "" : data.order === column.order ? " ↓" : " ↑"
      const next = data.order === column.order ? column.back : column.order
      cell.append(button(column.label + arrow, () => setTriggerValue("order", next), "Sort all entities"))
    } else cell.textContent = column.label
    head.append(cell)
  }
  table.append(make("thead"), make("tbody"))
  table.children[0].append(head)
  for (const row of data.rows) {
    const line = make("tr")
    const tick = make("td", undefined, "tick")
    const box = make("input")
    box.type = "checkbox"
    box.checked = chosen.has(row.entity)
    box.setAttribute("aria-label", `Choose ${row.name}`)
    box.onchange = () => { box.checked ? chosen.add(row.entity) : chosen.delete(row.entity); tell() }
    tick.append(box)
    const name = make("td", undefined, "name")
    name.append(button(row.name, () => setTriggerValue("opened", row.name), row.name))
    const bar = make("td", undefined, "bar")
    const fill = make("div")
    fill.style.width = `${row.bar}%`
    fill.style.background = row.tail ? data.tail : data.head
    bar.append(fill)
    const part = make("td", undefined, "part")
    const tag = make("span", row.tail ? "tail" : "head", "tag")
    tag.style.color = row.tail ? data.tail : data.head
    part.append(tag)
    line.append(tick, make("td", row.rank.toLocaleString("en"), "number rank"), name,
      make("td", row.n.toLocaleString("en"), "number count"), bar, part)
    table.children[1].append(line)
  }
  root.replaceChildren(table)
}
"""

_TABLE = st.components.v2.component("adr_entity_table", html='<div class="scroll"></div>', css=_CSS, js=_JS)


@dataclass(frozen=True)
class TableEvent:
    """What the visitor has just done: opened an entity (its name), asked for another order; and what is chosen."""

    opened: str | None
    order: str | None
    chosen: list[int]


def entity_table(entities: Sequence[Entity], *, order: str, head_rank: int, top: int, key: str) -> TableEvent:
    """Draw entities as rows; bars are relative to `top`, a count. `chosen` holds entity numbers, over all pages."""
    chosen = [int(number) for number in st.session_state.get(key, {}).get("chosen") or []]
    rows = [
        {
            "entity": e.entity,
            "rank": e.rank,
            "name": e.name,
            "n": e.n,
            "tail": e.rank > head_rank,
            "bar": round(100 * e.n / max(top, 1), 2),
        }
        for e in entities
    ]
    columns = [
        {"label": "Rank", "kind": "number rank", "order": "head", "back": "tail"},
        {"label": "Entity", "kind": "name", "order": "name", "back": "name_down"},
        {"label": "Instances", "kind": "number count", "order": "head", "back": "tail"},
        {"label": "", "kind": "bar"},
        {"label": "Part", "kind": "part"},
    ]
    result = _TABLE(
        data={
            "rows": rows,
            "columns": columns,
            "order": order,
            "chosen": chosen,
            "head": HEAD_COLOR,
            "tail": TAIL_COLOR,
        },
        key=key,
        on_opened_change=lambda: None,
        on_order_change=lambda: None,
        on_chosen_change=lambda: None,
    )
    return TableEvent(result.get("opened"), result.get("order"), [int(n) for n in result.get("chosen") or chosen])
