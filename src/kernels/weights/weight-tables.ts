import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Node } from '../../ir/types.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import type { Requantization } from '../../quant/requantize.ts';
import type { LinearJob } from '../linear-job.ts';
import { biasTables } from './bias-tables.ts';
import { storeWeights, type WeightParams, type WeightPlan } from './read-weights.ts';

/** Template parameters of a layer with integer weights. */
export type WeightTables = WeightParams & {
  readonly bias: string;
  readonly multiplier: string;
  readonly left_shift: number;
  readonly input_zero_point: number;
};

/** Adds weights, bias and multipliers; returns their names as template params. */
export function weightTables(job: LinearJob, plan: WeightPlan, lower: LowerBuilder): WeightTables {
  return {
    ...storeWeights(plan, job.name, lower),
    ...biasTables(job, lower),
    left_shift: job.leftShift,
    input_zero_point: job.inputZeroPoint,
  };
}

/** zero_point, min and max of the output, as template params. */
export function clampParams({ zeroPoint, clamp }: LinearJob): { zero_point: number; min: number; max: number } {
  return { zero_point: zeroPoint, ...clamp };
}

/** The same for a layer without weights; `scale`: of its sums, if it has some. */
export function outputClampParams(
  node: Node,
  lower: LowerBuilder,
  scale: Pick<Requantization, 'form' | 'leftShift'> = { leftShift: 0 },
): { zero_point: number; min: number; max: number } {
  const quant = quantOf(lower.graph, node.outputs[0]);
  return { zero_point: zeroPointField(scale, zeroPointOf(quant)), ...clampCodes(node, quant) };
}
