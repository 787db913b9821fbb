import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { decodeModel, decodeTensorFile } from '../../src/frontend/onnx-border.ts';
import type { Graph, Tensor } from '../../src/ir/types.ts';
import { floatPasses } from '../../src/passes/index.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { UserError } from '../../src/support/errors.ts';
import type { ArchivedCase } from './archive.ts';
import type { Case } from '../helpers/run-batch.ts';

/**
 * What had to be known at compile time: nothing; the inputs that say how (shapes, axes, pads, k: integers of rank 0
 * or 1); all inputs but the first (weights). The first that compiles is taken.
 */
export const BINDINGS = ['nothing', 'parameters', 'weights'] as const;
export type Binding = (typeof BINDINGS)[number];

export interface CompiledCase extends Case {
  readonly bound: Binding;
}

/** Through the whole compiler; the C prefix is `prefix`. A string tells why not. */
export async function compileCase(test: ArchivedCase, prefix: string): Promise<CompiledCase | string> {
  const { inputs, outputs } = decodeModel(test.model, () => new Uint8Array()).graph;
  const feeds = tensorsByName(test.inputs, inputs.map(({ name }) => name));
  const wanted = tensorsByName(test.outputs, outputs.map(({ name }) => name));
  if (typeof feeds === 'string') return feeds;
  if (typeof wanted === 'string') return wanted;
  let reason = '';
  for (const bound of BINDINGS) {
    const constants = boundInputs(feeds, bound);
    if (bound !== 'nothing' && constants.size === 0) continue;
    try {
      const graph = await prepare(await importOnnx(test.model, { constants }));
      const program = lowerGraph(graph, { name: prefix, ioLayout: 'onnx' });
      const files = emitC(program, planMemory(program), {});
      return { name: test.name, program, files, bound, feeds, wanted };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      reason = error instanceof UserError ? problemText(error) : `${error.name}: ${error.message}`;
    }
  }
  return reason;
}

async function prepare(graph: Graph): Promise<Graph> {
  const evaluator = createEvaluator();
  try {
    return (await runPipeline(graph, floatPasses, { evaluate: evaluator.evaluate })).graph;
  } finally {
    await evaluator.release();
  }
}

function tensorsByName(files: readonly Uint8Array[], names: readonly string[]): Map<string, Tensor> | string {
  const tensors = new Map<string, Tensor>();
  for (const [i, bytes] of files.entries()) {
    const tensor = decodeTensorFile(bytes);
    if (typeof tensor === 'string') return tensor;
    tensors.set(names[i], tensor);
  }
  return tensors;
}

function boundInputs(feeds: ReadonlyMap<string, Tensor>, bound: Binding): Map<string, Tensor> {
  const isParameter = ({ dtype, shape }: Tensor) => /^i(32|64)$/.test(dtype) && shape.length <= 1;
  return new Map(
    [...feeds].filter(([, tensor], i) => {
      if (bound === 'nothing') return false;
      return isParameter(tensor) || (bound === 'weights' && i > 0);
    }),
  );
}

function problemText({ problem }: UserError): string {
  return [problem.message, problem.where, ...(problem.because ?? [])].filter(Boolean).join('; ').slice(0, 400);
}
