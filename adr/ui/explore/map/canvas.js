// The map: points that can be moved, enlarged, pointed at and surrounded. Comes back as 'hovered' and 'opened', the number
// of a point, or 'lasso', the corners of what was drawn in the coordinates of the points (0 to 65,535, y upwards).
import { el } from "../../parts/elements.js";
import { onPixels, withWebGL } from "./painters.js";
import { Grid } from "./grid.js";

const SIDE = 65536, REST = 90, REACH = 9, CORNERS = 96, TIPS = 400;
// A frame that takes longer than SMOOTH milliseconds is painted with fewer points while the map moves, but with no fewer than
// every FEWEST-th.
const SMOOTH = 40, FEWEST = 60, STILL = 150;

class PointMap {
  constructor(root) {
    Object.assign(this, { root, only: -1, lassoing: false, trail: null, tips: new Map(), stamp: "", asked: -1, at: -1 });
    this.canvas = root.querySelector("canvas");
    this.over = root.querySelector(".over");
    this.names = root.querySelector(".names");
    this.legend = root.querySelector(".legend");
    this.tip = root.querySelector(".tip");
    this.ring = root.querySelector(".ring");
    this.painter = withWebGL(this.canvas) ?? onPixels(this.canvas);
    root.dataset.painter = this.painter.name;
    this.whole();
    this.listen();
  }

  listen() {
    const { canvas, root } = this;
    canvas.onpointerdown = (event) => this.down(event);
    canvas.onpointermove = (event) => this.moved(event);
    canvas.onpointerup = (event) => this.up(event);
    canvas.onpointercancel = () => this.stop();
    canvas.onpointerleave = () => this.hover(-1);
    canvas.ondblclick = (event) => this.zoom(2, event);
    canvas.onkeydown = (event) => this.key(event);
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0015), event);
    }, { passive: false });
    root.querySelector(".lasso").onclick = () => this.mode(!this.lassoing);
    root.querySelector(".nearer").onclick = () => this.zoom(1.6);
    root.querySelector(".farther").onclick = () => this.zoom(1 / 1.6);
    root.querySelector(".whole").onclick = () => this.whole();
    this.onTip = ({ detail }) => this.told(detail);
    this.here();
  }

  // What holds on to the page beyond this element, taken up again when the element comes back.
  here() {
    if (this.watch) return;
    window.addEventListener("adr-map-tip", this.onTip);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.canvas);
  }

  leave() {
    window.removeEventListener("adr-map-tip", this.onTip);
    this.watch?.disconnect();
    this.watch = null;
  }

  // One message: the length of a JSON text, the text, then x and y of each point and its kind.
  take(data) {
    this.here();
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const length = view.getUint32(0, true);
    const said = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
    if (said.stamp === this.said?.stamp) return;
    const start = 4 + length, count = said.points;
    const places = new Uint16Array(data.slice(start, start + 4 * count).buffer);
    const kinds = data.slice(start + 4 * count, start + 5 * count);
    if (said.layout !== this.said?.layout) {
      Object.assign(this, { grid: null, places });
      this.tips.clear();
      this.whole();
    }
    Object.assign(this, { said, kinds, only: -1 });
    this.canvas.setAttribute("aria-label", said.alt);
    this.painter.load(places, kinds);
    this.every = 0;
    this.fillLegend();
    this.fillNames();
    this.draw();
  }

  fillLegend() {
    const { legend, said } = this;
    legend.classList.toggle("ordered", said.ordered);
    legend.replaceChildren(...said.legend.map(({ name, color, n, kind }) => {
      const entry = el("button", "entry");
      const dot = el("span", "dot");
      dot.style.background = color;
      entry.append(dot, el("span", "name", name));
      if (n !== null) entry.append(el("small", "", n.toLocaleString("en")));
      entry.title = said.ordered ? name : `Show only ${name}`;
      entry.disabled = said.ordered;
      entry.onclick = () => this.show(kind);
      entry.dataset.kind = kind;
      return entry;
    }));
  }

  show(kind) {
    this.only = this.only === kind ? -1 : kind;
    for (const entry of this.legend.children) {
      entry.setAttribute("aria-pressed", String(Number(entry.dataset.kind) === this.only));
    }
    this.draw();
  }

  fillNames() {
    this.names.replaceChildren(...this.said.names.map(({ text, title }) => {
      const made = el("span", text.startsWith("◇") ? "region empty" : "region", text);
      made.title = title;
      return made;
    }));
  }

  whole() {
    this.look = { x: SIDE / 2, y: SIDE / 2, zoom: 1 };
    this.draw();
  }

  // Pixels of the screen per unit of the map.
  get scale() {
    return (this.look.zoom * 0.94 * Math.min(this.canvas.clientWidth, this.canvas.clientHeight)) / SIDE;
  }

  toScreen(x, y) {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    return [(x - this.look.x) * this.scale + w / 2, h / 2 - (y - this.look.y) * this.scale];
  }

  toMap(left, top) {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    return [this.look.x + (left - w / 2) / this.scale, this.look.y - (top - h / 2) / this.scale];
  }

  zoom(times, event) {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const [left, top] = event ? [event.offsetX, event.offsetY] : [w / 2, h / 2];
    const [x, y] = this.toMap(left, top);
    this.look.zoom = Math.min(200, Math.max(0.5, this.look.zoom * times));
    const [x2, y2] = this.toMap(left, top);
    this.look.x += x - x2;
    this.look.y += y - y2;
    this.move();
  }

  mode(lassoing) {
    this.lassoing = lassoing;
    this.root.querySelector(".lasso").setAttribute("aria-pressed", String(lassoing));
    this.canvas.classList.toggle("drawing", lassoing);
  }

  down(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.from = { left: event.offsetX, top: event.offsetY, look: { ...this.look }, far: false };
    if (this.lassoing || event.shiftKey) this.trail = [this.toMap(event.offsetX, event.offsetY)];
    this.hover(-1);
  }

  moved(event) {
    const { offsetX: left, offsetY: top } = event;
    if (!this.from) {
      this.hover(this.nearest(left, top), left, top);
      return;
    }
    if (Math.hypot(left - this.from.left, top - this.from.top) > 4) this.from.far = true;
    if (this.trail) {
      this.trail.push(this.toMap(left, top));
      this.drawTrail();
    } else if (this.from.far) {
      this.look.x = this.from.look.x - (left - this.from.left) / this.scale;
      this.look.y = this.from.look.y + (top - this.from.top) / this.scale;
      this.move();
    }
  }

  up(event) {
    const { from, trail } = this;
    this.stop();
    if (trail && from?.far && trail.length > 2) this.surround(trail);
    else if (from && !from.far && !trail) this.open(this.nearest(event.offsetX, event.offsetY));
    this.drawTrail();
  }

  stop() {
    this.from = null;
    this.trail = null;
  }

  open(point) {
    if (point >= 0) this.tell("opened", point);
  }

  surround(trail) {
    const step = Math.max(1, Math.ceil(trail.length / CORNERS));
    this.around = trail.filter((_, i) => i % step === 0).map((corner) => corner.map(Math.round));
    this.mode(false);
    this.tell("lasso", this.around);
  }

  key(event) {
    const step = 60 / this.scale;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    const times = { "+": 1.6, "=": 1.6, "-": 1 / 1.6 }[event.key];
    if (event.key === "Escape") this.mode(false);
    else if (event.key === "0") this.whole();
    else if (times) this.zoom(times);
    else if (moves[event.key]) {
      this.look.x += moves[event.key][0];
      this.look.y += moves[event.key][1];
      this.move();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nearest(left, top) {
    if (!this.places) return -1;
    this.grid ??= new Grid(this.places, SIDE);
    return this.grid.nearest(...this.toMap(left, top), REACH / this.scale);
  }

  hover(point) {
    if (point === this.at) return;
    this.at = point;
    clearTimeout(this.resting);
    this.canvas.classList.toggle("pointing", point >= 0);
    this.ring.hidden = this.tip.hidden = point < 0;
    if (point < 0) return;
    this.place(this.ring, point);
    this.tip.hidden = !this.tips.has(point);
    if (this.tips.has(point)) this.showTip(this.tips.get(point));
    else this.resting = setTimeout(() => this.tell("hovered", point), REST);
  }

  told(tip) {
    if (this.tips.size > TIPS) this.tips.clear();
    this.tips.set(tip.point, tip);
    if (tip.point === this.at) this.showTip(tip);
  }

  showTip({ point, image, title, note }) {
    const parts = [el("strong", "", title), el("span", "note", note)];
    if (image) {
      const picture = el("img");
      picture.src = image;
      picture.alt = "";
      parts.unshift(picture);
    }
    this.tip.replaceChildren(...parts);
    this.tip.hidden = false;
    const [left, top] = this.place(this.tip, point);
    this.tip.classList.toggle("left", left > this.canvas.clientWidth - 230);
    this.tip.classList.toggle("above", top > this.canvas.clientHeight - 240);
  }

  place(element, point) {
    const [left, top] = this.toScreen(this.places[2 * point], this.places[2 * point + 1]);
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
    return [left, top];
  }

  move() {
    this.moving = true;
    this.draw();
  }

  draw() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      this.paint();
    });
  }

  paint() {
    const { canvas, said } = this;
    if (!said || !canvas.clientWidth) return;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map(Math.round);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const base = Math.min(7, Math.max(1.4, 420 / Math.sqrt(said.points + 1)));
    const size = Math.min(14, base * Math.sqrt(Math.max(1, this.look.zoom))) * ratio;
    this.points(ratio, size);
    this.root.dataset.stamp = said.stamp;
    this.root.dataset.painted = Number(this.root.dataset.painted ?? 0) + 1;
    this.moving = false;
    this.placeNames();
    this.drawTrail();
    this.hover(-1);
  }

  // All points, or fewer for as long as the map moves on a machine that is slow to paint them.
  points(ratio, size) {
    const { colors } = this.said, { only } = this;
    const paint = (every) => this.painter.paint(this.look, this.scale * ratio, { colors, only, size, every });
    clearTimeout(this.still);
    if (this.every > 1 && this.moving) {
      paint(this.every);
      this.still = setTimeout(() => paint(1), STILL);
      return;
    }
    const began = performance.now();
    paint(1);
    if (this.every) return;
    this.painter.wait();
    this.every = Math.min(FEWEST, Math.ceil((performance.now() - began) / SMOOTH));
  }

  // Names of the largest regions first; one that would cover another is left out until the map is enlarged.
  placeNames() {
    const taken = [];
    [...this.names.children].forEach((name, i) => {
      const [left, top] = this.toScreen(this.said.names[i].x, this.said.names[i].y);
      name.style.transform = `translate(${left}px, ${top}px) translate(-50%, var(--above))`;
      const half = name.textContent.length * 3.7 + 8;
      const free = taken.every((other) => Math.abs(other.top - top) > 24 || Math.abs(other.left - left) > half + other.half);
      name.hidden = !free;
      if (free) taken.push({ left, top, half });
    });
  }

  drawTrail() {
    const corners = this.trail ?? this.around;
    const path = (corners ?? []).map(([x, y]) => this.toScreen(x, y).map((n) => n.toFixed(1)).join(",")).join(" ");
    this.over.querySelector("polygon").setAttribute("points", path);
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".map");
  root.map ??= new PointMap(root);
  root.map.tell = setTriggerValue;
  root.map.take(data);
  return () => root.map.leave();
}
