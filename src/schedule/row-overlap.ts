import { typeOf } from '../ir/graph.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import { rowBytes } from './rings.ts';
import type { RowPlan } from './row-plan.ts';

/**
 * How far below an input the output must start so that each row is read before it is written over:
 * max over rows of (bytes written up to its end) - (first byte of the input that is still needed when it is written).
 */
export function rowOverlap(graph: Graph, plan: RowPlan, input: ValueName): number {
  const last = must(plan.steps.at(-1), 'a layer');
  const writer = plan.steps.findIndex(({ ring }) => ring === null);
  const [inRow, outRow] = [rowBytes(graph, input), rowBytes(graph, plan.output)];
  let distance = -arenaBytes(typeOf(graph, input));
  for (let row = last.gathers ? last.rows - 1 : 0; row < last.rows; row++) {
    const written = last.gathers ? outRow : (row + 1) * outRow;
    const tick = last.from + last.every * row;
    for (const [at, step] of plan.steps.entries()) {
      // Layers behind the first that writes a row of the output have yet to read theirs.
      const before = at < writer ? tick : tick - 1;
      const done = Math.max(0, Math.floor((before - step.from) / step.every) + 1);
      if (done >= step.rows) continue;
      for (const { value, stride, pad } of step.reads) {
        if (value !== input) continue;
        distance = Math.max(distance, written - Math.max(0, done * stride - pad) * inRow);
      }
    }
  }
  return distance;
}
