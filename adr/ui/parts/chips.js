// Groups of chips; a click sends the id of one.
import { el } from "./elements.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".chips");
  root.replaceChildren(...data.groups.map((group) => row(group, (id) => setTriggerValue("picked", id))));
}

function row(group, pick) {
  const made = el("div", "group");
  made.style.setProperty("--tone", group.color);
  if (group.label) {
    const label = el("span", "label", group.label);
    label.style.color = `color-mix(in srgb, ${group.color} 60%, var(--st-text-color))`;
    made.append(label);
  }
  for (const item of group.chips) made.append(chip(item, pick));
  if (!group.chips.length) made.append(el("span", "none", group.none));
  return made;
}

function chip(item, pick) {
  const made = el("button", item.chosen ? "chip chosen" : "chip", item.label);
  made.type = "button";
  made.title = item.hint;
  if (item.tone) made.style.setProperty("--tone", item.tone);
  if (item.note) made.append(el("small", "", item.note));
  made.onclick = () => pick(item.id);
  return made;
}
