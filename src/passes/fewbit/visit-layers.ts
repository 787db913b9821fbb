import { producerOf } from '../../ir/graph.ts';
import type { Graph, Node, Tensor } from '../../ir/types.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import { asCodes, type Feeds } from '../samples/calibration-samples.ts';
import { type Results, runNode, type SampleWalk, walkSamples } from '../samples/walk-samples.ts';
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

/**
 * Goes over `layers` in execution order, from one sweep of the samples through both graphs. A layer whose weights several
 * nodes share comes where the first of them runs; the inputs of the others are those of the graph as it is given.
 */
export async function* visitLayers(
  graph: Graph,
  float: Graph,
  layers: readonly WeightLayer[],
  feeds: readonly Feeds[],
  how: How,
  ctx: PassContext,
): AsyncGenerator<LayerVisit> {
  const skipOf = (layer: WeightLayer) => (how.skips && !isShared(layer) ? skipConnection(graph, float, layer) : null);
  const skips = new Map(layers.map((layer) => [layer, skipOf(layer)]));
  const uses = layers.flatMap((layer) => layer.uses);
  const named = [...uses.flatMap(({ floatInput, floatOutput }) => [floatInput, floatOutput]), ...skips.values()];
  const floats = walkSamples(float, feeds, new Set(named.filter((value) => value !== null)), ctx.evaluate);
  const codes = feeds.map((feed) => asCodes(graph, feed));
  const quantized = walkSamples(graph, codes, new Set(), ctx.evaluate);
  const later = layers.flatMap((layer) => layer.uses.slice(1));
  const ahead = walkSamples(graph, codes, new Set(later.map(({ input }) => input)), ctx.evaluate);
  /** The graph that results of an encoded layer stem from, and then that of its further uses. */
  const origins = new Map<Results, Graph>();
  const encoded = new Map<Node, Graph>();
  for (const node of graph.nodes) {
    ctx.signal?.throwIfAborted();
    const layer = layers.find((candidate) => candidate.node === node);
    if (!layer) {
      const within = encoded.get(node);
      const changed = within && must(producerOf(within, node.outputs[0]), 'a further use');
      quantized.keep(node, await (changed ? quantized.compute(changed, within) : quantized.compute(node)));
      continue;
    }
    const skip = skips.get(layer) ?? null;
    const shortfall =
      skip === null ? null : shortfallOf(graph, skip, await floats.take(skip), await quantized.take(skip));
    const seen = [await quantized.take(layer.input)];
    for (const { input } of layer.uses.slice(1)) seen.push(await ahead.take(input));
    const inputs = { float: [] as Tensor[], codes: seen.flat(), shortfall };
    const outputs: Tensor[] = [];
    for (const { floatInput, floatOutput } of layer.uses) {
      inputs.float.push(...(await floats.take(floatInput)));
      outputs.push(...(await floats.take(floatOutput)));
    }
    const isHeld = heldBack(feeds.length);
    const moments = await splitMoments(layer, inputs, isHeld, ctx);
    const goal = wantedOutputs(outputs, shortfall);
    const best: LayerVisit['best'] = async (candidates, within) => {
      const attempts: Attempt[] = [];
      for (const candidate of candidates) {
        const changed = withEncoding(within, layer, candidate);
        const results = await quantized.compute(changed.node, changed.graph);
        const all = isShared(layer)
          ? await runNode(changed.node, changed.graph, new Map([[layer.input, inputs.codes]]), ctx.evaluate)
          : results;
        const error = outputError(changed.graph, changed.node, must(all.get(layer.output), layer.output), goal, isHeld);
        origins.set(results, changed.graph);
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
      keep(results) {
        const origin = origins.get(results);
        for (const use of layer.uses.slice(1)) if (origin) encoded.set(use.node, origin);
        quantized.keep(node, results);
      },
      live: quantized.live,
    };
  }
}

function isShared({ uses }: WeightLayer): boolean {
  return uses.length > 1;
}

/** Which samples are held back, of these and as many more for each further use of a layer; null: none, there are few. */
type IsHeld = ((sample: number) => boolean) | null;

/** Every fourth sample is held back from fitting: encodings are compared on these, unless there are very few in all. */
function heldBack(count: number): IsHeld {
  return count < FEW ? null : (sample) => (sample % count) % 4 === 3;
}

async function splitMoments(layer: WeightLayer, inputs: LayerSamples, isHeld: IsHeld, ctx: PassContext) {
  const fit = isHeld ? samplesOf(inputs, (i) => !isHeld(i)) : inputs;
  const held = isHeld ? samplesOf(inputs, isHeld) : inputs;
  return { fit: await collectMoments(layer, fit, ctx), held: await collectMoments(layer, held, ctx) };
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

function outputError(
  graph: Graph,
  node: Node,
  codes: readonly Tensor[],
  goal: readonly ArrayLike<number>[],
  isHeld: IsHeld,
): number {
  const quant = quantOf(graph, node.outputs[0]);
  const [scale, zero] = [scaleOf(quant), zeroPointOf(quant)];
  let error = 0;
  codes.forEach(({ data }, sample) => {
    if (isHeld && !isHeld(sample)) return;
    for (let i = 0; i < data.length; i++) error += (scale * (Number(data[i]) - zero) - goal[sample][i]) ** 2;
  });
  return error;
}
