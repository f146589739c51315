// The stages in their order; a click sends the name of one.
import { el } from "./elements.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".stages");
  root.replaceChildren(...data.stages.map((stage) => {
    const box = el("button", `stage ${stage.state}`);
    box.type = "button";
    box.append(el("div", "name", stage.name), el("div", "says", stage.says));
    box.title = `${stage.name}: ${stage.says}`;
    box.onclick = () => setTriggerValue("picked", stage.name);
    return box;
  }));
}
