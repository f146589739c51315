// Brings the part that was asked for into view: on opening an address that names one, and whenever another is chosen.
const shown = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  const former = shown.get(parentElement);
  shown.set(parentElement, data.part);
  if (former === data.part || (former === undefined && !data.asked)) return;
  // The board above takes its height after this is drawn, so look again until the hand takes over.
  let free = true;
  const stop = () => { free = false; };
  for (const name of ["wheel", "pointerdown", "keydown", "touchstart"]) {
    window.addEventListener(name, stop, { once: true, passive: true });
  }
  const host = parentElement.host ?? parentElement;
  const scroll = () => {
    if (!free) return;
    const bar = document.querySelector(".st-key-rebalance_bar");
    host.style.scrollMarginTop = `${(bar?.getBoundingClientRect().height ?? 0) + 64}px`;
    host.scrollIntoView({ block: "start" });
  };
  for (const wait of [0, 250, 800, 1600]) setTimeout(scroll, wait);
}
