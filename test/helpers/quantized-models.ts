import { readFileSync } from 'node:fs';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { integerRange } from '../../src/numerics/dtype.ts';
import { readNpy } from '../../src/numerics/npy.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { quantizedImportPasses } from '../../src/passes/import-quantized/import-quantized.ts';
import { floatPasses } from '../../src/passes/index.ts';
import { type Pipeline, type Remark, runPipeline } from '../../src/passes/pipeline.ts';
import { asCodes } from '../../src/passes/samples/calibration-samples.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { must } from '../../src/support/errors.ts';
import { offsetOf } from '../../src/verify/code-meter.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { definedInFile } from '../../src/verify/integer-file-layers.ts';
import { type CompiledModel, type Verdict, verifyModel } from '../../src/verify/verify-model.ts';
import { inFolder } from '../verify/native.ts';
import { quickPlan } from './quick-plan.ts';
import { type SharedModel, sharedModel, sharedSamples } from './shared-data.ts';
import { quantizeStatically, type StaticOptions } from './static-quantizer.ts';

export type Feeds = ReadonlyMap<ValueName, Tensor>;
export type ModelName = SharedModel | 'vww' | 'ad';

export interface Imported {
  /** As the file says. */
  readonly original: Graph;
  readonly graph: Graph;
  readonly remarks: readonly Remark[];
}

export async function importQuantized(
  bytes: Uint8Array,
  pipeline: Pipeline = quantizedImportPasses,
): Promise<Imported> {
  const original = await importOnnx(bytes);
  return { original, ...(await run(original, pipeline)) };
}

async function run(graph: Graph, pipeline: Pipeline): Promise<{ graph: Graph; remarks: readonly Remark[] }> {
  const evaluator = createEvaluator();
  try {
    return await runPipeline(graph, pipeline, { evaluate: evaluator.evaluate });
  } finally {
    await evaluator.release();
  }
}

/** A float model of the shared data as a user would quantize it, as an ONNX file, with samples. */
export async function quantizedFile(
  name: ModelName,
  options: StaticOptions,
  count: number,
): Promise<{ bytes: Uint8Array; samples: Feeds[] }> {
  const { graph } = await run(await importOnnx(readFileSync(sharedModel(name))), floatPasses);
  const [input] = graph.inputs;
  const { shape } = typeOf(graph, input);
  const data = readNpy(readFileSync(sharedSamples(name, 'input')), name).data as Float32Array;
  const size = shape.reduce((a, b) => a * b, 1);
  const samples = Array.from({ length: count }, (_, i) => {
    return new Map([[input!, { dtype: 'f32' as const, shape, data: data.slice(i * size, (i + 1) * size) }]]);
  });
  return { bytes: exportOnnx(await quantizeStatically(graph, samples, options)), samples };
}

/** How the integers of one value differ from onnxruntime's. */
export interface Difference {
  readonly value: ValueName;
  readonly elements: number;
  readonly different: number;
  readonly largest: number;
}

/**
 * Compares the integers of the user's file with the imported graph's codes of the same name. `layerwise`: every layer
 * gets onnxruntime's integers as inputs, so that differences do not add up.
 */
export async function differences(
  { original, graph }: Imported,
  samples: readonly Feeds[],
  layerwise: boolean,
): Promise<Difference[]> {
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  const values = original.nodes
    .flatMap((node) => node.outputs)
    .filter((value) => value !== null)
    .filter(
      (value) =>
        /^[iu](8|16)$/.test(typeOf(original, value).dtype) && computed.has(value) && typeOf(graph, value).quant,
    );
  const oracle = buildOracle(graph);
  const ours = layerwise ? cutApart(oracle, values) : { ...oracle, outputs: values };
  const shiftOf = (value: ValueName) =>
    typeOf(original, value).dtype === typeOf(graph, value).dtype ? 0 : offsetOf(typeOf(original, value).dtype);
  const sums = new Map(values.map((value) => [value, { value, elements: 0, different: 0, largest: 0 }]));
  await withSession(exportOnnx({ ...original, outputs: values }), {}, (reference) =>
    withSession(exportOnnx(ours), {}, async (session) => {
      for (const sample of samples) {
        const ofFile = await reference.run(sample);
        const fed = new Map([...sample, ...ofFile]);
        const asOurs = (value: ValueName, { shape, data }: Tensor) => {
          const codes = Array.from(data as ArrayLike<number>, (code) => code - shiftOf(value));
          return tensorOf(typeOf(graph, value).dtype, shape, codes);
        };
        const expected = new Map(values.map((value) => [value, asOurs(value, unsaturated(original, value, fed))]));
        const given = layerwise
          ? [...ofFile].map(([value, tensor]) => [`${value}@given`, asOurs(value, tensor)] as const)
          : [];
        for (const [value, { data }] of await session.run(new Map([...asCodes(graph, sample), ...given]))) {
          const sum = sums.get(value)!;
          expected.get(value)!.data.forEach((code, i) => {
            const difference = Math.abs(Number(data[i]) - Number(code));
            sum.elements++;
            if (difference > 0) sum.different++;
            sum.largest = Math.max(sum.largest, difference);
          });
        }
      }
    }),
  );
  return [...sums.values()];
}

/**
 * Codes as onnxruntime gives them, but those of products that it saturates on processors without VNNI (they are further from the
 * exact result than any rounding) as they are defined.
 */
function unsaturated(file: Graph, value: ValueName, fed: Feeds): Tensor {
  const tensor = fed.get(value)!;
  const real = definedInFile(file, value, fed);
  if (!real) return tensor;
  const range = must(integerRange(tensor.dtype), tensor.dtype);
  const codes = Array.from(tensor.data as ArrayLike<number>, (code, i) => {
    const exact = Math.min(Math.max(real(i), range.min), range.max);
    return Math.abs(code - exact) > 0.51 ? Math.round(exact) : code;
  });
  return tensorOf(tensor.dtype, tensor.shape, codes);
}

/** Every reader of one of these values reads an input of the graph instead. */
function cutApart(graph: Graph, values: readonly ValueName[]): Graph {
  const given = new Map(values.map((value) => [value, `${value}@given`]));
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input) => input && (given.get(input) ?? input)),
  }));
  const types = new Map(graph.types);
  for (const [value, name] of given) types.set(name, typeOf(graph, value));
  return { ...graph, nodes, types, inputs: [...graph.inputs, ...given.values()], outputs: values };
}

/** Codes in all, codes that differ, and the largest difference. */
export function summary(list: readonly Difference[]): Omit<Difference, 'value'> {
  return {
    elements: list.reduce((sum, { elements }) => sum + elements, 0),
    different: list.reduce((sum, { different }) => sum + different, 0),
    largest: Math.max(0, ...list.map(({ largest }) => largest)),
  };
}

/** Compiles to C, builds under ASan and UBSan, compares every layer with onnxruntime running the oracle. */
export async function verifyC(graph: Graph, samples: readonly Feeds[]): Promise<Verdict> {
  const program = lowerGraph(graph, { name: 'model' });
  const plan = quickPlan(program);
  const files = emitC(program, plan);
  return verifyCompiled({ name: 'model', graph, oracle: buildOracle(graph), program, plan, files }, samples);
}

export function verifyCompiled(model: CompiledModel, samples: readonly Feeds[]): Promise<Verdict> {
  const dataset = { name: 'samples', count: samples.length, labels: null, sample: (i: number) => samples[i] };
  return inFolder((directory) =>
    verifyModel(model, dataset, { toolchain: hostGcc(), directory, optimize: '-O1', sanitize: true }),
  );
}
