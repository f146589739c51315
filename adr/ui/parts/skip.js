// Links that only the keyboard finds: past the navigation to the page's content, and to its first instance.
import { el } from "./elements.js";

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".skip");
  const links = [["Skip to the first instance", firstTile]];
  if (data.content) links.unshift(["Skip to the content", content]);
  root.replaceChildren(...links.map(([says, find]) => {
    const made = el("button", "", says);
    made.type = "button";
    made.onclick = () => {
      const found = find() ?? content();
      found.focus({ focusVisible: true });
      found.scrollIntoView({ block: "nearest" });
    };
    return made;
  }));
}

function content() {
  const main = document.querySelector("[data-testid=stMainBlockContainer]");
  main.tabIndex = -1;
  return main;
}

function firstTile() {
  for (const host of document.querySelectorAll("[data-testid=stMainBlockContainer] *")) {
    const tile = host.shadowRoot?.querySelector(".tile, #card");
    if (tile) return tile;
  }
  return null;
}
