import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { orderCalls } from '../../src/codegen/plan-memory/order-calls.ts';
import { planConcat } from '../../src/codegen/plan-memory/plan-concat.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Graph } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import { step } from '../../src/passes/pass.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import type { Target } from '../../src/targets/target.ts';
import type { CompiledModel } from '../../src/verify/verify-model.ts';

/** compileModel() for a graph that is not in an ONNX file; int8 is calibrated on random numbers. */
export async function compileGraph(
  graph: Graph,
  name: string,
  target: Target,
  precision: 'float32' | 'int8',
): Promise<CompiledModel> {
  const evaluator = createEvaluator();
  const data = randomDataset(datasetInputs(graph), 8, 1);
  const passes =
    precision === 'int8' ? [...floatPasses, step(calibrate, { method: 'minmax' }), quantizeInt8] : floatPasses;
  const { graph: result } = await runPipeline(graph, passes, {
    evaluate: evaluator.evaluate,
    dataset: { length: data.count, sample: (index) => data.sample(index) },
  }).finally(() => evaluator.release());
  const program = orderCalls(planConcat(lowerGraph(result, { name, features: target.features })));
  const plan = planMemory(program);
  const files = emitC(program, plan, { sets: target.kernels });
  return { name, graph: result, oracle: buildOracle(result), program, plan, files };
}
