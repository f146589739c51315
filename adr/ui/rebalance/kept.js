// How many instances the recipe keeps, in the bar that stays in sight; follows the board while a slider is dragged.
import { el } from "../parts/elements.js";

const known = new WeakMap();
const whole = (value) => Math.round(value).toLocaleString("en-US");
const about = (value) => whole(Number(value.toPrecision(3)));
const percent = (value) => `${(100 * value).toFixed(1)} %`;

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".kept");
  let mine = known.get(root);
  if (!mine) {
    mine = { root, moved: null };
    mine.hear = (event) => { mine.moved = event.detail.exact ? null : event.detail.size; show(mine); };
    window.addEventListener("adr-kept", mine.hear);
    known.set(root, mine);
  }
  mine.data = data;
  mine.moved = null;
  show(mine);
  return () => {
    window.removeEventListener("adr-kept", mine.hear);
    known.delete(root);
  };
}

function show({ root, data, moved }) {
  const size = moved ?? data.size;
  const share = size / Math.max(1, data.total);
  const said = data.sample ? about : whole;
  const facts = data.sample ? [["estimated from", `${whole(data.sample)} ${data.sample === 1 ? "instance" : "instances"}`]] : [];
  facts.push(["dropped", said(data.total - size)]);
  if (data.expected) facts.push(["expected over all seeds", data.expected]);
  if (data.repeated) facts.push([data.mixed ? "copies of instances used again" : "copies of rare instances", `+${said(data.repeated)}`]);
  if (data.previous !== null) facts.push(["before the last step", said(data.previous)]);
  const bar = el("div", "bar");
  const filled = el("i"), mark = el("u");
  filled.style.width = `${100 * share}%`;
  mark.style.left = `${(100 * (data.previous ?? size)) / Math.max(1, data.total)}%`;
  bar.append(filled, mark);
  const line = el("div", "line");
  line.append(el("span", "size", (data.sample ? "About " : moved === null ? "" : "≈ ") + said(size)),
    el("span", "of", `of ${whole(data.total)} ${data.total === 1 ? "instance" : "instances"} kept (${percent(share)})`));
  const beside = el("div", "facts");
  for (const [word, number] of facts) {
    const fact = el("span", "", `${word} `);
    fact.append(el("b", "", number));
    beside.append(fact);
  }
  root.replaceChildren(line, beside, bar);
}
