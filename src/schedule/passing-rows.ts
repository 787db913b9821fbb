import { typeOf } from '../ir/graph.ts';
import type { Graph, ValueName } from '../ir/types.ts';
import { bytesOfRings, type Ring, rowBytes } from './rings.ts';
import type { RowPlan } from './row-plan.ts';

/** Memory that is used within a tick alone: temporary memory of layers, and rows that are read in the tick in which they come. */
export interface PassingRows {
  readonly bytes: number;
  /** Where such rows lie. */
  readonly rows: ReadonlyMap<ValueName, number>;
  /** By step: where its temporary memory lies. */
  readonly scratch: readonly number[];
}

/** What layers by rows take beside their inputs and result: rings, what passes, and what is kept of rows that are gathered. */
export function bytesOfRows(graph: Graph, plan: RowPlan, scratch: readonly number[]): number {
  const { steps, fed, output } = plan;
  const passing = passingRows(graph, plan, scratch);
  const rings = new Set([...steps, ...(fed ? [fed] : [])].flatMap(({ ring }) => ring ?? []));
  const lasting = [...rings].filter(({ value }) => !passing.rows.has(value));
  const sums = steps.some(({ gathers }) => gathers) ? 4 * typeOf(graph, output).shape[1] : 0;
  return bytesOfRings(graph, lasting) + passing.bytes + sums;
}

interface Item {
  readonly bytes: number;
  /** Steps in which it holds something. */
  readonly first: number;
  readonly last: number;
  readonly ring: Ring | null;
}

const ALIGNMENT = 8;

/** `scratch`: bytes of temporary memory by step. What is never needed in one moment shares memory. */
export function passingRows(graph: Graph, plan: RowPlan, scratch: readonly number[]): PassingRows {
  const rings = passingRings(plan).map(({ ring, steps }): Item => {
    const bytes = rowBytes(graph, ring.value);
    return { bytes, first: Math.min(...steps), last: Math.max(...steps), ring };
  });
  const items = [...rings, ...scratch.map((bytes, i): Item => ({ bytes, first: i, last: i, ring: null }))];
  const orders = [
    [...items].sort((a, b) => b.bytes - a.bytes || a.first - b.first),
    [...items].sort((a, b) => a.first - b.first || b.bytes - a.bytes),
  ];
  const [offsets] = orders.map(place).sort((a, b) => endOf(a) - endOf(b));
  return {
    bytes: endOf(offsets),
    rows: new Map(rings.map((item) => [item.ring!.value, offsets.get(item)!])),
    scratch: items.slice(rings.length).map((item) => offsets.get(item)!),
  };
}

/** Rings of one row, all of whose makers and readers work in the same ticks. */
function passingRings({ steps, fed, output }: RowPlan) {
  const rings = new Set(steps.flatMap(({ ring }) => ring ?? []));
  return [...rings].flatMap((ring) => {
    const using = steps.flatMap((step, i) =>
      step.ring === ring || step.reads.some(({ home }) => home === ring.value) ? [i] : [],
    );
    const { from, every } = steps[using[0]];
    const together = using.every((i) => {
      const pads = steps[i].reads.filter(({ home }) => home === ring.value).some(({ pad }) => pad > 0);
      return !pads && (steps[i].from - from) % every === 0;
    });
    const passes = ring.rows === 1 && ring !== fed?.ring && ring.value !== output && together;
    return passes ? [{ ring, steps: using }] : [];
  });
}

/** Each as low as those that are there at the same time allow, in this order. */
function place(items: readonly Item[]): ReadonlyMap<Item, number> {
  const offsets = new Map<Item, number>();
  for (const item of items) {
    const beside = [...offsets].filter(([{ first, last }]) => first <= item.last && item.first <= last);
    let offset = 0;
    for (const [other, at] of beside.sort((a, b) => a[1] - b[1])) {
      if (offset + item.bytes <= at) break;
      offset = Math.max(offset, aligned(at + other.bytes));
    }
    offsets.set(item, offset);
  }
  return offsets;
}

function endOf(offsets: ReadonlyMap<Item, number>): number {
  return Math.max(0, ...[...offsets].map(([{ bytes }, offset]) => offset + bytes));
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
