import type { Json } from '../../ir/program.ts';
import type { Graph, Node, Tensor } from '../../ir/types.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../ops/support/quantized.ts';
import { SCALE_RULES } from '../../quant/fewbit/fit-layer.ts';
import { EXPONENT_RULES } from '../../quant/fewbit/fit-scale.ts';
import { must, UserError } from '../../support/errors.ts';
import { definePass, type PassContext } from '../pass.ts';
import { asCodes, calibrationSamples, type Feeds, requireDataset } from '../quantize/calibration-samples.ts';
import { type Results, walkSamples } from '../quantize/walk-samples.ts';
import { encodings, type How } from './candidates.ts';
import { chooseLayers, type LayerChoice } from './choose-layers.ts';
import { collectMoments, type LayerSamples } from './collect-moments.ts';
import { withEncoding } from './encode-layer.ts';
import { shortfallOf, skipConnection } from './skip-connection.ts';
import { type WeightLayer, weightLayers } from './weight-layer.ts';

/**
 * Encodes the weights of quantized layers anew, from the float model, in few bits.
 *
 * needs     ctx.reference (the float graph) and calibration data; labels are not used
 * layers    which ones, in which format, and how: see choose-layers.ts
 * method    layers in execution order. The inputs of each come from the float model and from the quantized layers
 *           before it, so that a layer also makes up for what those lost, and with `skips` for what the value lost that
 *           its result is added to; rounding by error compensation and descent (compensate.ts); the mean error goes into
 *           the bias. 'nearest' rounds every weight by itself
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
  async run(graph, { layers: entries, samples, damping, skips, scales, exponent }, ctx) {
    const float = requireReference(ctx);
    const how = { damping, skips, scales: oneOf(SCALE_RULES, scales), exponent: oneOf(EXPONENT_RULES, exponent) };
    const choices = chooseLayers(entries, weightLayers(graph, float));
    if (choices.size === 0) return graph;
    const feeds: Feeds[] = [];
    for await (const feed of calibrationSamples(requireDataset(ctx, 'few-bit'), Math.min(samples, MOST_SAMPLES), ctx)) {
      feeds.push(feed);
    }
    return encodeLayers(graph, float, choices, feeds, how, ctx);
  },
});

const MOST_SAMPLES = 512;
const FEW = 16;

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

interface Attempt {
  readonly graph: Graph;
  readonly results: Results;
  /** Squared error of the layer's outputs over the samples. */
  readonly error: number;
}

async function encodeLayers(
  graph: Graph,
  float: Graph,
  choices: ReadonlyMap<WeightLayer, LayerChoice>,
  feeds: readonly Feeds[],
  how: How,
  ctx: PassContext,
): Promise<Graph> {
  const layers = [...choices.keys()];
  const skips = new Map(layers.map((layer) => [layer, how.skips ? skipConnection(graph, float, layer) : null]));
  const named = layers.flatMap((layer) => [layer.floatInput, layer.floatOutput, skips.get(layer) ?? null]);
  const wanted = new Set(named.filter((value) => value !== null));
  const floats = walkSamples(float, feeds, wanted, ctx.evaluate);
  const quantized = walkSamples(
    graph,
    feeds.map((feed) => asCodes(graph, feed)),
    new Set(),
    ctx.evaluate,
  );
  let encoded = graph;
  let done = 0;
  for (const node of graph.nodes) {
    ctx.signal?.throwIfAborted();
    const layer = layers.find((candidate) => candidate.node === node);
    if (!layer) {
      quantized.keep(node, await quantized.compute(node));
      continue;
    }
    const skip = skips.get(layer) ?? null;
    const shortfall =
      skip === null ? null : shortfallOf(graph, skip, await floats.take(skip), await quantized.take(skip));
    const inputs = { float: await floats.take(layer.floatInput), codes: await quantized.take(layer.input), shortfall };
    const moments = {
      fit: await collectMoments(
        layer,
        samplesOf(inputs, (i) => !isHeld(i, feeds.length)),
        ctx,
      ),
      held: await collectMoments(
        layer,
        samplesOf(inputs, (i) => isHeld(i, feeds.length) || feeds.length < FEW),
        ctx,
      ),
    };
    const goal = wantedOutputs(await floats.take(layer.floatOutput), shortfall);
    const candidates = encodings(layer, must(choices.get(layer), 'choice'), moments, how);
    const attempts: Attempt[] = [];
    for (const candidate of candidates) {
      const changed = withEncoding(encoded, layer, candidate);
      const results = await quantized.compute(changed.node, changed.graph);
      const codes = must(results.get(layer.output), layer.output);
      attempts.push({ graph: changed.graph, results, error: outputError(changed.graph, changed.node, codes, goal) });
    }
    const best = attempts.reduce((a, b) => (b.error < a.error ? b : a));
    encoded = best.graph;
    quantized.keep(node, best.results);
    ctx.progress(++done, layers.length);
  }
  return encoded;
}

/** Every fourth sample is held back from fitting: encodings are compared on these, unless there are very few in all. */
function isHeld(sample: number, count: number): boolean {
  return count >= FEW && sample % 4 === 3;
}

function samplesOf({ float, codes, shortfall }: LayerSamples, wanted: (sample: number) => boolean): LayerSamples {
  const chosen = <T>(all: readonly T[]) => all.filter((_, sample) => wanted(sample));
  return { float: chosen(float), codes: chosen(codes), shortfall: shortfall && chosen(shortfall) };
}

function wantedOutputs(float: readonly Tensor[], shortfall: readonly Float32Array[] | null): Float32Array[] {
  return float.map(({ data }, sample) => {
    const missing = shortfall?.[sample];
    return (data as Float32Array).map((y, i) => y + (missing?.[i] ?? 0));
  });
}

function outputError(graph: Graph, node: Node, codes: readonly Tensor[], goal: readonly ArrayLike<number>[]): number {
  const quant = quantOf(graph, node.outputs[0]);
  const [scale, zero] = [scaleOf(quant), zeroPointOf(quant)];
  let error = 0;
  codes.forEach(({ data }, sample) => {
    if (!isHeld(sample, goal.length) && goal.length >= FEW) return;
    for (let i = 0; i < data.length; i++) error += (scale * (Number(data[i]) - zero) - goal[sample][i]) ** 2;
  });
  return error;
}
