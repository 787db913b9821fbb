import type { Tensor } from '../ir/types.ts';
import { isDepthwise } from './conv2d/layout.ts';
import type { LinearJob } from './linear-job.ts';

/** Of eight packed codes, as nn_load_eights has them. */
const ORDER = [0, 2, 4, 6, 1, 3, 5, 7];

/** Whether the codes of a layer's input and output are taken in that order. */
export interface ByEights {
  readonly x: boolean;
  readonly y: boolean;
}

/** Where channels are eights, and weights can be stored in another order. */
export function byEights({ shape, x, y }: Pick<LinearJob, 'shape' | 'x' | 'y'>): ByEights {
  const [input, output] = [x.packed && shape.in_c % 8 === 0, y.packed && shape.out_c % 8 === 0];
  if (isDepthwise(shape)) return { x: input && output, y: input && output };
  return { x: input && shape.groups === 1, y: output && shape.groups === 1 };
}

/** The same layer, its channels in the order in which codes of 4 bits are unpacked with the fewest instructions. */
export function inOrderOfEights(job: LinearJob, { x, y }: ByEights): LinearJob {
  const { weights, bias, multiplier, shape } = job;
  const outputs = placesOf(shape.out_c, y);
  return {
    ...job,
    weights: reordered(weights, outputs, placesOf(shape.in_c / shape.groups, x && !isDepthwise(shape))),
    bias: bias.map((_, o) => bias[outputs[o]]),
    multiplier: multiplier.map((_, o) => multiplier[outputs[o]]),
  };
}

function placesOf(channels: number, eights: boolean): number[] {
  return Array.from({ length: channels }, (_, c) => (eights ? c - (c % 8) + ORDER[c % 8] : c));
}

/** [out][in][...kernel] */
function reordered(weights: Tensor, outputs: readonly number[], inputs: readonly number[]): Tensor {
  const taps = weights.data.length / (outputs.length * inputs.length);
  const data = weights.data.slice();
  outputs.forEach((output, o) => {
    inputs.forEach((input, i) => {
      const from = (output * inputs.length + input) * taps;
      for (let t = 0; t < taps; t++) data[(o * inputs.length + i) * taps + t] = weights.data[from + t];
    });
  });
  return { ...weights, data };
}
