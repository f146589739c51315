// What the card and the grid share: keys and the buttons that name them.
import { el } from "../parts/elements.js";

// Whether a key goes to a field that the user is typing in.
export const typing = (event) => {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
};

// Whether a key is the browser's, is held down, or goes to a dialog.
export const elsewhere = (event) =>
  event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector('[role="dialog"]') !== null;

// Distinguishes the steps of one mounted component from those of another, so that a number names exactly one step.
export const session = () => Math.random().toString(36).slice(2, 10);

export function button(label, keys, className, onClick) {
  const made = el("button", className);
  made.append(el("span", "", label));
  if (keys) made.append(el("kbd", "", keys));
  made.onclick = onClick;
  return made;
}
