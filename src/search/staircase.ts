/** Points (x, y) of which none is at least as large in both as another: x ascending, y descending. */
export class Staircase {
  private readonly xs: number[] = [];
  private readonly ys: number[] = [];

  /** Whether some point is at most (x, y). */
  covers(x: number, y: number): boolean {
    const at = this.after(x);
    return at > 0 && this.ys[at - 1] <= y;
  }

  /** False, and nothing changes, when the point is covered. */
  add(x: number, y: number): boolean {
    if (this.covers(x, y)) return false;
    const at = this.after(x);
    // A point of the same x lies above this one, else it would cover it.
    const from = at > 0 && this.xs[at - 1] === x ? at - 1 : at;
    let to = from;
    while (to < this.xs.length && this.ys[to] >= y) to++;
    this.xs.splice(from, to - from, x);
    this.ys.splice(from, to - from, y);
    return true;
  }

  /** How many points have an x of at most this. */
  private after(x: number): number {
    let low = 0;
    let high = this.xs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.xs[middle] <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
