"""A grid of pictures to look at and to click: one component for all, whatever their number.

Knows nothing of what the tiles stand for.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

_CSS = """
.grid { display: grid; gap: 0.6rem; grid-template-columns: repeat(auto-fill, minmax(var(--least), 1fr)); }
.tile { appearance: none; padding: 0; border: 1px solid var(--st-border-color); border-radius: 0.5rem; overflow: hidden;
  background: var(--st-secondary-background-color); color: var(--st-text-color); font: inherit; text-align: left;
  cursor: pointer; display: flex; flex-direction: column; min-width: 0; position: relative; }
.tile:hover, .tile:focus-visible { border-color: var(--st-primary-color); outline: none;
  box-shadow: 0 0 0 1px var(--st-primary-color); }
.tile.chosen { border-color: var(--st-primary-color); box-shadow: 0 0 0 2px var(--st-primary-color); }
.picture { aspect-ratio: 4 / 3; width: 100%; display: flex; align-items: center; justify-content: center;
  background: color-mix(in srgb, var(--st-text-color) 5%, transparent); overflow: hidden; }
.picture img { width: 100%; height: 100%; object-fit: contain; display: block; }
.instead { font-size: 0.75rem; opacity: 0.6; padding: 0.5rem; text-align: center; }
.words { padding: 0.4rem 0.55rem 0.5rem; font-size: 0.78rem; line-height: 1.3; }
.title { font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.note { opacity: 0.72; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden;
  overflow-wrap: anywhere; }
.badge { position: absolute; top: 0.4rem; right: 0.4rem; font-size: 0.7rem; font-weight: 600; padding: 0.08rem 0.4rem;
  border-radius: 0.8rem; background: var(--tone, #5b6b8c); color: #fff; }
"""

_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".grid")
  root.style.setProperty("--least", `${data.least}px`)
  const old = new Map([...root.children].map((tile) => [tile.dataset.id, tile]))
  const tiles = data.tiles.map((item) => {
    const tile = old.get(item.id) ?? document.createElement("button")
    tile.onclick = () => setTriggerValue("picked", item.id)
    const shows = JSON.stringify(item)
    if (tile.shows === shows) return tile       // a grid that is asked again and again decodes no picture twice
    tile.shows = shows
    tile.type = "button"
    tile.dataset.id = item.id
    tile.className = item.chosen ? "tile chosen" : "tile"
    tile.title = item.note ? `${item.title}\\n${item.note}` : item.title
    const picture = document.createElement("div")
    picture.className = "picture"
    if (item.image) {
      const image = document.createElement("img")
      image.src = item.image
      image.alt = item.alt || item.title
      image.loading = "lazy"
      picture.append(image)
    } else {
      const instead = document.createElement("span")
      instead.className = "instead"
      instead.textContent = item.instead
      picture.append(instead)
    }
    const words = document.createElement("div")
    words.className = "words"
    for (const name of ["title", "note"]) {
      if (!item[name]) continue
      const line = document.createElement("div")
      line.className = name
      line.textContent = item[name]
      words.append(line)
    }
    tile.replaceChildren(picture, words)
    if (item.badge) {
      const badge = document.createElement("span")
      badge.className = "badge"
      badge.style.setProperty("--tone", item.tone || "#5b6b8c")
      badge.textContent = item.badge
      tile.append(badge)
    }
    return tile
  })
  if (tiles.length !== root.children.length || tiles.some((tile, i) => tile !== root.children[i])) {
    root.replaceChildren(...tiles)
  }
}
"""

_GRID = st.components.v2.component("adr_image_grid", html='<div class="grid"></div>', css=_CSS, js=_JS)


@dataclass(frozen=True)
class Tile:
    """One picture. image: a data URL, or None: then `instead` is written in its place."""

    id: str
    title: str
    image: str | None = None
    note: str = ""
    instead: str = "no picture"
    badge: str = ""
    tone: str = ""  # colour of the badge
    alt: str = ""
    chosen: bool = False


def image_grid(tiles: Sequence[Tile], *, key: str, least: int = 150) -> str | None:
    """Draw the tiles, each at least `least` pixels wide; returns the id of the one just clicked, else None."""
    if not tiles:
        return None
    result = _GRID(
        data={"tiles": [asdict(tile) for tile in tiles], "least": least}, key=key, on_picked_change=lambda: None
    )
    picked = result.get("picked")
    return str(picked) if picked is not None else None
