import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
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

export interface Quantized {
  readonly graph: Graph;
  readonly data: Dataset;
}

/** The graph as integers, calibrated on random numbers, with these activations in 4 bits. */
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

export interface Settings {
  readonly features?: ReadonlySet<string>;
}

export function compiled(graph: Graph, { features = new Set() }: Settings = {}): CompiledModel {
  const name = 'net';
  const program = planConcat(planSlices(lowerGraph(graph, { name, features })));
  const plan = planMemory(program);
  return { name, graph, oracle: buildOracle(graph), program, plan, files: emitC(program, plan, { features }) };
}
