// Four sliders with their curves. While a slider is dragged the curves follow at once, from a coarse grid of curves
// that the server sent for it; the exact answer comes on release.
import { el } from "../parts/elements.js";

const boards = new WeakMap();
const whole = (value) => Math.round(value).toLocaleString("en-US");
const percent = (value, digits = 1) => `${(100 * value).toFixed(digits)} %`;
const STEPS = 1000;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".board");
  let board = boards.get(root);
  if (!board) {
    board = { root, rows: new Map(), grids: new Map(), asked: new Set(), sent: 0, moved: new Map(), timer: null };
    boards.set(root, board);
    build(board, data);
    board.observer = new ResizeObserver(() => paintAll(board));
    board.observer.observe(root);
  }
  board.data = data;
  board.send = setTriggerValue;
  if (data.grid) {
    board.grids.set(data.grid.key, data.grid);
    if (board.grids.size > 24) board.grids.delete(board.grids.keys().next().value);
  }
  if (data.ack >= board.sent && !board.dirty) board.moved.clear();
  showLegend(board);
  show(board);
  root.dataset.ack = data.ack;
  settle(board);
  return () => {};
}

// ---- built once

function build(board, data) {
  const { root } = board;
  board.total = el("div", "total");
  const left = el("div");
  board.size = el("div", "size");
  board.of = el("div", "of");
  left.append(board.size, board.of);
  board.facts = el("div", "facts");
  board.bar = el("div", "bar");
  board.bar.append(el("i"), el("u"));
  board.total.append(left, board.facts, board.bar);
  board.legend = el("div", "legend");
  root.append(board.total, board.legend);
  for (const one of data.perspectives) root.append(row(board, one));
}

function row(board, one) {
  const box = el("div", "row");
  box.style.setProperty("--tone", one.color);
  box.dataset.perspective = one.id;
  const control = el("div", "control");
  const name = el("label", "name");
  const on = el("input");
  on.type = "checkbox";
  on.onchange = () => step(board, { action: "use", perspective: one.id, on: on.checked });
  name.append(on, one.title);
  const what = el("div", "what", one.what);
  const slider = el("input");
  slider.type = "range";
  slider.min = 0;
  slider.max = STEPS;
  slider.setAttribute("aria-label", `τ of ${one.title}`);
  const given = el("div", "given");
  const countLabel = el("label", "", "τ");
  const count = el("input", "count");
  count.type = "number";
  count.min = 0;
  count.setAttribute("aria-label", `τ of ${one.title} as a count`);
  countLabel.append(count);
  const shareLabel = el("label", "", "tail");
  const share = el("input", "share");
  share.type = "number";
  share.min = 0;
  share.max = 100;
  share.step = 0.5;
  share.setAttribute("aria-label", `tail share of ${one.title} in percent`);
  shareLabel.append(share, "%");
  given.append(countLabel, shareLabel);
  control.append(name, what, slider, given);
  const canvas = el("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `counts by rank of ${one.title}: before, after, random; drag to move τ`);
  const numbers = el("div", "numbers");
  box.append(control, canvas, numbers);
  const made = { box, on, slider, count, share, countLabel, shareLabel, canvas, numbers, cells: new Map() };
  board.rows.set(one.id, made);
  box.onpointerenter = () => wantGrid(board, one.id);
  listen(board, one.id, made);
  listenCanvas(board, one.id, canvas);
  return box;
}

// The slider and the two fields of a row.
function listen(board, id, { slider, count, share }) {
  const tauOf = () => fromStep(Number(slider.value), state(board, id).top);
  slider.onfocus = () => wantGrid(board, id);
  slider.oninput = () => drag(board, id, tauOf());
  slider.onchange = () => commit(board, id, current(board, id));
  slider.onkeydown = (event) => {
    const next = pressed(event, current(board, id), state(board, id).top);
    if (next === null) return;
    event.preventDefault();
    drag(board, id, next);
    soon(board, id, next);
  };
  count.onchange = () => { if (count.value !== "") commit(board, id, Math.max(0, Number(count.value))); };
  share.onchange = () => {
    const value = Number(share.value);
    if (share.value !== "" && value >= 0 && value <= 100)
      step(board, { action: "share", perspective: id, share: value / 100 });
  };
}

// Dragging on the curve moves τ as the slider does.
function listenCanvas(board, id, canvas) {
  const byPointer = (event) => {
    const area = frameOf(canvas);
    const y = event.clientY - canvas.getBoundingClientRect().top;
    const height = (area.bottom - y) / (area.bottom - area.top);
    drag(board, id, fromStep(STEPS * Math.min(1, Math.max(0, height)), state(board, id).top));
  };
  canvas.onpointerdown = (event) => {
    if (!board.data.live || !state(board, id).on) return;
    canvas.setPointerCapture(event.pointerId);
    byPointer(event);
  };
  canvas.onpointermove = (event) => { if (canvas.hasPointerCapture(event.pointerId)) byPointer(event); };
  canvas.onpointercancel = () => { board.dirty = false; board.moved.clear(); show(board); };
  canvas.onpointerup = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) commit(board, id, current(board, id));
  };
}

const state = (board, id) => board.data.perspectives.find((one) => one.id === id);
const current = (board, id) => board.moved.get(id) ?? state(board, id).tau;
const toStep = (tau, top) => STEPS * Math.log(Math.max(1, Math.min(tau, top))) / Math.log(Math.max(2, top));
const fromStep = (at, top) => Math.round(Math.exp((at / STEPS) * Math.log(Math.max(2, top))));

function pressed(event, tau, top) {
  const now = Math.round(tau);
  const up = { ArrowRight: 1.03, ArrowUp: 1.03, PageUp: 1.5 }[event.key];
  const down = { ArrowLeft: 1.03, ArrowDown: 1.03, PageDown: 1.5 }[event.key];
  const fine = event.shiftKey ? 1 : 0;
  if (up) return Math.min(top, fine ? now + 1 : Math.max(now + 1, Math.round(tau * up)));
  if (down) return Math.max(0, fine ? now - 1 : Math.min(now - 1, Math.round(tau / down)));
  return { Home: 1, End: top }[event.key] ?? null;
}

// Once the hand rests, the other parts of the page (see follow.js) catch up with what the board shows.
function settle(board) {
  clearTimeout(board.rest);
  board.rest = setTimeout(() => {
    if (board.dirty || board.data.ack < board.sent) return;
    window.adrSettled = board.data.stamp;
    window.dispatchEvent(new CustomEvent("adr-settled"));
  }, 350);
}

// ---- what the hand does

function drag(board, id, tau) {
  board.dirty = true;
  if (!board.moved.has(id)) board.moved.clear();
  board.moved.set(id, tau);
  wantGrid(board, id);
  if (board.frame) return;
  board.frame = requestAnimationFrame(() => { board.frame = null; show(board); });
}

function soon(board, id, tau) {
  board.late = { id, tau };
  if (board.timer) return;
  const now = performance.now();
  const pause = Math.max(0, 60 - (now - (board.lastSent ?? 0)));
  board.timer = setTimeout(() => { board.timer = null; commit(board, board.late.id, board.late.tau); }, pause);
}

function commit(board, id, tau) {
  board.dirty = false;
  step(board, { action: "tau", perspective: id, tau });
}

function step(board, what) {
  board.sent = Math.max(board.sent, board.data.ack) + 1;
  board.lastSent = performance.now();
  board.send("step", { ...what, number: board.sent });
}

// The grid of one slider is requested when the pointer or the focus reaches it, once for each state of the others.
function wantGrid(board, id) {
  const { key, on } = state(board, id);
  if (!on || !board.data.live || board.grids.has(key) || board.asked.has(key)) return;
  board.asked.add(key);
  setTimeout(() => board.asked.delete(key), 4000);
  board.sent = Math.max(board.sent, board.data.ack);
  board.send("grid", { perspective: id, key, at: performance.now() });
}

// ---- what is shown

// While one slider is away from the server's answer: its two neighbours on the grid and its place between them.
function between(board) {
  for (const [id, tau] of board.moved) {
    const grid = board.grids.get(state(board, id).key);
    if (!grid) return { id, tau, grid: null };
    let high = grid.tau.findIndex((value) => value >= tau);
    if (high < 0) high = grid.tau.length - 1;
    const low = Math.max(0, high - 1);
    const span = Math.log(grid.tau[high]) - Math.log(grid.tau[low]);
    const part = high === low || tau < 1 ? 0 : (Math.log(Math.max(1, tau)) - Math.log(grid.tau[low])) / span;
    return { id, tau, grid, low, high, part: Math.min(1, Math.max(0, part)) };
  }
  return null;
}

const mixed = (values, at) => values[at.low] + (values[at.high] - values[at.low]) * at.part;

function show(board) {
  const { data } = board;
  const at = between(board);
  const known = at?.grid ? at : null;
  const size = known ? mixed(known.grid.sizes, known) : data.size;
  board.size.textContent = (known ? "≈ " : "") + whole(size);
  board.of.textContent = `of ${whole(data.total)} instances kept (${percent(size / Math.max(1, data.total))})`;
  board.dropped.textContent = whole(data.total - size);
  board.bar.children[0].style.width = `${(100 * size) / Math.max(1, data.total)}%`;
  board.bar.children[1].style.left = `${(100 * (data.previous ?? size)) / Math.max(1, data.total)}%`;
  board.ink = getComputedStyle(board.root).color;
  for (const one of data.perspectives) showRow(board, one, known, Boolean(at));
  board.root.dataset.size = String(Math.round(size));
  board.root.dataset.painted = String(data.ack);
}

// What changes only with the server's answers, not with every frame.
function showLegend(board) {
  const { data } = board;
  const facts = [["dropped", whole(data.total - data.size)]];
  if (data.expected) facts.push(["expected over all seeds", data.expected]);
  if (data.repeated) facts.push(["copies of rare instances", `+${whole(data.repeated)}`]);
  if (data.previous !== null) facts.push(["before the last step", whole(data.previous)]);
  board.facts.replaceChildren(...facts.map(([word, number]) => {
    const fact = el("span", "", `${word} `);
    fact.append(el("b", "", number));
    return fact;
  }));
  board.dropped = board.facts.querySelector("b");
  const keys = [["before", data.tones.before, "2px", "solid"], ["after", data.tones.after, "3px", "solid"],
    ["random subset of equal size", data.tones.random, "2px", "dashed"]];
  if (data.previous !== null) keys.push(["after, before the last step", data.tones.after, "1px", "dotted"]);
  board.legend.replaceChildren(...keys.map(([text, tone, width, dash]) => {
    const key = el("span", "", text);
    const styles = [["--tone", tone], ["--w", width], ["--dash", dash]];
    for (const [name, value] of styles) key.style.setProperty(name, value);
    return key;
  }));
}

function showRow(board, one, known, moving) {
  const made = board.rows.get(one.id);
  const tau = current(board, one.id);
  const typing = made.box.getRootNode().activeElement;
  made.box.classList.toggle("off", !one.on);
  made.box.classList.toggle("moving", moving);
  made.on.checked = one.on;
  made.slider.disabled = !one.on || !board.data.live;
  made.slider.style.display = board.data.live ? "" : "none";
  made.slider.value = toStep(tau, one.top);
  made.slider.style.setProperty("--at", `${(100 * toStep(tau, one.top)) / STEPS}%`);
  made.slider.setAttribute("aria-valuetext", `τ ${whole(tau)}`);
  for (const input of [made.count, made.share]) input.disabled = !one.on;
  if (typing !== made.count) made.count.value = Number.isInteger(tau) ? tau : Number(tau.toFixed(3));
  if (typing !== made.share) made.share.value = board.moved.has(one.id) ? "" : (100 * one.share).toFixed(1);
  made.countLabel.classList.toggle("set", !one.by_share);
  made.shareLabel.classList.toggle("set", one.by_share);
  table(made, one, known);
  paint(board, one, known, tau);
}

function table(made, one, known) {
  if (!made.cells.size) {
    const grid = el("table");
    const head = el("tr");
    for (const text of ["", "before", "after", "random"]) head.append(el("th", "", text));
    grid.append(head);
    for (const line of one.numbers) {
      const tr = el("tr");
      const label = el("td", "", line.label);
      label.title = line.hint;
      const cells = ["before", "after", "random"].map((name) => el("td", name));
      cells[1].classList.toggle("late", line.id !== "tail_share" && line.id !== "head_share");
      tr.append(label, ...cells);
      grid.append(tr);
      made.cells.set(line.id, cells);
    }
    made.numbers.append(grid);
  }
  for (const line of one.numbers) {
    const cells = made.cells.get(line.id);
    line.values.forEach((value, i) => { if (cells[i].textContent !== value) cells[i].textContent = value; });
    if (known && (line.id === "tail_share" || line.id === "head_share")) {
      const tail = mixed(known.grid.tails[one.id], known);
      cells[1].textContent = percent(line.id === "tail_share" ? tail : 1 - tail);
    }
  }
}

const frameOf = (canvas) => ({ left: 34, right: canvas.clientWidth - 6, top: 6, bottom: canvas.clientHeight - 16 });

function paintAll(board) {
  const at = between(board);
  for (const one of board.data.perspectives) paint(board, one, at?.grid ? at : null, current(board, one.id));
}

// The counts before fix the axes, so that only the data moves.
function paint(board, one, known, tau) {
  const { canvas } = board.rows.get(one.id);
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = window.devicePixelRatio || 1;
  if (!width) return;
  if (canvas.width !== Math.round(width * scale)) { canvas.width = width * scale; canvas.height = height * scale; }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const ink = board.ink ?? "gray";
  const area = frameOf(canvas);
  const topX = Math.log(Math.max(2, one.entities)), topY = Math.log(Math.max(2, one.top));
  const x = (rank) => area.left + (area.right - area.left) * (Math.log(rank) / topX);
  const y = (count) => area.bottom - (area.bottom - area.top) * (Math.log(Math.max(1, count)) / topY);
  axes(pen, ink, area, one, x, y);
  const line = (counts, tone, wide, dash = [], alpha = 1) => {
    pen.beginPath();
    let last = null;
    counts.forEach((count, i) => {
      if (count < 1) return;
      if (last === null) pen.moveTo(x(one.ranks[i]), y(count));
      else pen.lineTo(x(one.ranks[i]), y(count));
      last = i;
    });
    if (last === null) return;
    pen.lineTo(x(one.ranks[last]), area.bottom);
    Object.assign(pen, { strokeStyle: tone, lineWidth: wide, globalAlpha: alpha, lineJoin: "round" });
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  };
  const { tones } = board.data;
  line(one.before, tones.before, 2, [], 0.9);
  if (!known) line(one.random, tones.random, 1.5, [5, 4], 0.9);
  if (one.ghost) line(one.ghost, tones.after, 1.2, [1.5, 3], 0.95);
  line(known ? blended(known, one.id) : one.after, tones.after, 2.6);
  if (one.on) handle(pen, one, area, y(Math.max(1, tau)));
}

function blended(known, id) {
  const low = known.grid.curves[id][known.low], high = known.grid.curves[id][known.high];
  return low.map((a, i) => (a < 1 || high[i] < 1 ? (known.part < 0.5 ? a : high[i])
    : Math.exp(Math.log(a) + (Math.log(high[i]) - Math.log(a)) * known.part)));
}

function axes(pen, ink, area, one, x, y) {
  Object.assign(pen, { strokeStyle: ink, fillStyle: ink, lineWidth: 1, font: "10px sans-serif" });
  for (const [most, place, across] of [[one.entities, x, false], [one.top, y, true]]) {
    for (let power = 0; 10 ** power <= most; power += 1) {
      const at = Math.round(place(10 ** power)) + 0.5;
      pen.globalAlpha = 0.1;
      pen.beginPath();
      if (across) { pen.moveTo(area.left, at); pen.lineTo(area.right, at); }
      else { pen.moveTo(at, area.top); pen.lineTo(at, area.bottom); }
      pen.stroke();
      pen.globalAlpha = 0.55;
      const text = power < 3 ? `${10 ** power}` : power < 6 ? `${10 ** (power - 3)}k` : `${10 ** (power - 6)}M`;
      pen.textAlign = across ? "right" : "center";
      pen.fillText(text, across ? area.left - 5 : at, across ? at + 3 : area.bottom + 12);
    }
  }
  pen.globalAlpha = 1;
}

function handle(pen, one, area, at) {
  Object.assign(pen, { strokeStyle: one.color, fillStyle: one.color, lineWidth: 1.4 });
  pen.beginPath();
  pen.moveTo(area.left, at);
  pen.lineTo(area.right, at);
  pen.globalAlpha = 0.75;
  pen.stroke();
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.arc(area.right - 5, at, 5, 0, 2 * Math.PI);
  pen.fill();
  pen.font = "600 10.5px sans-serif";
  pen.textAlign = "right";
  pen.fillText("τ", area.right - 14, at - 4 < area.top + 6 ? at + 12 : at - 4);
}
