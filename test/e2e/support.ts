import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { emitC } from '../../src/codegen/emit.ts';
import { type LowerOptions, lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { orderCalls } from '../../src/codegen/plan-memory/order-calls.ts';
import { planConcat } from '../../src/codegen/plan-memory/plan-concat.ts';
import { planSlices } from '../../src/codegen/plan-memory/plan-slices.ts';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { type Dataset, type DatasetSource, loadDataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import type { Json } from '../../src/ir/program.ts';
import { numbersOf } from '../../src/ir/tensor.ts';
import type { Graph } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import { step } from '../../src/passes/pass.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { correctBias } from '../../src/passes/quantize/correct-bias.ts';
import { equalize } from '../../src/passes/quantize/equalize.ts';
import { quantizeInt8 } from '../../src/passes/quantize/quantize-int8.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { loadTarget } from '../../src/targets/load.ts';
import type { Target } from '../../src/targets/target.ts';
import { buildHarness, runHarness } from '../../src/verify/harness.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { asModelInput, fromMemory, toMemory } from '../../src/verify/samples.ts';
import { type CompiledModel, harnessModel } from '../../src/verify/verify-model.ts';
import { type SharedModel, sharedData, sharedModel, sharedSamples } from '../helpers/shared-data.ts';
import { describeWith, inFolder } from '../verify/native.ts';

export type SharedName = SharedModel | 'vww' | 'ad';

/** Layers that are computed row by row, and an input that comes so. */
export type RowsToLower = Pick<LowerOptions, 'segments' | 'fed'>;

/** compileModel() for a graph that is not in an ONNX file; int8 is calibrated on random numbers. `rowsOf`: what goes row by row. */
export async function compileGraph(
  graph: Graph,
  name: string,
  target: Target,
  precision: 'float32' | 'int8',
  rowsOf: (graph: Graph) => RowsToLower = () => ({}),
): Promise<CompiledModel> {
  const evaluator = createEvaluator();
  const data = randomDataset(datasetInputs(graph), 8, 1);
  const int8 = [equalize, step(calibrate, { method: 'minmax' }), quantizeInt8, step(correctBias, { samples: 4 })];
  const passes = precision === 'int8' ? [...floatPasses, ...int8] : floatPasses;
  const { graph: result } = await runPipeline(graph, passes, {
    evaluate: evaluator.evaluate,
    dataset: { length: data.count, sample: (index) => data.sample(index) },
  }).finally(() => evaluator.release());
  const options = { name, features: target.features, ...rowsOf(result) };
  const program = orderCalls(planConcat(planSlices(lowerGraph(result, options))));
  const plan = planMemory(program, { maxSteps: 1_000_000 });
  const files = emitC(program, plan, { features: target.features });
  return { name, graph: result, oracle: buildOracle(result), program, plan, files };
}

/** A model of ../shared/data/models compiled for a target; int8 is calibrated on this data, by default its 16 samples. */
export async function compileShared(
  name: SharedName,
  target: Target,
  precision: 'float32' | 'int8',
  calibration: DatasetSource = sharedSamples(name, 'input'),
  activations: Json | null = null,
): Promise<Compilation> {
  return compileModel({
    model: readFileSync(sharedModel(name)),
    name,
    target,
    precision,
    ...(precision === 'int8' && { calibration: (graph) => openFor(graph, calibration) }),
    ...(activations !== null && { activations }),
  });
}

const floats = new Map<SharedName, Promise<Compilation>>();

/** compileShared() in float32 for the host, once for all tests of a file. */
export async function floatShared(name: SharedName): Promise<Compilation> {
  const found = floats.get(name) ?? compileShared(name, await loadTarget('host'), 'float32');
  floats.set(name, found);
  return found;
}

export function openFor(graph: Graph, source: DatasetSource): Promise<Dataset> {
  return loadDataset(source, datasetInputs(graph));
}

/** The first output of the compiled C, as real numbers, for the first `count` samples. */
export async function outputsOfC(model: CompiledModel, data: Dataset, count: number): Promise<number[][]> {
  const [input, output] = [model.program.inputs[0]!, model.program.outputs[0]!];
  const samples = Array.from({ length: Math.min(count, data.count) }, (_, i) =>
    toMemory(asModelInput(data.sample(i).get(input.value)!, input.type), input),
  );
  const { quant } = output.type;
  const real = (code: number) => (quant ? quant.scale[0]! * (code - quant.zeroPoint[0]!) : code);
  return inFolder(async (directory) => {
    const request = { files: model.files, directory, optimize: '-O3', twice: false } as const;
    const harness = await buildHarness(hostGcc(), harnessModel(model), request);
    const { outputs } = await runHarness(harness, samples, { timeoutSeconds: 300 });
    return outputs.map(([bytes]) => numbersOf({ ...output.type, data: fromMemory(bytes!, output) }).map(real));
  });
}

/** describeWith() for tests on ../shared/data: skipped, also in CI, where that folder is missing. */
export async function describeShared(
  title: string,
  available: () => Promise<true | string>,
  body: () => void,
): Promise<void> {
  if (sharedData()) await describeWith(title, available, body);
  else describe.skip(title, body);
}
