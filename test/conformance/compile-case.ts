import { compileModel } from '../../src/compile.ts';
import { decodeModel, decodeTensorFile } from '../../src/frontend/onnx-border.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { UserError } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import type { Case } from '../helpers/run-batch.ts';
import type { ArchivedCase } from './archive.ts';

const host = loadTarget('host');

/**
 * What had to be known at compile time: nothing; the inputs that say how (shapes, axes, pads, k: integers of rank 0
 * or 1); all inputs but the first (weights); how many turns a loop makes at most. The first that compiles is taken.
 */
export const BINDINGS = ['nothing', 'parameters', 'weights', 'capacities'] as const;
export type Binding = (typeof BINDINGS)[number];

export interface CompiledCase extends Case {
  readonly bound: Binding;
}

/** Through the whole compiler; the C prefix is `prefix`. A string tells why not. */
export async function compileCase(test: ArchivedCase, prefix: string): Promise<CompiledCase | string> {
  const { inputs, outputs, nodes } = decodeModel(test.model, () => new Uint8Array()).graph;
  const feeds = tensorsByName(
    test.inputs,
    inputs.map(({ name }) => name),
  );
  const wanted = tensorsByName(
    test.outputs,
    outputs.map(({ name }) => name),
  );
  if (typeof feeds === 'string') return feeds;
  if (typeof wanted === 'string') return wanted;
  const longest = Math.max(...[...wanted.values()].map(({ shape }) => shape[0] ?? 0));
  const capacities = new Map(nodes.flatMap(({ op, outputs: [first] }) => (op === 'Loop' ? [[first!, longest]] : [])));
  let reason = '';
  for (const bound of BINDINGS) {
    const constants = boundInputs(feeds, bound);
    if (bound !== 'nothing' && constants.size === 0 && (bound !== 'capacities' || capacities.size === 0)) continue;
    try {
      const { program, files } = await compileModel({
        model: test.model,
        name: prefix,
        target: await host,
        ioLayout: 'onnx',
        constants,
        ...(bound === 'capacities' && { capacities }),
      });
      return { name: test.name, program, files, bound, feeds, wanted };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      reason = error instanceof UserError ? problemText(error) : `${error.name}: ${error.message}`;
    }
  }
  return reason;
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
      if (bound === 'nothing' || bound === 'capacities') return false;
      return isParameter(tensor) || (bound === 'weights' && i > 0);
    }),
  );
}

function problemText({ problem }: UserError): string {
  return [problem.message, problem.where, ...(problem.because ?? [])].filter(Boolean).join('; ').slice(0, 400);
}
