import { typeOf } from '../ir/graph.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import { bytesOfRings, homesOf, newest, type Ring, ringsOf, type Timed } from './rings.ts';
import { gathersRows, type RowWindow, rowWindows } from './row-window.ts';

/**
 * Layers computed together, row by row. Time goes in ticks: row r of a layer is made in tick from + every * r, in the order of the
 * layers, as soon as all rows that it needs are there. What lies between two layers is a ring: its newest rows, the last one at
 * its end, the others moved up by one whenever a row comes.
 */
export interface RowPlan {
  readonly ticks: number;
  readonly steps: readonly RowStep[];
  /** The value whose rows come one by one from the caller. */
  readonly fed: (RowMaker & { readonly value: ValueName }) | null;
  /** Other values from outside, which lie in memory whole. */
  readonly inputs: readonly ValueName[];
  readonly output: ValueName;
}

/** What gives rows: row r in tick from + every * r. */
export interface RowMaker {
  readonly from: number;
  readonly every: number;
  readonly rows: number;
  /** Where its row goes: the newest of a ring. Null: a row of the result, which lies in memory whole. */
  readonly ring: Ring | null;
  /** Whether it has the rows of its ring move up. It does not where its input has done so, which lies where its row goes. */
  readonly moves: boolean;
}

export interface RowStep extends RowMaker {
  readonly node: Node;
  readonly reads: readonly RowRead[];
  /** Its rows are those of what it reads; its result, all of it, is there with the last (see gathersRows). */
  readonly gathers: boolean;
}

export interface RowRead extends RowWindow {
  /** The value in whose place it lies: itself, unless the layer writes its row over it. */
  readonly home: ValueName;
  /** Row of the ring at which the window begins; null: an input, which is there whole. */
  readonly slot: number | null;
}

/**
 * Consecutive nodes of a graph as a plan; null where one of them, or what they hand on, cannot go row by row. `fed`: the value whose
 * rows come one by one.
 */
export function planRows(
  graph: Graph,
  nodes: readonly Node[],
  { inPlace = true, fed = null }: { readonly inPlace?: boolean; readonly fed?: ValueName | null } = {},
): RowPlan | null {
  const output = must(nodes.at(-1)?.outputs[0], 'a result');
  const inputs = new Set<ValueName>();
  const timed = timesOf(graph, nodes, inputs, fed);
  if (!timed) return null;
  delay(graph, timed, output);
  const homes = inPlace ? homesOf(graph, timed) : new Map<ValueName, ValueName>();
  const rings = ringsOf(timed, homes, output);
  const made = new Map(timed.map((layer) => [layer.value, layer]));
  const makerOf = ({ from, every, rows, value }: Timed, moves: boolean): RowMaker => {
    return { from, every, rows, ring: rings.get(homes.get(value) ?? value) ?? null, moves };
  };
  const source = fed === null ? undefined : made.get(fed);
  return {
    ticks: Math.max(...timed.map(({ from, every, rows }) => from + every * (rows - 1))) + 1,
    steps: timed.flatMap((layer) => {
      const { node, windows } = layer;
      if (node === null) return [];
      const reads = windows.map((window) => {
        const home = homes.get(window.value) ?? window.value;
        const [ring, from] = [rings.get(home), made.get(window.value)];
        const slot = ring && from ? ring.rows - 1 - newest(from, layer, 0) - window.pad : null;
        return { ...window, home, slot };
      });
      const moves = reads.every((read) => read.home === read.value);
      return [{ ...makerOf(layer, moves), node, reads, gathers: gathersRows(graph, node) }];
    }),
    fed: source ? { ...makerOf(source, true), value: source.value } : null,
    inputs: [...inputs],
    output,
  };
}

/** Each layer as soon as its inputs allow; what comes from outside is there from the beginning, or a row in each tick. */
function timesOf(graph: Graph, nodes: readonly Node[], inputs: Set<ValueName>, fed: ValueName | null): Timed[] | null {
  const made = new Map<ValueName, Timed>();
  const periods = new Map<ValueName, number>();
  const rowsOf = (value: ValueName) => typeOf(graph, value).shape[2];
  if (fed !== null && nodes.some((node) => node.inputs.includes(fed)))
    made.set(fed, { node: null, value: fed, windows: [], from: 0, every: 1, rows: rowsOf(fed) });
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
    const gathers = gathersRows(graph, node);
    if (gathers && node !== nodes.at(-1)) return null;
    made.set(value, { node, value, windows, from, every, rows: rowsOf(gathers ? windows[0].value : value) });
  }
  return [...made.values()];
}

/** Layers that can wait, as those of a shortcut, wait as long as that makes the rings smaller; the last ones first. */
function delay(graph: Graph, timed: readonly Timed[], output: ValueName): void {
  for (const layer of timed.filter(({ node }) => node !== null).reverse()) {
    const latest = Math.min(
      ...timed.flatMap(({ from, windows }) =>
        windows.flatMap(({ value, pad, reach }) => (value === layer.value ? [from - layer.every * (reach - pad)] : [])),
      ),
    );
    if (!Number.isFinite(latest) || latest <= layer.from) continue;
    let [best, least] = [layer.from, bytesOfRings(graph, ringsOf(timed, homesOf(graph, timed), output).values())];
    for (let from = layer.from + 1; from <= latest; from++) {
      layer.from = from;
      const bytes = bytesOfRings(graph, ringsOf(timed, homesOf(graph, timed), output).values());
      if (bytes < least) [best, least] = [from, bytes];
    }
    layer.from = best;
  }
}
