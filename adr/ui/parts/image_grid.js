// Tiles with an image and words; a click sends the id of one.
import { el } from "./elements.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".grid");
  root.style.setProperty("--least", `${data.least}px`);
  const old = new Map([...root.children].map((tile) => [tile.dataset.id, tile]));
  const tiles = data.tiles.map((item) => {
    const tile = old.get(item.id) ?? el("button");
    tile.onclick = () => setTriggerValue("picked", item.id);
    const shows = JSON.stringify(item);
    if (tile.shows === shows) return tile; // a grid that is drawn repeatedly decodes no image twice
    tile.shows = shows;
    fill(tile, item);
    return tile;
  });
  if (tiles.length !== root.children.length || tiles.some((tile, i) => tile !== root.children[i])) {
    root.replaceChildren(...tiles);
  }
}

function fill(tile, item) {
  tile.type = "button";
  tile.dataset.id = item.id;
  tile.className = item.chosen ? "tile chosen" : "tile";
  tile.title = item.note ? `${item.title}\n${item.note}` : item.title;
  const words = el("div", "words");
  for (const name of ["title", "note"]) if (item[name]) words.append(el("div", name, item[name]));
  tile.replaceChildren(image(item), words);
  if (item.badge) {
    const badge = el("span", "badge", item.badge);
    badge.style.setProperty("--tone", item.tone || "#5b6b8c");
    tile.append(badge);
  }
}

function image(item) {
  const box = el("div", "image");
  if (!item.image) {
    box.append(el("span", "instead", item.instead));
    return box;
  }
  const made = el("img");
  made.loading = "lazy";
  made.src = item.image;
  made.alt = item.alt || item.title;
  box.append(made);
  return box;
}
