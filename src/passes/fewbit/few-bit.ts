import type { Json } from '../../ir/program.ts';
import type { Graph, Node, Tensor } from '../../ir/types.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../ops/support/quantized.ts';
import { createRounder } from '../../quant/fewbit/compensate.ts';
import { type FitOptions, fitLayer, SCALE_RULES } from '../../quant/fewbit/fit-layer.ts';
import { EXPONENT_RULES } from '../../quant/fewbit/fit-scale.ts';
import { type Moments, roundingProblem } from '../../quant/fewbit/moments.ts';
import { type RoundedRows, roundCompensated, roundNearest } from '../../quant/fewbit/round-rows.ts';
import { must, UserError } from '../../support/errors.ts';
import { definePass, type PassContext } from '../pass.ts';
import { asCodes, calibrationSamples, type Feeds, requireDataset } from '../quantize/calibration-samples.ts';
import { walkSamples } from '../quantize/walk-samples.ts';
import { chooseLayers, type LayerChoice } from './choose-layers.ts';
import { collectMoments } from './collect-moments.ts';
import { type Encoding, withEncoding } from './encode-layer.ts';
import { type WeightLayer, weightLayers } from './weight-layer.ts';

/**
 * Encodes the weights of quantized layers anew, from the float model, in few bits.
 *
 * needs     ctx.reference (the float graph) and calibration data; labels are not used
 * method    layers in execution order. The inputs of each come from the float model and from the quantized layers
 *           before it, so that a layer also makes up for what those lost; rounding by error compensation and descent
 *           (compensate.ts); the mean error goes into the bias. 'nearest' rounds every weight by itself
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
    layers: [] as Json,
    samples: 256,
    damping: 0.01,
    scales: 'channel' as string,
    exponent: 'mse' as string,
  },
  async run(graph, { layers: entries, samples, damping, scales, exponent }, ctx) {
    const float = requireReference(ctx);
    const how = { damping, scales: oneOf(SCALE_RULES, scales), exponent: oneOf(EXPONENT_RULES, exponent) };
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

interface How extends FitOptions {
  readonly damping: number;
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
  const wanted = new Set(layers.flatMap(({ floatInput, floatOutput }) => [floatInput, floatOutput]));
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
    const x = await floats.take(layer.floatInput);
    const codes = await quantized.take(layer.input);
    const moments = await collectMoments(layer, x, codes, ctx);
    const goal = await floats.take(layer.floatOutput);
    const candidates = encodings(layer, must(choices.get(layer), 'choice'), moments, how);
    let best: { error: number; graph: Graph; results: Awaited<ReturnType<typeof quantized.compute>> } | null = null;
    for (const candidate of candidates) {
      const changed = withEncoding(encoded, layer, candidate);
      const results = await quantized.compute(changed.node, changed.graph);
      const error = outputError(changed.graph, changed.node, must(results.get(layer.output), layer.output), goal);
      if (best === null || error < best.error) best = { error, graph: changed.graph, results };
    }
    encoded = must(best, 'an encoding').graph;
    quantized.keep(node, must(best, 'an encoding').results);
    ctx.progress(++done, layers.length);
  }
  return encoded;
}

function encodings(
  layer: WeightLayer,
  { format, method }: LayerChoice,
  moments: readonly Moments[],
  how: How,
): Encoding[] {
  const { rows, depth, groups, weights, bias, hasBias } = layer;
  const nearest = roundNearest(
    weights,
    fitLayer(format, { weights, importance: importanceOf(layer, moments), rows }, how),
  );
  const candidates = [nearest];
  if (method === 'compensated') candidates.unshift(compensated());
  return candidates.flatMap((rounded) => [
    { rows: rounded, bias: correctedBias(layer, rounded, moments), format },
    ...(hasBias ? [{ rows: rounded, bias, format }] : []),
  ]);

  function compensated(): RoundedRows {
    const perGroup = rows / groups;
    const size = perGroup * depth;
    const problems = moments.map((moment, g) =>
      roundingProblem(weights.subarray(g * size, (g + 1) * size), moment, { damping: how.damping, centred: hasBias }),
    );
    const target = joined(problems.map((problem) => problem.target));
    const importance = target.map((_, i) => problems[Math.floor(i / size)].hessian[(i % depth) * (depth + 1)]);
    const grids = fitLayer(format, { weights: target, importance, rows }, how);
    const factors = how.scales === 'channel' ? null : how.scales === 'channel-pow2' ? [1, 0.5, 2] : [1];
    const parts = problems.map((problem, g) => {
      const own = grids.slice(g * perGroup, (g + 1) * perGroup);
      return roundCompensated(problem, own, createRounder(problem.hessian, depth), { factors });
    });
    return { codes: joined(parts.map((part) => part.codes)), grids: parts.flatMap((part) => part.grids) };
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Mean square of the input that every weight meets. */
function importanceOf({ rows, depth, groups }: WeightLayer, moments: readonly Moments[]): Float64Array {
  return Float64Array.from({ length: rows * depth }, (_, i) => {
    const { quantized } = moments[Math.floor((Math.floor(i / depth) * groups) / rows)];
    return quantized[(i % depth) * (depth + 1)];
  });
}

/** b + W E x - Q E x^: the mean of the float outputs. */
function correctedBias(
  { weights, bias, rows, depth, groups, hasBias }: WeightLayer,
  { codes, grids }: RoundedRows,
  moments: readonly Moments[],
): Float64Array {
  if (!hasBias) return bias;
  return bias.map((b, r) => {
    const { floatMean, quantizedMean } = moments[Math.floor((r * groups) / rows)];
    let sum = b;
    for (let i = 0; i < depth; i++) {
      sum += weights[r * depth + i] * floatMean[i] - grids[r].scale * codes[r * depth + i] * quantizedMean[i];
    }
    return sum;
  });
}

function outputError(graph: Graph, node: Node, codes: readonly Tensor[], goal: readonly Tensor[]): number {
  const quant = quantOf(graph, node.outputs[0]);
  const [scale, zero] = [scaleOf(quant), zeroPointOf(quant)];
  let error = 0;
  codes.forEach(({ data }, sample) => {
    for (let i = 0; i < data.length; i++)
      error += (scale * (Number(data[i]) - zero) - Number(goal[sample].data[i])) ** 2;
  });
  return error;
}
