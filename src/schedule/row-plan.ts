import { typeOf } from '../ir/graph.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { invariant, must } from '../support/errors.ts';
import { type RowWindow, rowWindows } from './row-window.ts';

/**
 * Layers computed together, row by row. Time goes in ticks: row r of a layer is made in tick from + every * r, in the order of the
 * layers, as soon as all rows that it needs are there. What lies between two layers is a ring: its newest rows, the last one at
 * its end, the others moved up by one whenever a row comes.
 */
export interface RowPlan {
  readonly ticks: number;
  readonly steps: readonly RowStep[];
  /** Values from outside, which lie in memory whole. */
  readonly inputs: readonly ValueName[];
  readonly output: ValueName;
}

export interface RowStep {
  readonly node: Node;
  readonly from: number;
  readonly every: number;
  readonly rows: number;
  readonly reads: readonly RowRead[];
  /** Where its row goes: the newest of a ring. Null: a row of the result, which lies in memory whole. */
  readonly ring: Ring | null;
  /** Whether it has the rows of its ring move up. It does not where its input has done so, which lies where its row goes. */
  readonly moves: boolean;
}

export interface RowRead extends RowWindow {
  /** The value in whose place it lies: itself, unless the layer writes its row over it. */
  readonly home: ValueName;
  /** Row of the ring at which the window begins; null: an input, which is there whole. */
  readonly slot: number | null;
}

export interface Ring {
  readonly value: ValueName;
  readonly rows: number;
  /** How often it moves, more often than rows come where the last layers go on. */
  readonly moves: number;
}

/** Consecutive nodes of a graph as a plan; null where one of them, or what they hand on, cannot go row by row. */
export function planRows(graph: Graph, nodes: readonly Node[], inPlace = true): RowPlan | null {
  const output = must(nodes.at(-1)?.outputs[0], 'a result');
  const inputs = new Set<ValueName>();
  const timed = timesOf(graph, nodes, inputs);
  if (!timed) return null;
  delay(graph, timed, output);
  const homes = inPlace ? homesOf(graph, timed) : new Map<ValueName, ValueName>();
  const rings = ringsOf(timed, homes, output);
  const made = new Map(timed.map((layer) => [layer.value, layer]));
  return {
    ticks: Math.max(...timed.map(({ from, every, rows }) => from + every * (rows - 1))) + 1,
    steps: timed.map((layer) => {
      const { node, from, every, rows, windows, value } = layer;
      const reads = windows.map((window) => {
        const home = homes.get(window.value) ?? window.value;
        const [ring, source] = [rings.get(home), made.get(window.value)];
        const slot = ring && source ? ring.rows - 1 - newest(source, layer, 0) - window.pad : null;
        return { ...window, home, slot };
      });
      const moves = reads.every((read) => read.home === read.value);
      return { node, from, every, rows, reads, ring: rings.get(homes.get(value) ?? value) ?? null, moves };
    }),
    inputs: [...inputs],
    output,
  };
}

interface Timed {
  readonly node: Node;
  readonly value: ValueName;
  readonly windows: readonly RowWindow[];
  from: number;
  readonly every: number;
  readonly rows: number;
}

/** Each layer as soon as its inputs allow; what comes from outside is there from the beginning. */
function timesOf(graph: Graph, nodes: readonly Node[], inputs: Set<ValueName>): Timed[] | null {
  const made = new Map<ValueName, Timed>();
  const periods = new Map<ValueName, number>();
  for (const node of nodes) {
    const windows = rowWindows(graph, node);
    if (!windows) return null;
    const known = windows.flatMap(({ value, stride }) => {
      const source = made.get(value)?.every ?? periods.get(value);
      return source === undefined ? [] : [source * stride];
    });
    const every = known[0] ?? windows[0].stride;
    if (known.some((other) => other !== every)) return null;
    let from = 0;
    for (const { value, stride, pad, reach } of windows) {
      const source = made.get(value);
      if (source) from = Math.max(from, source.from + source.every * (reach - pad));
      else if (every % stride !== 0) return null;
      else {
        inputs.add(value);
        periods.set(value, every / stride);
      }
    }
    const value = must(node.outputs[0], node.name);
    made.set(value, { node, value, windows, from, every, rows: typeOf(graph, value).shape[2] });
  }
  return [...made.values()];
}

/** Layers that can wait, as those of a shortcut, wait as long as that makes the rings smaller; the last ones first. */
function delay(graph: Graph, timed: readonly Timed[], output: ValueName): void {
  for (const layer of [...timed].reverse()) {
    const latest = Math.min(
      ...timed.flatMap(({ from, windows }) =>
        windows.flatMap(({ value, pad, reach }) => (value === layer.value ? [from - layer.every * (reach - pad)] : [])),
      ),
    );
    if (!Number.isFinite(latest) || latest <= layer.from) continue;
    let [best, least] = [layer.from, bytesOfRings(graph, ringsOf(timed, homesOf(graph, timed), output))];
    for (let from = layer.from + 1; from <= latest; from++) {
      layer.from = from;
      const bytes = bytesOfRings(graph, ringsOf(timed, homesOf(graph, timed), output));
      if (bytes < least) [best, least] = [from, bytes];
    }
    layer.from = best;
  }
}

/** The newest row of a value that a layer finds when it makes its row `row`. */
function newest(source: Timed, { from, every }: Timed, row: number): number {
  return Math.floor((from + every * row - source.from) / source.every);
}

/** Rows that an element by element layer writes its own over, in the tick in which they come: they lie where that goes. */
function homesOf(graph: Graph, timed: readonly Timed[]): Map<ValueName, ValueName> {
  const homes = new Map<ValueName, ValueName>();
  const bytes = (value: ValueName) => [rowBytes(graph, value), typeOf(graph, value).dtype].join();
  for (const layer of timed) {
    if (!layer.windows.every(({ stride, pad, reach }) => stride === 1 && pad === 0 && reach === 0)) continue;
    if (layer.node.op === 'Conv' || layer.node.op.endsWith('Pool')) continue;
    const over = timed.findLast(
      ({ value, from }) =>
        layer.windows.some((window) => window.value === value) &&
        from === layer.from &&
        bytes(value) === bytes(layer.value) &&
        timed.filter(({ windows }) => windows.some((window) => window.value === value)).length === 1,
    );
    if (over) homes.set(over.value, layer.value);
  }
  for (const [value, home] of homes) {
    const further = homes.get(home);
    if (further !== undefined) homes.set(value, further);
  }
  return homes;
}

function ringsOf(
  timed: readonly Timed[],
  homes: ReadonlyMap<ValueName, ValueName>,
  output: ValueName,
): Map<ValueName, Ring> {
  const made = new Map(timed.map((layer) => [layer.value, layer]));
  const rings = new Map<ValueName, Ring>();
  for (const layer of timed) {
    for (const { value, pad } of layer.windows) {
      const source = made.get(value);
      if (!source || homes.has(value)) continue;
      invariant(value !== output, 'the last layer is read by none of the others');
      const known = rings.get(value);
      rings.set(value, {
        value,
        rows: Math.max(known?.rows ?? 0, newest(source, layer, 0) + pad + 1),
        moves: Math.max(known?.moves ?? 0, newest(source, layer, layer.rows - 1) + 1),
      });
    }
  }
  return rings;
}

function bytesOfRings(graph: Graph, rings: ReadonlyMap<ValueName, Ring>): number {
  return [...rings.values()].reduce((sum, { value, rows }) => sum + aligned(rows * rowBytes(graph, value)), 0);
}

/** Bytes of one row of a value [1, C, H, W]. */
export function rowBytes(graph: Graph, value: ValueName): number {
  const type = typeOf(graph, value);
  return arenaBytes({ ...type, shape: [1, type.shape[1], 1, type.shape[3]] });
}

/**
 * How far below an input the output must start so that each row is read before it is written over:
 * max over rows of (bytes written up to its end) - (first byte of the input that is still needed when it is written).
 */
export function rowOverlap(graph: Graph, plan: RowPlan, input: ValueName): number {
  const last = must(plan.steps.at(-1), 'a layer');
  const writer = plan.steps.findIndex(({ ring }) => ring === null);
  const [inRow, outRow] = [rowBytes(graph, input), rowBytes(graph, plan.output)];
  let distance = -arenaBytes(typeOf(graph, input));
  for (let row = 0; row < last.rows; row++) {
    const tick = last.from + last.every * row;
    for (const [at, step] of plan.steps.entries()) {
      // Layers behind the first that writes a row of the output have yet to read theirs.
      const before = at < writer ? tick : tick - 1;
      const done = Math.max(0, Math.floor((before - step.from) / step.every) + 1);
      if (done >= step.rows) continue;
      for (const { value, stride, pad } of step.reads) {
        if (value !== input) continue;
        distance = Math.max(distance, (row + 1) * outRow - Math.max(0, done * stride - pad) * inRow);
      }
    }
  }
  return distance;
}

/** Bytes of all rings. */
export function ringBytes(graph: Graph, { steps }: RowPlan): number {
  return steps.reduce((sum, { ring }) => sum + (ring ? aligned(ring.rows * rowBytes(graph, ring.value)) : 0), 0);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
