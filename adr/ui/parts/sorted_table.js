// Rows under heads that sort: a click on a head sends an order, a second one its reverse; the first cell opens the row.
import { el } from "./elements.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const table = el("table");
  const titles = el("tr");
  for (const head of data.heads) titles.append(title(head, data.order, setTriggerValue));
  const top = el("thead");
  top.append(titles);
  const body = el("tbody");
  for (const one of data.rows) body.append(row(one, setTriggerValue));
  table.append(top, body);
  parentElement.querySelector(".scroll").replaceChildren(table);
}

function title(head, order, send) {
  const cell = el("th");
  cell.title = head.hint;
  if (!head.order) {
    cell.textContent = head.label;
    return cell;
  }
  const down = order === head.order;
  const up = order === `-${head.order}`;
  const made = el("button", "", `${head.label}${down ? " ↓" : up ? " ↑" : ""}`);
  made.type = "button";
  made.onclick = () => send("order", down ? `-${head.order}` : head.order);
  cell.setAttribute("aria-sort", down ? "descending" : up ? "ascending" : "none");
  cell.append(made);
  return cell;
}

function row(one, send) {
  const line = el("tr");
  one.cells.forEach((cell, place) => {
    const made = el("td");
    if (place === 0) {
      const name = el("button", "", cell.text);
      name.type = "button";
      name.title = cell.text;
      name.onclick = () => send("opened", one.id);
      made.append(name);
    } else {
      made.append(el("span", "", cell.text));
      if (cell.note) made.append(el("small", "", cell.note));
    }
    if (cell.tint) made.style.background = `color-mix(in srgb, ${cell.tint} ${cell.strength}%, transparent)`;
    line.append(made);
  });
  return line;
}
