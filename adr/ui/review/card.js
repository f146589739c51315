// One candidate at a time, by keyboard. Every step is sent to the server with a number; keys pressed meanwhile wait in
// order, and the next is applied to the candidate that is on screen by then. Text is set as text, never as HTML.
import { el } from "../parts/elements.js";
import { button, elsewhere, session, typing } from "./keys.js";

const instances = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector("#card");
  let me = instances.get(parentElement);
  if (!me) {
    me = { waiting: [], sent: null, number: 0, editing: false, mark: session(), shown: null };
    instances.set(parentElement, me);
    me.onKey = (event) => key(event, me);
    document.addEventListener("keydown", me.onKey);
    me.timer = setInterval(() => {
      if (me.sent && Date.now() - me.sentAt > 8000) { me.sentAt = Date.now(); me.send("step", me.sent); }
    }, 1000);
  }
  me.data = data;
  me.send = setTriggerValue;
  if (me.sent && data.ack === me.sent.number) me.sent = null;
  const fresh = me.shown !== data.version;
  if (fresh) {
    if (!data.fault) me.editing = false;
    me.shown = data.version;
    draw(root, me);
  }
  root.dataset.candidate = data.candidate ?? "";
  root.dataset.ack = data.ack ?? "";
  pump(me);
  tell(root, me);
  return () => {
    document.removeEventListener("keydown", me.onKey);
    clearInterval(me.timer);
    instances.delete(parentElement);
  };
}

// For tests that watch from outside: how many keys wait, and whether an answer of the server is outstanding.
function tell(root, me) {
  root.dataset.waiting = String(me.waiting.length);
  root.dataset.idle = me.sent ? "0" : "1";
}

function pump(me) {
  if (me.sent || !me.waiting.length) return;
  const step = me.waiting.shift();
  if (!me.data.candidate && !["undo", "back"].includes(step.action)) { pump(me); return; }
  me.number += 1;
  me.sent = { ...step, candidate: step.candidate ?? me.data.candidate, number: `${me.mark}-${me.number}` };
  me.sentAt = Date.now();
  me.send("step", me.sent);
}

function act(me, action, more = {}) {
  me.waiting.push({ action, ...more });
  pump(me);
  tell(me.root, me);
}

function key(event, me) {
  if (typing(event)) {
    if (event.key === "Escape") { me.editing = false; draw(me.root, me); }
    return;
  }
  if (elsewhere(event)) return;
  const reasons = me.data.reasons ?? [];
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (pressed === "a") act(me, "accept");
  else if (pressed === "x") act(me, "reject");
  else if (pressed === "u") act(me, "unsure");
  else if (pressed === "z") act(me, "undo");
  else if (pressed === "ArrowLeft") act(me, "back");
  else if (pressed === "ArrowRight") act(me, "skip");
  else if (pressed === "e" && me.data.candidate) { me.editing = !me.editing; draw(me.root, me); }
  else if (pressed === "+" || pressed === "=") zoom(me, 1);
  else if (pressed === "-") zoom(me, -1);
  else if (pressed === "?") { me.help = !me.help; draw(me.root, me); }
  else if (pressed === "Escape") { me.help = false; me.editing = false; draw(me.root, me); }
  else if (/^[1-9]$/.test(pressed) && reasons[Number(pressed) - 1]) {
    act(me, "reject", { reason: reasons[Number(pressed) - 1].reason });
  } else return;
  event.preventDefault();
}

function zoom(me, by) {
  me.zoom = Math.max(0, Math.min(3, (me.zoom ?? 0) + by));
  const image = me.root.querySelector(".large img");
  if (image) image.style.transform = `scale(${1 + me.zoom * 0.75})`;
}

function draw(root, me) {
  me.root = root;
  const { data } = me;
  if (!data.candidate) {
    root.replaceChildren(nothingLeft(me));
    return;
  }
  const columns = el("div", data.before ? "columns worded" : "columns");
  columns.append(pictures(me), data.before ? before(data) : examples(data), description(me));
  root.replaceChildren(columns, buttons(me));
  if (me.help) root.append(help());
  zoom(me, 0);
}

function nothingLeft(me) {
  const empty = el("div", "empty");
  empty.append(el("h3", "", me.data.empty_title), el("p", "", me.data.empty_text));
  if (me.data.can_undo) empty.append(button("Undo", "Z", "quiet", () => act(me, "undo")));
  return empty;
}

// The candidate's image, and the alternatives of its slot.
function pictures(me) {
  const { data } = me;
  const images = el("div", "images");
  const large = el("figure", "large");
  const frame = el("div", "frame");
  frame.append(data.image ? largeImage(me) : el("div", "instead", "Text only"));
  if (data.judgement) frame.append(el("span", `stamp ${data.judgement}`, data.judgement_text));
  large.append(frame, el("figcaption", "", `${data.candidate} · ${data.size}`));
  images.append(large);
  if (data.alternatives.length > 1) images.append(alternatives(me));
  return images;
}

function largeImage(me) {
  const { data } = me;
  const image = el("img");
  image.src = data.image;
  image.alt = data.before ? "the parent's image" : `synthetic image for ${data.entity}`;
  image.title = "Zoom: click, + or -";
  image.onclick = () => { me.zoom = me.zoom ? 0 : 1; zoom(me, 0); };
  return image;
}

function alternatives(me) {
  const row = el("div", "alternatives");
  row.append(el("span", "label", "Alternatives"));
  for (const other of me.data.alternatives) {
    const pick = el("button", `thumb${other.candidate === me.data.candidate ? " on" : ""}`);
    const image = el("img");
    image.src = other.image;
    image.alt = other.says;
    pick.title = other.says;
    pick.append(image);
    pick.onclick = () => act(me, "show", { candidate: other.candidate });
    row.append(pick);
  }
  return row;
}

// Beside a rewritten conversation: the conversation before.
function before(data) {
  const box = el("div", "beside");
  box.append(el("div", "label", "As it is in the source"), talk(data.before, data.marks.before));
  return box;
}

// Beside an image: its parent, and real images of the entity.
function examples(data) {
  const box = el("div", "beside");
  box.append(el("div", "label", data.parent ? "Parent" : "No parent"));
  if (data.parent) box.append(figure(data.parent, "parent"));
  if (data.real.length) box.append(el("div", "label", `Real images of ${data.entity}`));
  const grid = el("div", "real");
  for (const real of data.real) grid.append(figure(real, "small"));
  box.append(grid);
  return box;
}

// The entity, its meter, the conversation and the facts.
function description(me) {
  const { data } = me;
  const box = el("div", "text");
  const head = el("div", "head");
  head.append(el("h2", "", data.entity), el("span", "kind", data.perspective));
  for (const flag of data.flags) head.append(el("span", "flag", flag));
  box.append(head);
  if (data.meter) box.append(meter(data.meter));
  if (data.fault) box.append(el("div", "fault", data.fault));
  box.append(me.editing ? editor(me) : conversation(data));
  const facts = el("dl", "facts");
  for (const [name, says] of data.facts) facts.append(el("dt", "", name), el("dd", "", says));
  box.append(facts);
  return box;
}

function meter(filled) {
  const box = el("div", "meter");
  const bar = el("div", "bar");
  const real = el("div", "have"), made = el("div", "made");
  real.style.width = `${filled.have * 100}%`;
  made.style.width = `${filled.accepted * 100}%`;
  bar.append(real, made);
  box.append(bar, el("span", "", filled.says));
  return box;
}

function figure(source, className) {
  const made = el("figure", className);
  const image = el("img");
  image.src = source.image;
  image.alt = source.says;
  image.title = source.says;
  made.append(image);
  if (className === "parent") made.append(el("figcaption", "", source.says));
  return made;
}

function conversation(data) {
  const box = talk(data.turns, data.marks?.after ?? []);
  if (data.edited_by) box.append(el("div", "note", `Edited by ${data.edited_by}; the original is kept.`));
  return box;
}

function talk(turns, marks) {
  const box = el("div", "talk");
  for (const turn of turns) {
    const bubble = el("div", `turn ${turn.role}`);
    bubble.append(el("span", "who", turn.role === "human" ? "human" : turn.role), marked(turn.text, marks));
    box.append(bubble);
  }
  return box;
}

// The text with the given words marked, whole words in any case.
function marked(text, words) {
  const said = el("span", "said");
  if (!words.length) { said.textContent = text; return said; }
  const longest = words.toSorted((a, b) => b.length - a.length);
  const forms = longest.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = text.split(new RegExp(`(?<![\\w-])(${forms.join("|")})(?![\\w-])`, "gi"));
  parts.forEach((part, i) => said.append(i % 2 ? el("mark", "", part) : part));
  return said;
}

function editor(me) {
  const box = el("div", "editor");
  const areas = me.data.turns.map((turn) => {
    const area = el("textarea");
    area.value = turn.text;
    area.rows = Math.min(6, 1 + Math.ceil(turn.text.length / 48));
    area.setAttribute("aria-label", turn.role);
    box.append(el("span", "who", turn.role), area);
    return area;
  });
  const row = el("div", "row");
  const edited = () => me.data.turns.map((turn, i) => ({ role: turn.role, text: areas[i].value }));
  const save = () => act(me, "edit", { turns: edited() });
  row.append(button("Save the edit", "Ctrl+Enter", "accept", save),
    button("Discard", "Esc", "quiet", () => { me.editing = false; draw(me.root, me); }));
  box.onkeydown = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(); };
  box.append(row);
  setTimeout(() => areas[Math.min(1, areas.length - 1)]?.focus(), 0);
  return box;
}

function buttons(me) {
  const row = el("div", "row main");
  row.append(
    button("Accept", "A", "accept", () => act(me, "accept")),
    button("Reject", "X", "reject", () => act(me, "reject")),
    button("Unsure", "U", "unsure", () => act(me, "unsure")),
    button("Edit", "E", "quiet", () => { me.editing = !me.editing; draw(me.root, me); }),
    button("Undo", "Z", "quiet", () => act(me, "undo")),
    button("Back", "←", "quiet", () => act(me, "back")),
    button("Skip", "→", "quiet", () => act(me, "skip")),
    button("Keys", "?", "quiet", () => { me.help = !me.help; draw(me.root, me); }));
  const reasons = el("div", "row reasons");
  reasons.append(el("span", "label", "Reject because"));
  me.data.reasons.forEach((reason, i) =>
    reasons.append(button(reason.says, String(i + 1), "tiny", () => act(me, "reject", { reason: reason.reason }))));
  const both = el("div", "actions");
  both.append(row, reasons);
  return both;
}

function help() {
  const box = el("div", "help");
  const keys = [["A", "accept"], ["X", "reject"], ["U", "unsure"], ["1 – 9", "reject with that reason"],
    ["Z", "undo my last step, as often as wanted"], ["← →", "move without judging"],
    ["E", "edit the conversation"], ["Ctrl+Enter", "save the edit"], ["+ −", "zoom"], ["Esc", "close what is open"], ["?", "this list"]];
  for (const [pressed, says] of keys) {
    const line = el("div", "");
    line.append(el("kbd", "", pressed), el("span", "", says));
    box.append(line);
  }
  return box;
}
