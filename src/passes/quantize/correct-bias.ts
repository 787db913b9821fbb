import { typeOf } from '../../ir/graph.ts';
import type { Graph, Tensor } from '../../ir/types.ts';
import { buildOracle } from '../../oracle/build-oracle.ts';
import { must } from '../../support/errors.ts';
import { definePass, type Evaluate } from '../pass.ts';
import { type BiasLayer, biasLayers, biasSteps, squaredError, withBias } from './bias-layer.ts';
import { asCodes, calibrationSamples, type Feeds, requireDataset } from './calibration-samples.ts';
import { walkSamples } from './walk-samples.ts';

/**
 * Moves the int32 bias of each quantized layer by the mean error of its output against the float model, per channel,
 * layer by layer in execution order, so that a layer also makes up for what those before it still lack.
 *
 * needs    calibration data and ctx.reference, the float graph with the same value names, which the pipeline remembers
 *          when codes appear: the quantized graph cannot give it back, and a pass is data and holds no graph.
 *          Without a reference, e.g. for a model that came quantized, nothing changes
 * runs     both graphs in onnxruntime, node by node over all samples, the quantized one as its oracle
 * accepts  a layer's correction when its squared error over the samples falls, and all of them when that of the
 *          model's outputs falls too: with very coarse weights correction can do harm
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

    const goal = await outputs(reference, feeds, evaluate);
    const before = outputError(graph, await outputs(buildOracle(graph), codes, evaluate), goal);
    const after = outputError(graph, await outputs(buildOracle(corrected), codes, evaluate), goal);
    if (after < before) return corrected;
    for (const { node } of layers) ctx.remark(node, 'bias left as it is: correction brings the outputs no closer');
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

/** [sample][output] */
async function outputs(graph: Graph, feeds: readonly Feeds[], evaluate: Evaluate): Promise<Tensor[][]> {
  const results: Tensor[][] = [];
  for (const feed of feeds) {
    const values = await evaluate(graph, feed);
    results.push(graph.outputs.map((output) => must(values.get(output), output)));
  }
  return results;
}

/** Squared error over all samples and outputs, each output's relative to its power. */
function outputError(graph: Graph, actual: readonly Tensor[][], goal: readonly Tensor[][]): number {
  return graph.outputs.reduce((total, output, o) => {
    const { quant } = typeOf(graph, output);
    const real = (x: number) => (quant ? quant.scale[0]! * (x - quant.zeroPoint[0]!) : x);
    let error = 0;
    let power = Number.MIN_VALUE;
    goal.forEach((sample, s) => {
      sample[o]!.data.forEach((want, i) => {
        error += (real(Number(actual[s]![o]!.data[i])) - Number(want)) ** 2;
        power += Number(want) ** 2;
      });
    });
    return total + error / power;
  }, 0);
}
