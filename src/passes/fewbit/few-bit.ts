import type { Json } from '../../ir/program.ts';
import type { Graph } from '../../ir/types.ts';
import { EXPONENT_RULES } from '../../quant/fewbit/fit-scale.ts';
import { SCALE_RULES } from '../../quant/fewbit/fit-scales.ts';
import { must, UserError } from '../../support/errors.ts';
import { definePass, type PassContext } from '../pass.ts';
import { calibrationSamples, type Feeds, requireDataset } from '../quantize/calibration-samples.ts';
import { chooseLayers, parseLayers, requireLayers } from './choose-layers.ts';
import { visitLayers } from './visit-layers.ts';
import { weightLayers } from './weight-layer.ts';

/**
 * Encodes the weights of quantized layers anew, from the float model, in few bits.
 *
 * needs     ctx.reference (the float graph) and calibration data; labels are not used
 * layers    which ones, in which format, and how: see choose-layers.ts
 * method    layers in execution order. The inputs of each come from the float model and from the quantized layers
 *           before it, so that a layer also makes up for what those lost, and with `skips` for what the value lost that
 *           its result is added to; rounding by error compensation and descent (compensate.ts); the mean error goes into
 *           the bias. 'adaptive' then chooses all roundings of a row together
 *           (adaptive.ts; slower), 'nearest' rounds every weight by itself
 * scales    'channel': free per row; 'channel-pow2', 'layer-pow2': powers of two. exponent: see fit-scale.ts
 * accepts   of the candidates (compensated, nearest, each with corrected and plain bias) the one whose outputs over the
 *           samples are closest to the float layer's
 * leaves    codes and scales that any int8 kernel computes with, and the name of the format that stores them
 */
export const fewBit = definePass({
  name: 'few-bit',
  summary: 'Encode weights in few bits: integers, powers of two, ternary; with error compensation.',
  requires: [],
  provides: [],
  defaults: {
    layers: [{ match: '*', format: 'int4' }] as Json,
    samples: 512,
    damping: [0.01, 0.1, 0.5] as readonly number[],
    skips: true as boolean,
    scales: 'channel' as string,
    exponent: 'mse' as string,
  },
  check({ layers, scales, exponent }, start) {
    requireLayers(parseLayers(layers), start.graph);
    oneOf(SCALE_RULES, scales);
    oneOf(EXPONENT_RULES, exponent);
    requireDataset(start, 'few-bit');
  },
  async run(graph, { layers: entries, samples, damping, skips, scales, exponent }, ctx) {
    const float = requireReference(ctx);
    const how = { damping, skips, scales: oneOf(SCALE_RULES, scales), exponent: oneOf(EXPONENT_RULES, exponent) };
    const choices = chooseLayers(parseLayers(entries), weightLayers(graph, float));
    if (choices.size === 0) return graph;
    const feeds: Feeds[] = [];
    for await (const feed of calibrationSamples(requireDataset(ctx, 'few-bit'), Math.min(samples, MOST_SAMPLES), ctx)) {
      feeds.push(feed);
    }
    let encoded = graph;
    let done = 0;
    for await (const visit of visitLayers(graph, float, [...choices.keys()], feeds, how, ctx)) {
      const best = await visit.encode(must(choices.get(visit.layer), 'choice'), encoded);
      encoded = best.graph;
      visit.keep(best.results);
      ctx.progress(++done, choices.size);
    }
    return encoded;
  },
});

const MOST_SAMPLES = 512;

function requireReference({ reference }: PassContext): Graph {
  if (reference) return reference;
  throw new UserError({
    code: 'BAD_PASS',
    message: 'few-bit needs the float model, and this one came quantized',
    hint: 'start from the float32 model',
  });
}

function oneOf<T extends string>(known: readonly T[], name: string): T {
  const found = known.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `few-bit does not know '${name}'`,
    hint: `choose one of ${known.join(', ')}`,
  });
}
