import { UserError } from '../../support/errors.ts';
import { oneOf } from '../one-of.ts';
import { definePass } from '../pass.ts';
import { encodeJointly } from './encode-jointly.ts';
import { planLloyd } from './joint-centres.ts';
import { planSteps } from './joint-steps.ts';
import { smallestFormat } from './smallest-format.ts';
import { IMPORTANCES, requireSamples, weightingBy } from './weighting.ts';

const METHODS = ['uniform', 'lloyd'] as const;

/**
 * Encodes the weights of all quantized layers anew, from the float model, in so many bits together.
 *
 * needs      ctx.reference (the float graph) and calibration data; labels for 'empirical-fisher' alone
 * bits       per weight, on average over the model, tables of the entropy coder included
 * method     'uniform': multiples of one step, in units that make layers comparable (joint-steps.ts); error-compensated,
 *            every code chosen for what it loses and for what it takes to store. 'lloyd': centres by entropy-constrained
 *            scalar quantization of all weights, every weight by itself (joint-centres.ts)
 * joint      false: every layer for itself, in so many bits each
 * importance of errors (weighting.ts): as they show in the layer's outputs ('hessian') or in the loss
 * leaves     int8 codes, a scale per row, and the smallest of the formats that store them
 * samples    for curvature; layers are looked at with at most 512 of them
 * source     Choi, El-Khamy, Lee, Towards the Limit of Network Quantization, ICLR 2017; compensation: GPTQ
 */
export const entropyConstrained = definePass({
  name: 'entropy-constrained',
  summary: 'Encode the weights of all layers together in a given number of bits, entropy-coded.',
  requires: [],
  provides: [],
  defaults: {
    bits: 1,
    method: 'uniform' as string,
    joint: true as boolean,
    importance: 'hessian' as string,
    samples: 512,
    damping: [0.01, 0.1, 0.5] as readonly number[],
    skips: true as boolean,
  },
  check({ bits, method, importance }, start) {
    checkOptions({ bits, method, importance });
    requireSamples('entropy-constrained', importance, start);
  },
  async run(graph, { bits, method, importance, ...options }, ctx) {
    checkOptions({ bits, method, importance });
    const weighting = await weightingBy(importance, 'entropy-constrained', options.samples, ctx);
    const plan: Parameters<typeof encodeJointly>[2] = (layers, goal) =>
      method === 'uniform'
        ? planSteps(layers, goal, { damping: options.damping, weighting })
        : planLloyd(layers, goal, weighting);
    return encodeJointly('entropy-constrained', graph, plan, smallestFormat, bits, options, ctx);
  },
});

function checkOptions({ bits, method, importance }: { bits: number; method: string; importance: string }): void {
  oneOf('entropy-constrained', METHODS, method);
  oneOf('entropy-constrained', IMPORTANCES, importance);
  if (bits >= 0.1 && bits <= 8) return;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `entropy-constrained cannot store weights in ${bits} bits each`,
    hint: 'choose between 0.1 and 8',
  });
}
