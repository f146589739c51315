// Finds the point nearest to a place: the points sorted into square cells, so that few have to be looked at.
const CELLS = 256;

export class Grid {
  constructor(places, side) {
    this.places = places;
    this.cell = side / CELLS;
    const count = places.length / 2;
    this.starts = new Uint32Array(CELLS * CELLS + 1);
    for (let i = 0; i < count; i += 1) this.starts[this.cellOf(i) + 1] += 1;
    for (let c = 0; c < CELLS * CELLS; c += 1) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    this.points = new Uint32Array(count);
    for (let i = 0; i < count; i += 1) this.points[next[this.cellOf(i)]++] = i;
  }

  cellOf(i) {
    const column = Math.floor(this.places[2 * i] / this.cell), row = Math.floor(this.places[2 * i + 1] / this.cell);
    return row * CELLS + column;
  }

  // The number of the point nearest to (x, y) and at most `reach` away; -1 if no point is that near.
  nearest(x, y, reach) {
    const within = (n) => Math.min(CELLS - 1, Math.max(0, Math.floor(n / this.cell)));
    const [left, right] = [within(x - reach), within(x + reach)];
    let best = -1, least = reach * reach;
    for (let row = within(y - reach); row <= within(y + reach); row += 1) {
      const end = this.starts[row * CELLS + right + 1];
      for (let k = this.starts[row * CELLS + left]; k < end; k += 1) {
        const i = this.points[k];
        const far = (this.places[2 * i] - x) ** 2 + (this.places[2 * i + 1] - y) ** 2;
        if (far <= least) [best, least] = [i, far];
      }
    }
    return best;
  }
}
