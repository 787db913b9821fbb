import type { Graph, Node, Tensor } from '../../ir/types.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../ops/support/quantized.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import { asCodes, type Feeds } from '../quantize/calibration-samples.ts';
import { type Results, type SampleWalk, walkSamples } from '../quantize/walk-samples.ts';
import { encodings, type How, type SplitMoments } from './candidates.ts';
import type { LayerChoice } from './choose-layers.ts';
import { collectMoments, type LayerSamples } from './collect-moments.ts';
import { type Encoding, withEncoding } from './encode-layer.ts';
import { shortfallOf, skipConnection } from './skip-connection.ts';
import type { WeightLayer } from './weight-layer.ts';

/** The share of samples to fit to. */
export const FIT_SHARE = 3 / 4;

/** With fewer samples none is held back. */
const FEW = 16;

/** A layer whose inputs are known, in the float model and behind what was kept of the layers before it. */
export interface LayerVisit {
  readonly layer: WeightLayer;
  readonly moments: SplitMoments;
  /** The layer of `graph` encoded: of its candidates, the one whose outputs are closest to the wanted ones. */
  encode(choice: LayerChoice, graph: Graph): Promise<Attempt>;
  /** The same for candidates that were made elsewhere. */
  best(candidates: readonly Encoding[], graph: Graph): Promise<Attempt>;
  /** The results of the layer as it is. */
  plain(): Promise<Results>;
  /** What the layers after it see. Once, before the next visit. */
  keep(results: Results): void;
  /** Once kept: what the rest of the graph reads, one tensor per sample. */
  live: SampleWalk['live'];
}

export interface Attempt {
  readonly graph: Graph;
  readonly results: Results;
  /** Squared error of the layer's outputs over the samples. */
  readonly error: number;
}

/** Goes over `layers` in execution order, from one sweep of the samples through both graphs. */
export async function* visitLayers(
  graph: Graph,
  float: Graph,
  layers: readonly WeightLayer[],
  feeds: readonly Feeds[],
  how: How,
  ctx: PassContext,
): AsyncGenerator<LayerVisit> {
  const skips = new Map(layers.map((layer) => [layer, how.skips ? skipConnection(graph, float, layer) : null]));
  const named = layers.flatMap((layer) => [layer.floatInput, layer.floatOutput, skips.get(layer) ?? null]);
  const wanted = new Set(named.filter((value) => value !== null));
  const floats = walkSamples(float, feeds, wanted, ctx.evaluate);
  const codes = feeds.map((feed) => asCodes(graph, feed));
  const quantized = walkSamples(graph, codes, new Set(), ctx.evaluate);
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
    const moments = await splitMoments(layer, inputs, ctx);
    const goal = wantedOutputs(await floats.take(layer.floatOutput), shortfall);
    const best: LayerVisit['best'] = async (candidates, within) => {
      const attempts: Attempt[] = [];
      for (const candidate of candidates) {
        const changed = withEncoding(within, layer, candidate);
        const results = await quantized.compute(changed.node, changed.graph);
        const outputs = must(results.get(layer.output), layer.output);
        const error = outputError(changed.graph, changed.node, outputs, goal);
        attempts.push({ graph: changed.graph, results, error });
      }
      return attempts.reduce((a, b) => (b.error < a.error ? b : a));
    };
    yield {
      layer,
      moments,
      encode: (choice, within) => best(encodings(layer, choice, moments, how), within),
      best,
      plain: () => quantized.compute(node),
      keep: (results) => quantized.keep(node, results),
      live: quantized.live,
    };
  }
}

async function splitMoments(layer: WeightLayer, inputs: LayerSamples, ctx: PassContext): Promise<SplitMoments> {
  const count = inputs.float.length;
  const fit = samplesOf(inputs, (i) => !isHeld(i, count));
  const held = samplesOf(inputs, (i) => isHeld(i, count) || count < FEW);
  return { fit: await collectMoments(layer, fit, ctx), held: await collectMoments(layer, held, ctx) };
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
