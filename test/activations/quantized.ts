import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { planConcat } from '../../src/codegen/plan-memory/plan-concat.ts';
import { planSlices } from '../../src/codegen/plan-memory/plan-slices.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Json } from '../../src/ir/program.ts';
import type { Graph } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { step } from '../../src/passes/pass.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import type { CompiledModel } from '../../src/verify/verify-model.ts';
import { layersSideBySide } from '../formats/layers.ts';
import { withFormat } from '../formats/with-format.ts';
import { quickPlan } from '../helpers/quick-plan.ts';

export interface Quantized {
  readonly graph: Graph;
  readonly data: Dataset;
}

/** The graph as integers, calibrated on random numbers, with these activations in 4 or 16 bits. */
export async function quantizedTo(graph: Graph, activations: Json, seed = 1): Promise<Quantized> {
  const data = randomDataset(datasetInputs(graph), 4, seed);
  const evaluator = createEvaluator();
  const passes = [step(calibrate, { method: 'minmax', activations }), quantizeInt8];
  const result = await runPipeline(graph, passes, {
    evaluate: evaluator.evaluate,
    dataset: { length: data.count, sample: (index) => data.sample(index) },
  }).finally(() => evaluator.release());
  return { graph: result.graph, data };
}

/**
 * Every kind of layer once for each suffix: bits of input and output, and the format of its weights.
 * @param bits of what the suffix does not give 8
 */
export async function layersTo(suffixes: readonly string[], bits: 4 | 16): Promise<Quantized> {
  const graph = layersSideBySide(suffixes, suffixes.length);
  const names = graph.nodes.flatMap(({ name, inputs }) => [
    ...(/\.[46][468]\./.test(name) ? [inputs[0]] : []),
    ...(/\.[468][46]\./.test(name) ? [name] : []),
  ]);
  const { graph: integers, data } = await quantizedTo(
    graph,
    names.map((match) => ({ match, bits })),
  );
  const format = (name: string) => name.slice(name.lastIndexOf('.') + 1);
  return {
    graph: integers.nodes.reduce((result, node) => withFormat(result, node, format(node.name)), integers),
    data,
  };
}

export function compiled(graph: Graph, features: ReadonlySet<string> = new Set()): CompiledModel {
  const name = 'net';
  const program = planConcat(planSlices(lowerGraph(graph, { name, features })));
  const plan = quickPlan(program);
  return { name, graph, oracle: buildOracle(graph), program, plan, files: emitC(program, plan, { features }) };
}
