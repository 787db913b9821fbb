import { typeOf } from '../ir/graph.ts';
import type { Goal } from '../ir/lowering.ts';
import type { Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import type { Graph } from '../ir/types.ts';
import { convsOfSum } from '../ops/conv/with-sum.ts';
import type { LowerOptions } from './lower/lower-graph.ts';

/** Adds by name, each with the convolution that makes it as it stores its results. */
export type FusedSums = ReadonlyMap<string, string>;

/** Goals that pay for the code that adds, and what a core must have that runs it. */
const GOALS: readonly Goal[] = ['balanced', 'speed'];
const FEATURE = 'dsp';
/** Instructions for an element of a layer that nobody counted. */
const UNCOUNTED = 10;

/**
 * The sums of a graph that a convolution makes in fewer instructions than both layers take apart: what it would have written is
 * then nowhere in the arena. Layers of pinned nodes stay as they are.
 */
export function fuseSums(
  graph: Graph,
  lower: (sums: FusedSums) => Program,
  { features, kernels: { goal = 'balanced', pins = new Map() } = {} }: LowerOptions,
): FusedSums {
  if (!features?.has(FEATURE) || !GOALS.includes(goal)) return new Map();
  const found = graph.nodes.flatMap((add) => {
    if (add.op !== 'Add' || pins.has(add.name)) return [];
    const convs = convsOfSum(graph, add).filter(({ name }) => !pins.has(name));
    return convs.length > 0 ? [{ add: add.name, convs: convs.map(({ name }) => name) }] : [];
  });
  if (found.length === 0) return new Map();

  const apart = new Map(lower(new Map()).calls.map(({ node, instructions }) => [node, instructions]));
  const best = new Map<string, { readonly conv: string; readonly spared: number }>();
  for (const i of [0, 1]) {
    const tried = new Map(found.flatMap(({ add, convs }) => (i < convs.length ? [[add, convs[i]] as const] : [])));
    for (const { node, sum, instructions = 0 } of lower(tried).calls) {
      if (sum === undefined) continue;
      const spared = (apart.get(node) ?? 0) + (apart.get(sum) ?? uncounted(sum)) - instructions;
      if (spared > (best.get(sum)?.spared ?? 0)) best.set(sum, { conv: node, spared });
    }
  }
  return new Map([...best].map(([add, { conv }]) => [add, conv]));

  /** Of a sum of numbers. */
  function uncounted(sum: string): number {
    const add = graph.nodes.find(({ name }) => name === sum);
    return UNCOUNTED * elementCount(typeOf(graph, add?.outputs[0]).shape);
  }
}
