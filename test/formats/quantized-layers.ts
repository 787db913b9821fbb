import type { Dataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { step } from '../../src/passes/pass.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { layersSideBySide } from './layers.ts';
import { withFormat } from './with-format.ts';

/** Every layer of layersSideBySide() once in each format, and samples. */
export async function quantizedLayers(
  formats: readonly string[],
  seed: number,
): Promise<{ graph: Graph; data: Dataset }> {
  const layers = layersSideBySide(formats, seed);
  const data = randomDataset(datasetInputs(layers), 4, seed);
  const evaluator = createEvaluator();
  const { graph } = await runPipeline(layers, [step(calibrate, { method: 'minmax' }), quantizeInt8], {
    evaluate: evaluator.evaluate,
    dataset: { length: data.count, sample: (index) => data.sample(index) },
  }).finally(() => evaluator.release());
  const format = (name: string) => name.slice(name.indexOf('.') + 1);
  const stored = graph.nodes.reduce((result, node) => withFormat(result, node, format(node.name)), graph);
  return { graph: stored, data };
}
