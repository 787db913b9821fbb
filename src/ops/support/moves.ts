import type { Storage } from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node, Quant } from '../../ir/types.ts';
import { sameQuant } from '../../quant/quantized.ts';
import type { LowerBuilder } from '../op-def.ts';
import { followStorage } from './follow-storage.ts';

/** Refuses codes that would change their meaning by being moved: every given input must have the output's scale. */
export function checkMoves(node: Node, lower: LowerBuilder, inputs: readonly number[] = [0]): void {
  const [y, ...others] = [node.outputs[0], ...inputs.map((i) => node.inputs[i])].map(
    (value) => lower.type(value).quant,
  );
  const same = (x: Quant | null) => (x && y ? x.bits === y.bits && sameQuant(x, y) : x === y);
  if (!others.every(same)) lower.refuse('its inputs and outputs must have one scale');
}

/** Storage of output 0 that lies as input 0 does. */
export function followInput(node: Node, lower: LowerBuilder, input = 0): Storage {
  const value = node.inputs[input]!;
  return followStorage(storageNow(lower, value), lower.type(value).shape, lower.type(node.outputs[0]).shape);
}

function storageNow(lower: LowerBuilder, value: string): Storage {
  const constant = lower.constant(value);
  return constant ? { factors: [...constant.shape], order: constant.shape.map((_, i) => i) } : lower.storageOf(value);
}

/** '64 elements' */
export function elementsText(node: Node, lower: LowerBuilder, output = 0): string {
  return `${elementCount(lower.type(node.outputs[output]).shape)} elements`;
}
