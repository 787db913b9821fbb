import type { Program } from '../src/ir/program.ts';
import type { Graph } from '../src/ir/types.ts';

/** Weights of quantized layers (of float ones: `float`), biases left out. */
export function weightCount({ nodes, constants, types }: Graph, float = false): number {
  const counted = (name: string | null | undefined) => name != null && (types.get(name)?.quant != null) !== float;
  const weighted = nodes.filter(({ op }) => ['Conv', 'Gemm', 'MatMul', 'GRU'].includes(op));
  const names = new Set(
    weighted.flatMap(({ op, inputs }) => (op === 'GRU' ? inputs.slice(1, 3) : [inputs[1]])).filter(counted),
  );
  return [...names].reduce((sum, name) => sum + (constants.get(name!)?.data.length ?? 0), 0);
}

/** What they take of flash: codes and the tables that decode them. */
export function weightBytes({ tables }: Program): number {
  return tables.filter(({ kind }) => kind === 'weights').reduce((sum, { data }) => sum + data.byteLength, 0);
}
