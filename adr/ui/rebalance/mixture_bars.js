// One bar for each value of a mixture: before, after keep rule and caps, and wanted, which is dragged or typed. While
// the hand moves, the wanted shares are computed here; the exact answer of the server comes when it rests.
import { el } from "../parts/elements.js";

const boards = new WeakMap();
const whole = (value) => Math.round(value).toLocaleString("en-US");
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const typed = (share) => String(Number((100 * share).toFixed(2)));
const REST = 250; // milliseconds without a movement after which a step is sent
const SETTLED = 350; // milliseconds after an answer at which the rest of the page follows
const FIND = 12; // from how many values on there is a search box

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".mixture");
  let board = boards.get(root);
  const anew = !board;
  if (anew) {
    board = { root, rows: new Map(), moved: null, sent: 0, find: "" };
    boards.set(root, board);
    build(board);
  }
  board.data = data;
  board.send = setTriggerValue;
  if (board.title !== data.title) { board.title = data.title; board.moved = null; board.find = board.search.value = ""; }
  if (data.ack >= board.sent && !board.dirty) board.moved = null;
  if (board.moved) keepHold(board);
  if (!board.dirty) board.top = topOf(data);
  arrange(board);
  sides(board);
  show(board);
  root.dataset.ack = data.ack;
  settle(board);
  if (anew && hadFocus?.title === data.title && !hadFocus.root.isConnected) focusAgain(board);
  return () => clearTimeout(board.rest);
}

// A step that reaches the server while the page is drawn anew can replace the bars; the keyboard stays where it was.
let hadFocus = null;
function remember(board) {
  board.list.addEventListener("focusin", (event) => {
    const value = event.target.closest(".row")?.dataset.value;
    hadFocus = { root: board.root, title: board.data.title, value, part: event.target.className || "field" };
  });
  board.list.addEventListener("focusout", () => setTimeout(() => {
    if (board.root.isConnected && hadFocus?.root === board.root && !board.list.matches(":focus-within")) hadFocus = null;
  }));
}
function focusAgain(board) {
  const id = board.data.bars.findIndex((bar) => (bar.value ?? "") === hadFocus.value && !bar.rest);
  const made = board.rows.get(id);
  if (made) ({ track: made.track, lock: made.lock, release: made.release })[hadFocus.part]?.focus({ preventScroll: true });
  if (made && hadFocus.part === "field") made.input.focus({ preventScroll: true });
}

// Once the hand rests, the parts of the page above (see 3_Rebalance.py) catch up with what the bars show.
function settle(board) {
  clearTimeout(board.rest);
  if (!board.data.behind) return;
  board.rest = setTimeout(() => {
    if (!board.dirty && board.data.ack >= board.sent) board.send("settled", `${board.data.behind} ${board.data.ack}`);
  }, SETTLED);
}

// ---- built once

function build(board) {
  board.search = el("input", "find");
  board.search.type = "search";
  board.search.placeholder = "search values";
  board.search.setAttribute("aria-label", "search values");
  board.search.oninput = () => { board.find = board.search.value.trim().toLowerCase(); arrange(board); };
  board.legend = el("div", "legend");
  const head = el("div", "row head"), counts = el("div", "counts");
  counts.append(...["before", "now", "mixed"].map((text) => el("span", "", text)));
  head.append(el("span"), el("span"), el("span"), el("span"), counts);
  const tools = el("div", "tools");
  tools.append(board.search, board.legend);
  board.list = el("div", "list");
  remember(board);
  board.list.setAttribute("role", "list");
  board.total = el("div", "total");
  board.notices = el("div", "notices");
  board.notices.setAttribute("role", "status");
  board.sides = el("div", "sides");
  const bars = el("div", "bars");
  bars.append(tools, head, board.list, board.total, board.notices);
  board.root.append(bars, board.sides);
}

function row(board, id) {
  const box = el("div", "row");
  box.setAttribute("role", "listitem");
  const lock = el("button", "lock");
  lock.type = "button";
  lock.onclick = () => step(board, { action: "lock", value: one(board, id).value, on: !one(board, id).locked });
  const name = el("div", "name");
  const track = el("div", "track");
  const before = el("i", "before"), now = el("i", "now"), wanted = el("i", "wanted"), handle = el("b", "handle");
  track.append(before, now, wanted, handle);
  const field = el("label", "field");
  const input = el("input");
  input.type = "number";
  input.min = 0;
  input.step = "any";
  const unit = el("span");
  field.append(input, unit);
  const counts = el("div", "counts");
  const release = el("button", "release", "×");
  release.type = "button";
  release.onclick = () => step(board, { action: "release", value: one(board, id).value });
  box.append(lock, name, track, field, counts, release);
  const made = { box, lock, name, track, before, now, wanted, handle, input, unit, counts, release };
  listen(board, id, made);
  return made;
}

function listen(board, id, { track, input }) {
  const at = (event) => {
    const area = track.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - area.left) / Math.max(1, area.width)));
    return neat(board, part * board.top);
  };
  track.onpointerdown = (event) => {
    if (!movable(one(board, id)) || event.button) return;
    track.setPointerCapture(event.pointerId);
    drag(board, id, at(event));
  };
  track.onpointermove = (event) => { if (track.hasPointerCapture(event.pointerId)) drag(board, id, at(event)); };
  track.onpointerup = (event) => { if (track.hasPointerCapture(event.pointerId)) commit(board); };
  track.onpointercancel = () => { clearTimeout(board.timer); board.dirty = false; board.moved = null; show(board); };
  track.onkeydown = (event) => {
    const next = movable(one(board, id)) ? pressed(board, event, current(board, id)) : null;
    if (next === null) return;
    event.preventDefault();
    drag(board, id, next);
  };
  input.oninput = () => { input.dataset.typing = "yes"; };
  input.onblur = () => { delete input.dataset.typing; show(board); };
  input.onchange = () => {
    delete input.dataset.typing;
    const value = Number(input.value) / (board.data.mode === "rows" ? 1 : 100);
    if (input.value === "" || !(value >= 0)) { show(board); return; }
    drag(board, id, board.data.mode === "rows" ? Math.round(value) : Math.min(1, value));
    commit(board);
  };
}

// The value in hand may stand elsewhere in the server's next answer.
function keepHold(board) {
  const id = board.data.bars.findIndex((bar) => bar.value === board.moved.value && !bar.rest);
  board.moved = id < 0 ? null : { ...board.moved, id };
}

const one = (board, id) => board.data.bars[id];
const movable = (bar) => bar.value !== null && !bar.rest;
const neat = (board, amount) => (board.data.mode === "rows" ? Math.round(amount) : Math.round(1000 * amount) / 1000);
const amountOf = (board, bar) => (board.data.mode === "rows" ? bar.wanted : bar.share);
const current = (board, id) => (board.moved?.id === id ? board.moved.amount : amountOf(board, one(board, id)));

function pressed(board, event, now) {
  const rows = board.data.mode === "rows";
  const unit = rows ? Math.max(1, Math.round(board.top / 100)) : 0.01;
  const small = event.shiftKey ? (rows ? 1 : 0.001) : unit;
  const by = { ArrowRight: small, ArrowUp: small, ArrowLeft: -small, ArrowDown: -small, PageUp: 10 * unit, PageDown: -10 * unit };
  if (event.key in by) return Math.min(rows ? Infinity : 1, Math.max(0, neat(board, now + by[event.key])));
  return { Home: 0, End: rows ? board.top : 1 }[event.key] ?? null;
}

// The end of the axis: some room above the longest bar.
function topOf(data) {
  const rows = data.mode === "rows";
  const parts = data.bars.flatMap((bar) => (rows ? [bar.before, bar.pool, bar.wanted]
    : [bar.before / Math.max(1, data.before), bar.pool / Math.max(1, data.pool), bar.share]));
  const most = 1.25 * Math.max(rows ? 1 : 0.02, ...parts);
  return rows ? Math.ceil(most) : Math.min(1, Math.ceil(100 * most) / 100);
}

// ---- what the hand does

function drag(board, id, amount) {
  if (board.moved?.id === id && board.moved.amount === amount) return;
  board.dirty = true;
  clearTimeout(board.rest);
  board.moved = { id, amount, value: one(board, id).value };
  clearTimeout(board.timer);
  board.timer = setTimeout(() => commit(board), REST);
  if (board.frame) return;
  board.frame = requestAnimationFrame(() => { board.frame = null; show(board); });
}

function commit(board) {
  clearTimeout(board.timer);
  if (!board.dirty || !board.moved) return;
  board.dirty = false;
  const { id, amount } = board.moved;
  const rows = board.data.mode === "rows";
  step(board, { action: rows ? "rows" : "share", value: one(board, id).value, amount });
}

function step(board, what) {
  board.sent = Math.max(board.sent, board.data.ack) + 1;
  board.send("step", { ...what, number: board.sent });
}

// ---- what is shown

// The wanted amounts while a bar is moved: locked values keep theirs, the others share what is left (mixture_steps.py).
function amounts(board) {
  const { data, moved } = board;
  const shown = data.bars.map((bar) => amountOf(board, bar));
  if (!moved) return shown;
  if (data.mode === "rows") { shown[moved.id] = moved.amount; return shown; }
  const held = (bar, id) => id !== moved.id && bar.locked;
  const fixed = data.bars.reduce((sum, bar, id) => sum + (held(bar, id) ? bar.share : 0), 0);
  const weight = data.bars.reduce((sum, bar, id) => sum + (id === moved.id || held(bar, id) ? 0 : bar.share), 0);
  const room = Math.max(0, 1 - fixed);
  const given = weight > 0 ? Math.min(moved.amount, room) : room;
  return data.bars.map((bar, id) => (id === moved.id ? given : held(bar, id) ? bar.share
    : weight > 0 ? (bar.share * (room - given)) / weight : 0));
}

// How many rows there would be in all: exact but for whole rows and for caps that hold back repeated ones.
function totalOf(board, shown) {
  const { data } = board;
  if (!board.moved) return data.wanted;
  if (data.mode === "rows") return shown.reduce((sum, rows) => sum + rows, 0);
  if (data.size !== null) return data.size;
  const bounds = data.bars.flatMap((bar, id) => (bar.pool && shown[id] > 0 ? [(data.repeat * bar.pool) / shown[id]] : []));
  return bounds.length ? Math.min(...bounds) : 0;
}

function arrange(board) {
  const { data } = board;
  board.search.hidden = data.bars.length < FIND;
  const found = data.bars.map((bar, id) => id).filter((id) => data.bars[id].label.toLowerCase().includes(board.find));
  for (const id of found) if (!board.rows.has(id)) board.rows.set(id, row(board, id));
  const boxes = found.map((id) => board.rows.get(id).box);
  const same = boxes.length === board.list.children.length && boxes.every((box, i) => box === board.list.children[i]);
  if (!same) board.list.replaceChildren(...(boxes.length ? boxes : [el("div", "none", "No value matches.")]));
  const keys = [["before", "before"], ["now", "now, after keep rule and caps"], ["wanted", "wanted"]];
  if (!board.legend.children.length) board.legend.append(...keys.map(([name, text]) => el("span", name, text)));
}

function show(board) {
  const { data, root } = board;
  const shown = amounts(board), total = totalOf(board, shown), moving = Boolean(board.moved);
  for (const name of ["before", "after", "random"]) root.style.setProperty(`--${name}`, data.tones[name]);
  data.bars.forEach((bar, id) => { if (board.rows.has(id)) showRow(board, bar, id, shown[id], total); });
  board.total.textContent = `${moving ? "≈ " : ""}${whole(total)} rows wanted in all of ${whole(data.pool)} that keep rule and `
    + `caps leave${!moving && data.given !== data.wanted ? `; ${whole(data.given)} given` : ""}`;
  board.root.classList.toggle("moving", moving);
  if (moving && data.repeat === 1) kept(board, total, false);
  else if (!moving && data.behind) kept(board, data.kept, false);
  else if (board.told) kept(board, data.kept, true);
  if (!moving) root.dataset.painted = String(data.ack);
}

// The number in the bar of the page follows the hand as well (see kept.js).
function kept(board, size, exact) {
  board.told = !exact;
  window.dispatchEvent(new CustomEvent("adr-kept", { detail: { size, exact } }));
}

const part = (count, all) => `${whole(count)} rows (${percent(count / Math.max(1, all))})`;

function showRow(board, bar, id, amount, total) {
  const made = board.rows.get(id), { data } = board, rows = data.mode === "rows";
  const width = (value) => `${Math.min(100, (100 * value) / board.top)}%`;
  const of = (count, all) => (rows ? count : count / Math.max(1, all));
  made.before.style.width = width(of(bar.before, data.before));
  made.now.style.width = width(of(bar.pool, data.pool));
  made.wanted.style.width = width(amount);
  made.handle.style.left = width(amount);
  made.box.dataset.value = bar.value ?? "";
  made.box.classList.toggle("fixed", !movable(bar));
  made.box.classList.toggle("named", bar.named);
  made.box.classList.toggle("locked", bar.locked);
  if (made.name.textContent !== bar.label) made.name.textContent = made.name.title = bar.label;
  made.track.title = `before ${part(bar.before, data.before)}, now ${part(bar.pool, data.pool)}`;
  showTrack(made, bar, amount, rows ? amount : amount * total, rows);
  showLock(made, bar, rows);
  if (!made.input.dataset.typing) made.input.value = rows ? Math.round(amount) : typed(amount);
  made.input.disabled = !movable(bar);
  made.input.setAttribute("aria-label", `wanted ${rows ? "rows" : "share in percent"} of ${bar.label}`);
  made.unit.textContent = rows ? "rows" : "%";
  showCounts(board, made, bar, rows ? amount : amount * total);
}

function showTrack(made, bar, amount, count, rows) {
  const { track } = made;
  if (!movable(bar)) { for (const name of ["role", "tabindex", "aria-label"]) track.removeAttribute(name); return; }
  const said = rows ? `${whole(amount)} rows` : `${percent(amount)}, ${whole(count)} rows`;
  const told = { role: "slider", tabindex: 0, "aria-label": `wanted ${rows ? "rows" : "share"} of ${bar.label}`,
    "aria-valuemin": 0, "aria-valuemax": rows ? Math.max(bar.pool, Math.round(amount)) : 100,
    "aria-valuenow": rows ? Math.round(amount) : typed(amount), "aria-valuetext": said };
  for (const [name, value] of Object.entries(told)) track.setAttribute(name, value);
}

function showLock(made, bar, rows) {
  const { lock, release } = made;
  lock.style.visibility = movable(bar) && !rows ? "" : "hidden";
  lock.setAttribute("aria-pressed", String(bar.locked));
  lock.setAttribute("aria-label", `lock the share of ${bar.label}`);
  lock.title = bar.locked ? "Locked: keeps its share while others are moved. Click to unlock." : "Lock: keep this share while others are moved.";
  release.style.visibility = movable(bar) && bar.named ? "" : "hidden";
  release.setAttribute("aria-label", `release ${bar.label}`);
  release.title = rows ? "Release: it keeps all its rows." : "Release: it takes its part, in proportion to its rows, of what the named shares leave.";
}

function showCounts(board, made, bar, count) {
  const now = board.moved ? `≈ ${whole(count)}` : whole(bar.wanted);
  const short = !board.moved && bar.given < bar.wanted;
  const said = `${whole(bar.before)}|${whole(bar.pool)}|${short ? `${whole(bar.given)} of ${now}` : now}`;
  if (made.said === said) return;
  made.said = said;
  const [before, pool, wanted] = said.split("|").map((text) => el("span", "", text));
  wanted.className = short ? "short" : "with";
  before.title = "instances before";
  pool.title = "rows after keep rule and caps";
  wanted.title = short ? "rows given, of those wanted" : "rows with this mixture";
  made.counts.replaceChildren(before, pool, wanted);
}

// The other perspectives: before, after keep rule and caps, with the mixture, random.
function sides(board) {
  const { data } = board;
  board.notices.replaceChildren(...data.notices.map((text) => el("p", "", text)));
  const heads = ["", "before", "now", "mixed", "random"];
  board.sides.replaceChildren(...data.sides.map((side) => {
    const table = el("table");
    table.style.setProperty("--tone", side.color);
    const head = el("tr");
    for (const text of heads) head.append(el("th", "", text));
    head.firstChild.textContent = side.title;
    head.firstChild.className = "side";
    table.append(head);
    for (const line of side.numbers) {
      const tr = el("tr");
      const label = el("td", "", line.label);
      label.title = line.hint;
      tr.append(label, ...line.values.map((value, i) => el("td", heads[i + 1], value)));
      table.append(tr);
    }
    return table;
  }));
}
