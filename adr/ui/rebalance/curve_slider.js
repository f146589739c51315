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
  board.legend = el("div", "legend");
  board.ratio = el("input");
  board.ratio.type = "checkbox";
  board.ratio.onchange = () => paintAll(board);
  const ratio = el("label", "ratio");
  ratio.append(board.ratio, "after ÷ before");
  ratio.title = "What is left of the count at each rank: shows a small cut that is hardly seen on logarithmic axes.";
  const above = el("div", "above");
  above.append(board.legend, ratio);
  root.append(above);
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
  const shareLabel = el("label", "", "below τ");
  shareLabel.title = "The share of the postings that belong to entities with a count below τ.";
  const share = el("input", "share");
  share.type = "number";
  share.min = 0;
  share.max = 100;
  share.step = 0.5;
  share.setAttribute("aria-label", `share of postings below τ of ${one.title} in percent`);
  shareLabel.append(share, "%");
  given.append(countLabel, shareLabel);
  control.append(name, what, slider, given);
  const canvas = el("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `counts by rank of ${one.title}: before, after, random; drag to move τ`);
  const readout = el("div", "readout");
  const plot = el("div", "plot");
  plot.append(canvas, readout);
  const numbers = el("div", "numbers");
  box.append(control, plot, numbers);
  const made = { readout, box, on, slider, count, share, countLabel, shareLabel, canvas, numbers, cells: new Map() };
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
    if (!board.data.live || !state(board, id).on || board.ratio.checked) return;
    canvas.setPointerCapture(event.pointerId);
    byPointer(event);
  };
  canvas.onpointermove = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) byPointer(event);
    read(board, id, event.clientX - canvas.getBoundingClientRect().left);
  };
  canvas.onpointerleave = () => read(board, id, null);
  canvas.onpointercancel = () => { board.dirty = false; board.moved.clear(); show(board); };
  canvas.onpointerup = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) commit(board, id, current(board, id));
  };
}

// What is under the pointer: rank, entity, its count before → after.
function read(board, id, at) {
  const made = board.rows.get(id), one = state(board, id);
  const area = frameOf(made.canvas);
  made.under = null;
  made.readout.textContent = "";
  if (at !== null && one.names.length) {
    const part = Math.min(1, Math.max(0, (at - area.left) / (area.right - area.left)));
    const rank = Math.exp(part * Math.log(Math.max(2, one.entities)));
    const distance = (i) => Math.abs(Math.log(one.ranks[i]) - Math.log(rank));
    let nearest = 0;
    for (let i = 1; i < one.names.length; i += 1) if (distance(i) < distance(nearest)) nearest = i;
    made.under = nearest;
    const before = one.before[nearest], after = one.own[nearest];
    const left = before ? ` (${percent(after / before)})` : "";
    const then = board.moved.has(id) ? "" : ` → ${whole(after)}${left}`;
    made.readout.textContent = `rank ${whole(one.ranks[nearest])} · ${one.names[nearest]} · ${whole(before)}${then}`;
  }
  const now = between(board);
  paint(board, one, now?.grid ? now : null, current(board, id));
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
  window.dispatchEvent(new CustomEvent("adr-kept", { detail: { size, exact: !known } }));
  board.ink = getComputedStyle(board.root).color;
  for (const one of data.perspectives) showRow(board, one, known, Boolean(at));
  board.root.dataset.size = String(Math.round(size));
  board.root.dataset.painted = String(data.ack);
}

// What changes only with the server's answers, not with every frame.
function showLegend(board) {
  const { data } = board;
  const keys = [["before", data.tones.before, "1.5px", "solid"], ["after", data.tones.after, "4px", "solid"],
    ["random subset of equal size", data.tones.random, "2px", "dashed"]];
  if (data.perspectives.some((one) => one.ghost)) keys.push(["after, before the last step", data.tones.after, "1px", "dotted"]);
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

const frameOf = (canvas) => ({ left: 46, right: canvas.clientWidth - 6, top: 18, bottom: canvas.clientHeight - 32 });

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
  if (board.ratio.checked) {
    ratios(pen, ink, area, one, known, x, board.data.tones);
    return;
  }
  axes(pen, ink, area, one, x, y);
  titles(pen, ink, area, "instances");
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
    Object.assign(pen, { strokeStyle: tone, lineWidth: wide, globalAlpha: alpha, lineJoin: "round" });
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  };
  const { tones } = board.data;
  const now = known ? blended(known, one.id) : one.after;
  line(now, tones.after, 3.6);
  line(one.before, tones.before, 1.5);
  if (!known) line(one.random, tones.random, 2, [6, 4]);
  if (one.ghost) line(one.ghost, tones.after, 1.4, [1.5, 3]);
  mark(pen, ink, board.rows.get(one.id).under, (i) => [x(one.ranks[i]), [y(one.before[i]), y(Math.max(1, one.own[i]))]]);
  if (one.on) handle(pen, one, area, y(Math.max(1, tau)));
}

function blended(known, id) {
  const low = known.grid.curves[id][known.low], high = known.grid.curves[id][known.high];
  return low.map((a, i) => (a < 1 || high[i] < 1 ? (known.part < 0.5 ? a : high[i])
    : Math.exp(Math.log(a) + (Math.log(high[i]) - Math.log(a)) * known.part)));
}

// What is left at each rank: after ÷ before, and the same for the random subset, on a linear axis.
function ratios(pen, ink, area, one, known, x, tones) {
  const now = known ? blended(known, one.id) : one.after;
  const share = (counts) => one.before.map((before, i) => (before ? counts[i] / before : null));
  const parts = [[share(now), tones.after, 3.6, []], ...(known ? [] : [[share(one.random), tones.random, 2, [6, 4]]])];
  const most = Math.max(1, ...parts.flatMap(([values]) => values)) * 1.02;
  const y = (value) => area.bottom - (area.bottom - area.top) * (value / most);
  axes(pen, ink, area, { ...one, top: 0 }, x, y);
  Object.assign(pen, { strokeStyle: ink, fillStyle: ink, lineWidth: 1, font: "11px sans-serif", textAlign: "right" });
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    pen.globalAlpha = value === 1 ? 0.5 : 0.12;
    pen.beginPath();
    pen.moveTo(area.left, y(value));
    pen.lineTo(area.right, y(value));
    pen.stroke();
    pen.globalAlpha = 0.85;
    pen.fillText(`${100 * value} %`, area.left - 5, y(value) + 3);
  }
  pen.globalAlpha = 1;
  titles(pen, ink, area, "after ÷ before");
  for (const [values, tone, wide, dash] of parts) {
    pen.beginPath();
    values.forEach((value, i) => { if (value !== null) pen.lineTo(x(one.ranks[i]), y(value)); });
    Object.assign(pen, { strokeStyle: tone, lineWidth: wide, lineJoin: "round" });
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
  }
}

function titles(pen, ink, area, up) {
  Object.assign(pen, { fillStyle: ink, font: "11px sans-serif", globalAlpha: 0.85, textAlign: "left" });
  pen.fillText(up, area.left, area.top - 7);
  pen.textAlign = "right";
  pen.fillText("rank of the entity", area.right, area.bottom + 27);
  pen.globalAlpha = 1;
}

// The entity under the pointer: a line at its rank, dots at its counts.
function mark(pen, ink, under, placed) {
  if (under === null || under === undefined) return;
  const [x, ys] = placed(under);
  Object.assign(pen, { strokeStyle: ink, fillStyle: ink, lineWidth: 1 });
  pen.beginPath();
  pen.moveTo(x, Math.min(...ys));
  pen.lineTo(x, Math.max(...ys));
  pen.stroke();
  for (const y of ys) { pen.beginPath(); pen.arc(x, y, 3, 0, 2 * Math.PI); pen.fill(); }
}

function axes(pen, ink, area, one, x, y) {
  Object.assign(pen, { strokeStyle: ink, fillStyle: ink, lineWidth: 1, font: "11px sans-serif" });
  for (const [most, place, across] of [[one.entities, x, false], [one.top, y, true]]) {
    for (let power = 0; 10 ** power <= most; power += 1) {
      const at = Math.round(place(10 ** power)) + 0.5;
      pen.globalAlpha = 0.1;
      pen.beginPath();
      if (across) { pen.moveTo(area.left, at); pen.lineTo(area.right, at); }
      else { pen.moveTo(at, area.top); pen.lineTo(at, area.bottom); }
      pen.stroke();
      pen.globalAlpha = 0.85;
      const text = power < 3 ? `${10 ** power}` : power < 6 ? `${10 ** (power - 3)}k` : `${10 ** (power - 6)}M`;
      pen.textAlign = across ? "right" : "center";
      pen.fillText(text, across ? area.left - 5 : at, across ? at + 3 : area.bottom + 13);
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
