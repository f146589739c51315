// Rows of entities with pictures: a click on a column head sends another order, one on a name opens the entity, one on a
// picture its instance; ticks are kept across pages.
import { el } from "./elements.js";

export default function (component) {
  const { data, parentElement, setTriggerValue, setStateValue } = component;
  const chosen = new Set(data.chosen);
  const tell = () => setStateValue("chosen", [...chosen]);
  const table = el("table");
  const head = el("thead");
  const body = el("tbody");
  const titles = el("tr");
  titles.append(tickAll(table, data.rows, chosen, tell));
  for (const column of data.columns) titles.append(title(column, data, setTriggerValue));
  head.append(titles);
  for (const one of data.rows) body.append(row(one, data, chosen, tell, setTriggerValue));
  table.append(head, body);
  parentElement.querySelector(".scroll").replaceChildren(table);
}

function button(text, act, says) {
  const made = el("button", "", text);
  made.type = "button";
  made.title = says;
  made.onclick = act;
  return made;
}

function tick(chosen, label, changed) {
  const box = el("input");
  box.type = "checkbox";
  box.checked = chosen;
  box.setAttribute("aria-label", label);
  box.onchange = () => changed(box.checked);
  return box;
}

function put(chosen, entity, on) {
  if (on) chosen.add(entity);
  else chosen.delete(entity);
}

function tickAll(table, rows, chosen, tell) {
  const cell = el("th", "tick");
  const every = rows.length > 0 && rows.every((one) => chosen.has(one.entity));
  cell.append(tick(every, "Choose all on this page", (on) => {
    for (const one of rows) put(chosen, one.entity, on);
    for (const box of table.querySelectorAll("td input")) box.checked = on;
    tell();
  }));
  return cell;
}

function title(column, data, send) {
  if (!column.order) return el("th", column.kind, column.label);
  const down = data.order === column.order;
  const arrow = down ? " ↓" : data.order === column.back ? " ↑" : "";
  const cell = el("th", column.kind);
  const next = down ? column.back : column.order;
  cell.append(button(column.label + arrow, () => send("order", next), "Sort all entities"));
  return cell;
}

function pictures(one, send) {
  const cell = el("td", "pictures");
  for (const picture of one.pictures) {
    const made = el("button");
    made.type = "button";
    made.title = `Instance ${picture.instance.toLocaleString("en")}`;
    made.onclick = () => send("picked", [one.name, picture.instance]);
    const image = el("img");
    image.src = picture.image;
    image.alt = `${one.name}, instance ${picture.instance}`;
    made.append(image);
    cell.append(made);
  }
  return cell;
}

function row(one, data, chosen, tell, send) {
  const tone = one.tail ? data.tail : data.head;
  const line = el("tr");
  const first = el("td", "tick");
  first.append(tick(chosen.has(one.entity), `Choose ${one.name}`, (on) => { put(chosen, one.entity, on); tell(); }));
  const name = el("td", "name");
  name.append(button(one.name, () => send("opened", one.name), one.name));
  const bar = el("td", "bar");
  const fill = el("div");
  fill.style.width = `${one.bar}%`;
  fill.style.background = tone;
  bar.append(fill);
  const part = el("td", "part");
  const tag = el("span", "tag", one.tail ? "tail" : "head");
  tag.style.color = tone;
  part.append(tag);
  line.append(first, el("td", "number rank", one.rank.toLocaleString("en")), name);
  if (data.columns.some((column) => column.kind === "pictures")) line.append(pictures(one, send));
  line.append(el("td", "number count", one.n.toLocaleString("en")), bar, part);
  return line;
}
