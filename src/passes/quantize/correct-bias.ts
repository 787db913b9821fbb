import { prune } from '../../ir/graph.ts';
import { numbersOf } from '../../ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../../ir/types.ts';
import { buildOracle } from '../../oracle/build-oracle.ts';
import { must } from '../../support/errors.ts';
import { definePass, type Evaluate } from '../pass.ts';
import { asCodes, calibrationSamples, type Feeds, requireDataset } from '../samples/calibration-samples.ts';
import { walkSamples } from '../samples/walk-samples.ts';
import { type BiasLayer, biasLayers, biasSteps, squaredError, withBias } from './bias-layer.ts';
import { lastLayers } from './last-layers.ts';

/**
 * Moves the int32 bias of each quantized layer by the mean error of its output against the float model, per channel,
 * layer by layer in execution order, so that a layer also makes up for what those before it still lack.
 *
 * needs    calibration data and ctx.reference, the float graph with the same value names, which the pipeline remembers
 *          when codes appear: the quantized graph cannot give it back, and a pass is data and holds no graph.
 *          Without a reference, e.g. for a model that came quantized, nothing changes
 * runs     both graphs in onnxruntime, node by node over all samples, the quantized one as its oracle
 * accepts  a layer's correction when its squared error over the samples falls, and all of them when that of the last
 *          layers falls too: with very coarse weights correction can do harm. The last layers, not the outputs: behind
 *          a Softmax a few undecided samples make all the error, which says little about other samples
 * source   Nagel et al. 2019 (see equalize), the empirical form of bias correction
 */
export const correctBias = definePass({
  name: 'correct-bias',
  summary: 'Take the mean error of each quantized layer out of its bias.',
  requires: [],
  provides: [],
  defaults: { samples: 64 },
  async run(graph, { samples }, ctx) {
    const { reference, evaluate } = ctx;
    const layers = reference ? biasLayers(graph, reference) : [];
    if (!reference || layers.length === 0) return graph;
    const feeds: Feeds[] = [];
    for await (const feed of calibrationSamples(requireDataset(ctx, 'correct-bias'), Number(samples), ctx)) {
      feeds.push(feed);
    }
    const codes = feeds.map((feed) => asCodes(graph, feed));
    const corrected = await correctLayers({ graph, codes, layers, reference, feeds, evaluate });

    const ending = lastLayers(graph, (node) => layers.some((layer) => layer.node === node));
    const last = layers.filter(({ node }) => ending.includes(node));
    const goal = await valuesOf(
      reference,
      last.map(({ floatOutput }) => floatOutput),
      feeds,
      evaluate,
    );
    const error = async (candidate: Graph) =>
      relativeError(
        last,
        await valuesOf(
          candidate,
          last.map(({ output }) => output),
          codes,
          evaluate,
        ),
        goal,
      );
    if ((await error(corrected)) < (await error(graph))) return corrected;
    for (const { node } of layers) ctx.remark(node, 'bias left as it is: correction brings the last layers no closer');
    return graph;
  },
});

interface Work {
  readonly graph: Graph;
  readonly codes: readonly Feeds[];
  readonly layers: readonly BiasLayer[];
  readonly reference: Graph;
  readonly feeds: readonly Feeds[];
  readonly evaluate: Evaluate;
}

async function correctLayers({ graph, codes, layers, reference, feeds, evaluate }: Work): Promise<Graph> {
  const float = walkSamples(reference, feeds, new Set(layers.map(({ floatOutput }) => floatOutput)), evaluate);
  const quantized = walkSamples(graph, codes, new Set(), evaluate);
  let corrected = graph;
  for (const node of graph.nodes) {
    let results = await quantized.compute(node);
    const layer = layers.find((candidate) => candidate.node === node);
    if (layer) {
      const goal = await float.take(layer.floatOutput);
      const result = (found: typeof results) => must(found.get(layer.output), layer.output);
      const changed = withBias(corrected, layer, biasSteps(layer, result(results), goal));
      const better = await quantized.compute(changed.node, changed.graph);
      if (squaredError(layer, result(better), goal) < squaredError(layer, result(results), goal)) {
        results = better;
        corrected = changed.graph;
      }
    }
    quantized.keep(node, results);
  }
  return corrected;
}

/** [value][sample] */
async function valuesOf(
  graph: Graph,
  names: readonly ValueName[],
  feeds: readonly Feeds[],
  evaluate: Evaluate,
): Promise<Tensor[][]> {
  const oracle = buildOracle(prune({ ...graph, outputs: names }));
  const values = names.map((): Tensor[] => []);
  for (const feed of feeds) {
    const results = await evaluate(oracle, feed);
    for (const [i, name] of names.entries()) values[i].push(must(results.get(name), name));
  }
  return values;
}

/** Squared error of each layer over the power of what it should give, summed over the layers. */
function relativeError(layers: readonly BiasLayer[], codes: readonly Tensor[][], goal: readonly Tensor[][]): number {
  return layers.reduce((total, layer, i) => {
    const power = goal[i].reduce((sum, tensor) => sum + numbersOf(tensor).reduce((part, x) => part + x * x, 0), 0);
    return total + squaredError(layer, codes[i], goal[i]) / Math.max(power, Number.MIN_VALUE);
  }, 0);
}
