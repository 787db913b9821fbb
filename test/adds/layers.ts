import type { Dataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { fewBit } from '../../src/passes/fewbit/few-bit.ts';
import { step } from '../../src/passes/pass.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { layersSideBySide } from '../formats/layers.ts';

/** Formats whose weights are added: few signed digits each, and int8 with up to four. */
export const ADDED = ['pow2-5', 'pow2-4', 'pow2-3', 'pow2-2', 'pow2p-4', 'pow2p-3', 'ternary', 'int4', 'int8'];

export interface QuantizedLayers {
  readonly graph: Graph;
  readonly data: Dataset;
}

/** Every kind of layer in these formats, all scales powers of two unless 'free'. */
export async function quantizedLayers(
  formats: readonly string[],
  seed: number,
  scales: 'pow2' | 'free' = 'pow2',
): Promise<QuantizedLayers> {
  return quantizeGraph(layersSideBySide(formats, seed), formats, seed, scales);
}

/** A graph whose layers are named after formats ('conv.ternary') in these. */
export async function quantizeGraph(
  float: Graph,
  formats: readonly string[],
  seed: number,
  scales: 'pow2' | 'free' = 'pow2',
): Promise<QuantizedLayers> {
  const data = randomDataset(datasetInputs(float), 4, seed);
  const layers = formats.flatMap((format) =>
    format === 'int8' ? [] : [{ match: `*.${format}`, format, method: 'nearest' }],
  );
  const evaluator = createEvaluator();
  const passes = [
    step(calibrate, { scales }),
    step(quantizeInt8, { scales }),
    ...(layers.length > 0 ? [step(fewBit, { layers, scales: scales === 'pow2' ? 'channel-pow2' : 'channel' })] : []),
  ];
  const { graph } = await runPipeline(float, passes, {
    evaluate: evaluator.evaluate,
    dataset: { length: data.count, sample: (index) => data.sample(index) },
  }).finally(() => evaluator.release());
  return { graph, data };
}
