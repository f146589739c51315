// Curves at a glance; a click on a card sends its id.
import { el } from "./elements.js";

const SVG = "http://www.w3.org/2000/svg";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".cards");
  root.replaceChildren(...data.cards.map((one) => {
    const box = el("button", "card");
    box.type = "button";
    box.style.setProperty("--tone", one.color);
    box.append(el("div", "title", one.title), el("div", "what", one.what), curve(one, data));
    for (const text of one.figures) box.append(el("div", "figure", text));
    if (one.top) box.append(el("div", "top", one.top));
    box.onclick = () => setTriggerValue("picked", one.id);
    return box;
  }));
}

function curve(one, tones) {
  const made = shape("svg", { viewBox: "0 0 200 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  made.append(...stretch(one.head, tones.head), ...stretch(one.tail, tones.tail));
  made.append(shape("line", { x1: 0, x2: 200, y1: 100, y2: 100, stroke: "currentColor", "stroke-opacity": "0.25",
    "vector-effect": "non-scaling-stroke" }));
  return made;
}

// One part of the curve: its area and its line.
function stretch(points, color) {
  if (points.length < 1) return [];
  const path = points.map(([x, y]) => `${(x * 200).toFixed(1)},${(100 - y * 96).toFixed(1)}`);
  return [
    shape("polygon", { fill: color, "fill-opacity": "0.16",
      points: `${path.join(" ")} ${points.at(-1)[0] * 200},100 ${points[0][0] * 200},100` }),
    shape("polyline", { points: path.join(" "), fill: "none", stroke: color, "stroke-width": "2.2",
      "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round" }),
  ];
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
