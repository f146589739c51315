// Sixty candidates at a time: select by click, shift-click or all, then judge the selection in one step.
import { el } from "../parts/elements.js";
import { button, elsewhere, session, typing } from "./keys.js";

const instances = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let me = instances.get(parentElement);
  if (!me) {
    me = { chosen: new Set(), all: false, last: null, waiting: [], number: 0, mark: session(), shown: null };
    instances.set(parentElement, me);
    me.onKey = (event) => key(event, me);
    document.addEventListener("keydown", me.onKey);
  }
  me.data = data;
  me.send = setTriggerValue;
  me.root = parentElement.querySelector("#grid");
  if (me.shown !== data.version) {
    me.shown = data.version;
    me.sent = null;
    me.chosen = new Set();
    me.all = false;
    me.last = null;
    draw(me);
    if (me.waiting.length) act(me, ...me.waiting.shift());
  }
  me.root.dataset.ack = data.ack ?? "";
  return () => {
    document.removeEventListener("keydown", me.onKey);
    instances.delete(parentElement);
  };
}

// While an answer is outstanding, a judgement would fall on a selection that is about to change, so it is ignored; undo
// and turning the page wait.
function act(me, action, more = {}) {
  const judging = ["accept", "reject", "unsure"].includes(action);
  if (me.sent) {
    if (!judging) me.waiting.push([action, more]);
    return;
  }
  if (judging && !me.all && me.chosen.size === 0) return;
  me.number += 1;
  me.sent = `${me.mark}-${me.number}`;
  me.send("step", { action, number: me.sent, all: me.all, candidates: [...me.chosen], ...more });
}

function key(event, me) {
  if (typing(event) || elsewhere(event)) return;
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (pressed === "a") act(me, "accept");
  else if (pressed === "x") act(me, "reject");
  else if (pressed === "u") act(me, "unsure");
  else if (pressed === "z") act(me, "undo");
  else if (pressed === "p") choosePage(me);
  else if (pressed === "Escape") clear(me);
  else if (pressed === "ArrowRight") act(me, "next");
  else if (pressed === "ArrowLeft") act(me, "previous");
  else return;
  event.preventDefault();
}

function pick(me, index, event) {
  const tiles = me.data.tiles;
  me.all = false;
  if (event.shiftKey && me.last !== null) {
    const [from, to] = [Math.min(me.last, index), Math.max(me.last, index)];
    for (let i = from; i <= to; i += 1) me.chosen.add(tiles[i].candidate);
  } else {
    const name = tiles[index].candidate;
    if (me.chosen.has(name)) me.chosen.delete(name); else me.chosen.add(name);
    me.last = index;
  }
  mark(me);
}

function choosePage(me) {
  for (const tile of me.data.tiles) me.chosen.add(tile.candidate);
  mark(me);
}

function chooseAll(me) {
  me.all = true;
  mark(me);
}

function clear(me) {
  me.chosen.clear();
  me.all = false;
  mark(me);
}

function mark(me) {
  for (const tile of me.root.querySelectorAll(".tile")) {
    const on = me.all || me.chosen.has(tile.dataset.candidate);
    tile.classList.toggle("on", on);
    tile.setAttribute("aria-pressed", String(on));
  }
  const count = me.all ? me.data.total : me.chosen.size;
  me.root.querySelector(".count").textContent =
    count ? `${count.toLocaleString("en")} selected` : "Nothing selected: click, shift-click, or P for the whole page";
  for (const made of me.root.querySelectorAll(".judge")) made.disabled = count === 0;
}

function draw(me) {
  const { data, root } = me;
  const tiles = el("div", "tiles");
  data.tiles.forEach((tile, index) => {
    const made = el("button", "tile");
    made.dataset.candidate = tile.candidate;
    if (tile.image) {
      const image = el("img");
      image.src = tile.image;
      image.alt = tile.name;
      made.append(image);
    } else made.append(el("span", "instead", "text only"));
    if (tile.judgement) made.append(el("span", `stamp ${tile.judgement}`, tile.judgement));
    const line = el("span", "line");
    line.append(el("b", "", tile.name), el("span", "", tile.score));
    made.append(line);
    if (tile.words) made.append(el("span", "words", tile.words));
    if (tile.flags) made.append(el("span", "flags", tile.flags));
    made.title = tile.says;
    made.onclick = (event) => pick(me, index, event);
    made.ondblclick = () => act(me, "open", { candidates: [tile.candidate] });
    tiles.append(made);
  });
  const row = el("div", "row");
  row.append(
    button("Accept", "A", "accept judge", () => act(me, "accept")),
    button("Reject", "X", "reject judge", () => act(me, "reject")),
    button("Unsure", "U", "unsure judge", () => act(me, "unsure")),
    button("Undo", "Z", "quiet", () => act(me, "undo")),
    button("Select the page", "P", "quiet", () => choosePage(me)),
    button(`Select all ${data.total.toLocaleString("en")} in the filter`, "", "quiet", () => chooseAll(me)),
    button("Clear", "Esc", "quiet", () => clear(me)),
    el("span", "count"));
  const pages = el("div", "row pages");
  const back = button("Previous", "←", "quiet", () => act(me, "previous"));
  const next = button("Next", "→", "quiet", () => act(me, "next"));
  back.disabled = data.page <= 0;
  next.disabled = data.page >= data.pages - 1;
  pages.append(back, el("span", "", `Page ${data.page + 1} of ${Math.max(1, data.pages)}`), next,
    el("span", "hint", "Double-click a tile to open it"));
  const said = el("div", "said", data.said);
  root.replaceChildren(row, said, tiles, pages);
  mark(me);
}
