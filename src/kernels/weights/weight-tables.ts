import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Node } from '../../ir/types.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import type { LinearJob } from '../linear-job.ts';
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
  const { name, bias, multiplier, leftShift, tieParity } = job;
  const scale = tieParity === undefined ? `scale * 2^${32 - leftShift}` : 'scale as mantissa and exponent';
  const scales = `${scale} per output of ${name}`;
  return {
    ...storeWeights(plan, name, lower),
    bias: lower.table('bias', 'i32', bias, 'parameters', `bias with the input zero point folded in, of ${name}`),
    multiplier: lower.table('multiplier', 'i32', multiplier, 'parameters', scales),
    left_shift: leftShift,
    input_zero_point: job.inputZeroPoint,
  };
}

/** zero_point, min and max of the output, as template params. */
export function clampParams({ zeroPoint, clamp }: LinearJob): { zero_point: number; min: number; max: number } {
  return { zero_point: zeroPoint, ...clamp };
}

/** The same for a layer without weights. */
export function outputClampParams(node: Node, lower: LowerBuilder): { zero_point: number; min: number; max: number } {
  const quant = quantOf(lower.graph, node.outputs[0]);
  return { zero_point: zeroPointOf(quant), ...clampCodes(node, quant) };
}
