import { typeOf } from '../ir/graph.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { invariant } from '../support/errors.ts';
import type { RowWindow } from './row-window.ts';

export interface Ring {
  readonly value: ValueName;
  readonly rows: number;
  /** How often it moves, more often than rows come where the last layers go on. */
  readonly moves: number;
}

/** A layer, or what comes row by row from outside, and when it gives its rows. */
export interface Timed {
  /** Null: from outside. */
  readonly node: Node | null;
  readonly value: ValueName;
  readonly windows: readonly RowWindow[];
  from: number;
  readonly every: number;
  readonly rows: number;
}

/** The newest row of a value that a layer finds when it makes its row `row`. */
export function newest(source: Timed, { from, every }: Timed, row: number): number {
  return Math.floor((from + every * row - source.from) / source.every);
}

/** Rows that an element by element layer writes its own over, in the tick in which they come: they lie where that goes. */
export function homesOf(graph: Graph, timed: readonly Timed[]): Map<ValueName, ValueName> {
  const homes = new Map<ValueName, ValueName>();
  const bytes = (value: ValueName) => [rowBytes(graph, value), typeOf(graph, value).dtype].join();
  for (const layer of timed) {
    if (!layer.windows.every(({ stride, pad, reach }) => stride === 1 && pad === 0 && reach === 0)) continue;
    if (layer.node === null || layer.node.op === 'Conv' || layer.node.op.endsWith('Pool')) continue;
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

export function ringsOf(
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

export function bytesOfRings(graph: Graph, rings: Iterable<Ring>): number {
  return [...rings].reduce((sum, { value, rows }) => sum + aligned(rows * rowBytes(graph, value)), 0);
}

/** Bytes of one row of a value [1, C, H, W]. */
export function rowBytes(graph: Graph, value: ValueName): number {
  const type = typeOf(graph, value);
  return arenaBytes({ ...type, shape: [1, type.shape[1], 1, type.shape[3]] });
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
