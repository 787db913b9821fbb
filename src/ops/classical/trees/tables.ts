import { type Ensemble, type Leaf, leavesBelow, type Place, type Split } from './ensemble.ts';

/**
 * An ensemble as a walk reads it. A node asks whether its feature is at most a threshold; a place is the number of a node, or ~row of
 * the row of weights that the tree gives. Rows that are alike lie there once.
 */
export interface TreeTables {
  readonly roots: readonly number[];
  /** By node: of the feature. */
  readonly features: readonly number[];
  readonly thresholds: readonly number[];
  /** By node: where to go on at most at the threshold, and above it. */
  readonly branches: readonly number[];
  /** By node: whether a feature that is no number counts as one below; null where none does. */
  readonly missing: readonly boolean[] | null;
  /** Rows of one number, or of one for each target. */
  readonly weights: readonly number[];
  readonly width: number;
  /** By tree, where rows have one number: what it counts for. */
  readonly targets: readonly number[];
}

export function treeTables(ensemble: Ensemble, targets: number): TreeTables {
  const owners = ensemble.roots.map((root) => ownerOf(root, ensemble));
  const width = owners.every((owner) => owner !== null) ? 1 : targets;
  const rows = new Rows(width, targets);
  const nodes: { feature: number; threshold: number; missing: boolean; branches: [number, number] }[] = [];
  const firstOf: number[] = [];
  const settle: (() => void)[] = [];
  const placeOf = (place: Place) => ('leaf' in place ? ~rows.of(ensemble.leaves[place.leaf]) : firstOf[place.split]);
  for (const [i, split] of ensemble.splits.entries()) {
    firstOf[i] = nodes.length;
    for (const { below, above, ...node } of comparisons(split)) {
      const at = nodes.push({ ...node, branches: [0, 0] }) - 1;
      const goesTo = (side: Side) => (side === 'next' ? at + 1 : placeOf(side));
      settle.push(() => {
        nodes[at].branches = [goesTo(below), goesTo(above)];
      });
    }
  }
  for (const one of settle) one();
  return {
    roots: ensemble.roots.map(placeOf),
    features: nodes.map(({ feature }) => feature),
    thresholds: nodes.map(({ threshold }) => threshold),
    branches: nodes.flatMap(({ branches }) => branches),
    missing: nodes.some(({ missing }) => missing) ? nodes.map(({ missing }) => missing) : null,
    weights: rows.numbers,
    width,
    targets: owners.map((owner) => owner ?? 0),
  };
}

type Side = Place | 'next';

interface Comparison {
  readonly feature: number;
  readonly threshold: number;
  readonly missing: boolean;
  readonly below: Side;
  readonly above: Side;
}

/** A node as one that asks `x <= threshold`, or two for an equality; what is no number is above, unless `missing`. */
function comparisons({ feature, mode, value, missingIsYes, yes, no }: Split): Comparison[] {
  const at = Math.fround(value);
  const under = before(at);
  const ask = (threshold: number, below: Side, above: Side, missing: boolean) => [
    { feature, threshold, below, above, missing },
  ];
  if (mode === 'BRANCH_LEQ') return ask(at, yes, no, missingIsYes);
  if (mode === 'BRANCH_LT') return ask(under, yes, no, missingIsYes);
  if (mode === 'BRANCH_GTE') return ask(under, no, yes, !missingIsYes);
  if (mode === 'BRANCH_GT') return ask(at, no, yes, !missingIsYes);
  if (mode === 'BRANCH_EQ') return [...ask(at, 'next', no, missingIsYes), ...ask(under, no, yes, false)];
  return [...ask(at, 'next', yes, false), ...ask(under, yes, no, false)];
}

/** The next float32 below; of what has none below it NaN, at most which no number is. */
function before(value: number): number {
  if (!(value > -Infinity)) return Number.NaN;
  if (value === 0) return -(2 ** -149);
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  bits.setInt32(0, bits.getInt32(0) + (value > 0 ? -1 : 1));
  return bits.getFloat32(0);
}

/** The one target of all leaves of a tree, or null. */
function ownerOf(root: Place, ensemble: Ensemble): number | null {
  const found = new Set(leavesBelow(root, ensemble).flatMap((leaf) => leaf.map(({ target }) => target)));
  return found.size > 1 ? null : ([...found][0] ?? 0);
}

/** Rows of weights, each once. */
class Rows {
  readonly numbers: number[] = [];
  private readonly known = new Map<string, number>();

  constructor(
    private readonly width: number,
    private readonly targets: number,
  ) {}

  of(leaf: Leaf): number {
    const row = new Array<number>(this.width).fill(0);
    for (const { target, weight } of leaf) row[this.width === this.targets ? target : 0] += weight;
    const key = row.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const index = this.numbers.length / this.width;
    this.numbers.push(...row);
    this.known.set(key, index);
    return index;
  }
}
