import { findFormat, storedBytes } from '../../formats/index.ts';
import { UserError } from '../../support/errors.ts';
import { oneOf } from '../one-of.ts';
import { definePass } from '../pass.ts';
import { encodeJointly, type Store } from './encode-jointly.ts';
import { planKmeans } from './joint-centres.ts';
import { IMPORTANCES, requireSamples, weightingBy } from './weighting.ts';

const CODES = ['none', 'huffman', 'rans'] as const;

/**
 * Encodes the weights of all quantized layers anew, from the float model, with one codebook for all of them, by k-means.
 *
 * needs      ctx.reference (the float graph) and calibration data; labels for 'empirical-fisher' alone
 * entries    of the codebook, 2 .. 256, zero among them
 * importance of errors (weighting.ts): as they show in the layer's outputs ('hessian') or in the loss
 * joint      false: a codebook for every layer
 * code       entropy code of the indices: 'none', 'huffman', 'rans'
 * samples    for curvature; layers are looked at with at most 512 of them
 * source     Choi, El-Khamy, Lee, Towards the Limit of Network Quantization, ICLR 2017
 */
export const jointCodebook = definePass({
  name: 'joint-codebook',
  summary: 'Encode the weights of all layers with one codebook, by (Hessian-weighted) k-means.',
  requires: [],
  provides: [],
  defaults: {
    entries: 16,
    importance: 'hessian' as string,
    joint: true as boolean,
    code: 'none' as string,
    samples: 512,
    skips: true as boolean,
  },
  check(options, start) {
    checkOptions(options);
    requireSamples('joint-codebook', options.importance, start);
  },
  async run(graph, { entries, importance, code, ...options }, ctx) {
    checkOptions({ entries, importance, code });
    const weighting = await weightingBy(importance, 'joint-codebook', options.samples, ctx);
    const name = `codebook-${entries}${code === 'none' ? '' : `+${code}`}`;
    const store: Store = (codes) => {
      const all = Int8Array.from(codes);
      return { format: name, bytes: storedBytes(findFormat(name).encode(all, [all.length])) };
    };
    const plan: Parameters<typeof encodeJointly>[2] = (layers) => planKmeans(layers, entries, weighting);
    return encodeJointly('joint-codebook', graph, plan, store, null, { ...options, damping: [0.01] }, ctx);
  },
});

function checkOptions({ entries, importance, code }: { entries: number; importance: string; code: string }): void {
  oneOf('joint-codebook', IMPORTANCES, importance);
  oneOf('joint-codebook', CODES, code);
  if (Number.isInteger(entries) && entries >= 2 && entries <= 256) return;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `joint-codebook cannot make a codebook of ${entries} entries`,
    hint: 'choose between 2 and 256',
  });
}
