// Tiles with an image and words; a click sends the id of one. Boxes on them send the ids that are ticked.
import { el } from "./elements.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".grid");
  root.style.setProperty("--least", `${data.least}px`);
  const old = new Map([...root.children].map((cell) => [cell.dataset.id, cell]));
  const cells = data.tiles.map((item) => {
    const cell = old.get(item.id) ?? emptyCell(item.id);
    const tile = cell.firstChild;
    tile.onclick = () => setTriggerValue("picked", item.id);
    const shows = JSON.stringify(item);
    if (tile.shows === shows) return cell; // a grid that is drawn repeatedly decodes no image twice
    tile.shows = shows;
    fill(tile, item);
    return cell;
  });
  if (cells.length !== root.children.length || cells.some((cell, i) => cell !== root.children[i])) {
    root.replaceChildren(...cells);
    root.sent = null;
    root.last = null;
  }
  if (data.ticked) drawTicks(root, cells, data, (ids) => setTriggerValue("ticked", ids));
}

function emptyCell(id) {
  const cell = el("div", "cell");
  cell.dataset.id = id;
  cell.append(el("button"));
  return cell;
}

// What was ticked here stays until the page has answered to the last tick: an answer to an earlier one undoes no later.
function drawTicks(root, cells, data, send) {
  if (root.sent === null || root.sent === undefined || root.sent === JSON.stringify(data.ticked)) {
    root.sent = null;
    root.ticked = new Set(data.ticked);
  }
  const titles = new Map(data.tiles.map((item) => [item.id, item.title]));
  cells.forEach((cell, at) => {
    const box = cell.querySelector(".tick input") ?? newBox(cell);
    box.setAttribute("aria-label", `Select ${titles.get(cell.dataset.id)}`);
    show(cell, box, root.ticked.has(cell.dataset.id));
    box.onclick = (event) => tick(root, cells, at, event.shiftKey, send);
  });
}

function newBox(cell) {
  const label = el("label", "tick");
  const box = el("input");
  box.type = "checkbox";
  label.append(box);
  label.onmousedown = (event) => event.shiftKey && event.preventDefault(); // shift would mark text
  cell.append(label);
  return box;
}

function show(cell, box, on) {
  box.checked = on;
  cell.classList.toggle("ticked", on);
}

function tick(root, cells, at, reaches, send) {
  const on = !root.ticked.has(cells[at].dataset.id);
  const from = reaches && root.last !== null && root.last !== undefined ? root.last : at;
  for (let i = Math.min(from, at); i <= Math.max(from, at); i += 1) {
    const { id } = cells[i].dataset;
    if (on) root.ticked.add(id);
    else root.ticked.delete(id);
    show(cells[i], cells[i].querySelector(".tick input"), on);
  }
  root.last = at;
  const wanted = cells.map((cell) => cell.dataset.id).filter((id) => root.ticked.has(id));
  root.sent = JSON.stringify(wanted);
  send(wanted);
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
