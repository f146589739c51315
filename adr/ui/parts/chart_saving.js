// Buttons on every chart that save it as it is seen (PNG, SVG) or its numbers (CSV). They are made when a chart appears,
// and seen while it is pointed at or one of them has the focus.
import { el } from "./elements.js";

const SCALE = 2; // pixels of a PNG for each pixel of the page
const SVG = "http://www.w3.org/2000/svg";
const SAVE = { PNG: savePng, SVG: saveSvg, CSV: saveCsv };
const watching = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  const add = () => addButtons(data.kinds);
  if (!watching.has(parentElement)) {
    const watcher = new MutationObserver(() => requestAnimationFrame(add));
    watcher.observe(document.body, { childList: true, subtree: true });
    watching.set(parentElement, watcher);
  }
  add();
  return () => {
    watching.get(parentElement)?.disconnect();
    watching.delete(parentElement);
  };
}

function addButtons(kinds) {
  for (const holder of document.querySelectorAll("[data-testid=stPlotlyChart]")) {
    const chart = holder.querySelector(".js-plotly-plot");
    if (!chart || holder.querySelector(".adr-save")) continue;
    const box = el("div", "adr-save");
    for (const kind of kinds) {
      const made = el("button", "", kind);
      made.type = "button";
      made.title = `Save this chart as ${kind}`;
      made.setAttribute("aria-label", made.title);
      made.onclick = () => SAVE[kind](holder.querySelector(".js-plotly-plot"), nameOf(holder));
      box.append(made);
    }
    holder.append(box);
  }
}

function nameOf(holder) {
  const keyed = holder.closest("[class*=st-key-]");
  const key = [...(keyed?.classList ?? [])].find((one) => one.startsWith("st-key-"));
  return key ? key.slice("st-key-".length) : "chart";
}

function download(blob, name) {
  const link = el("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The rule of the page's font with the font inside it, since a drawing outside the page has no other way to it.
async function fontRule(family) {
  const rules = [...document.styleSheets].flatMap((sheet) => {
    try {
      return Array.from(sheet.cssRules);
    } catch {
      return []; // of another origin: not ours
    }
  });
  const rule = rules.find((one) => one instanceof CSSFontFaceRule && one.style.fontStyle !== "italic"
    && bare(one.style.fontFamily) === bare(family.split(",")[0]));
  const [, address] = rule?.style.src.match(/url\("?([^")]+)"?\)/) ?? [];
  if (!address) return "";
  const font = await (await fetch(new URL(address, rule.parentStyleSheet.href ?? document.baseURI))).blob();
  const reader = new FileReader();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(font); });
  return `@font-face { font-family: ${rule.style.fontFamily}; font-weight: ${rule.style.fontWeight || "normal"}; `
    + `src: url(${reader.result}); }`;
}

// The chart's layers as one drawing on the background of the page.
async function drawing(chart) {
  const { width, height } = chart.getBoundingClientRect();
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("xmlns", SVG);
  root.setAttribute("xmlns:xlink", "http://www.w3.org/1999/xlink");
  for (const [name, value] of [["width", width], ["height", height], ["viewBox", `0 0 ${width} ${height}`]]) {
    root.setAttribute(name, value);
  }
  const paper = document.createElementNS(SVG, "rect");
  paper.setAttribute("width", "100%");
  paper.setAttribute("height", "100%");
  paper.setAttribute("fill", getComputedStyle(document.querySelector(".stApp")).backgroundColor);
  const letters = document.createElementNS(SVG, "style");
  letters.textContent = await fontRule(getComputedStyle(chart.querySelector("svg.main-svg text") ?? chart).fontFamily);
  root.append(letters, paper);
  for (const layer of chart.querySelectorAll("svg.main-svg")) {
    for (const part of layer.children) if (!part.classList.contains("hoverlayer")) root.append(part.cloneNode(true));
  }
  root.querySelectorAll(".drag, .draglayer").forEach((part) => part.remove());
  return { text: new XMLSerializer().serializeToString(root), width, height };
}

async function saveSvg(chart, name) {
  download(new Blob([(await drawing(chart)).text], { type: "image/svg+xml" }), `${name}.svg`);
}

async function savePng(chart, name) {
  const { text, width, height } = await drawing(chart);
  const image = new Image();
  image.onload = () => {
    const canvas = el("canvas");
    canvas.width = Math.round(SCALE * width);
    canvas.height = Math.round(SCALE * height);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => download(blob, `${name}.png`), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

function saveCsv(chart, name) {
  const { columns, rows } = chart.layout.meta?.columns ? chart.layout.meta : readOff(chart);
  const lines = [columns, ...rows].map((row) => row.map(cell).join(","));
  download(new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }), `${name}.csv`);
}

// The points of the traces that have a name in the legend; of all traces where none has.
function readOff(chart) {
  const named = chart.data.map((one) => Boolean(one.name));
  const { _fullData: drawn } = chart; // Plotly's traces with their numbers unpacked
  const traces = drawn.filter((one, place) => one.x && one.y && (named[place] || !named.includes(true)));
  const axis = (which) => chart.layout[which]?.title?.text || which[0];
  const spread = traces.some(errorOf);
  const rows = traces.flatMap((one) => Array.from(one.x, (x, place) => {
    const error = errorOf(one);
    const less = error?.symmetric === false ? error.arrayminus?.[place] : error?.array?.[place];
    return [one.name, x, one.y[place], ...(spread ? [less, error?.array?.[place]] : [])];
  }));
  return { columns: ["series", axis("xaxis"), axis("yaxis"), ...(spread ? ["minus", "plus"] : [])], rows };
}

function bare(text) {
  return text.replaceAll(/["']/g, "").trim();
}

function errorOf(trace) {
  return [trace.error_x, trace.error_y].find((one) => one?.visible && one.array);
}

function cell(value) {
  const text = String(value ?? "").replaceAll(/<[^>]*>/g, "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
