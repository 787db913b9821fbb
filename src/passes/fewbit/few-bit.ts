import type { Json } from '../../ir/program.ts';

import { EXPONENT_RULES } from '../../quant/fewbit/fit-scale.ts';
import { SCALE_RULES } from '../../quant/fewbit/fit-scales.ts';
import { must } from '../../support/errors.ts';
import { oneOf } from '../one-of.ts';
import { definePass } from '../pass.ts';
import { requireDataset } from '../samples/calibration-samples.ts';
import { calibrationFeeds, requireReference } from '../samples/float-samples.ts';
import { chooseLayers, parseLayers, requireLayers } from './choose-layers.ts';
import { encodeEmbedding } from './embedding-layer.ts';
import { type EncodableLayer, encodableLayers, isEmbedding } from './encodable-layers.ts';
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
 *           (adaptive.ts; slower), 'nearest' rounds every weight by itself. Tables of embeddings come first, rounded so:
 *           nothing is added up that could make up for an error
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
    oneOf('few-bit', SCALE_RULES, scales);
    oneOf('few-bit', EXPONENT_RULES, exponent);
    requireDataset(start, 'few-bit');
  },
  async run(graph, { layers: entries, samples, damping, skips, scales, exponent }, ctx) {
    const float = requireReference('few-bit', ctx);
    const how = {
      damping,
      skips,
      scales: oneOf('few-bit', SCALE_RULES, scales),
      exponent: oneOf('few-bit', EXPONENT_RULES, exponent),
    };
    const chosen = chooseLayers(parseLayers(entries), encodableLayers(graph, float));
    const choices = new Map([...chosen].map(([{ output }, choice]) => [output, choice]));
    const choiceOf = ({ output }: EncodableLayer) => must(choices.get(output), 'choice');
    let encoded = graph;
    let done = 0;
    for (const table of [...chosen.keys()].filter(isEmbedding)) {
      encoded = encodeEmbedding(encoded, table, choiceOf(table), how, ctx);
      ctx.progress(++done, choices.size);
    }
    const layers = weightLayers(encoded, float).filter(({ output }) => choices.has(output));
    if (layers.length === 0) return encoded;
    const feeds = await calibrationFeeds('few-bit', samples, ctx);
    for await (const visit of visitLayers(encoded, float, layers, feeds, how, ctx)) {
      const best = await visit.encode(choiceOf(visit.layer), encoded);
      encoded = best.graph;
      visit.keep(best.results);
      ctx.progress(++done, choices.size);
    }
    return encoded;
  },
});
