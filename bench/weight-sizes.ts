import type { Program } from '../src/ir/program.ts';
import type { Graph } from '../src/ir/types.ts';

/** Weights of quantized layers, biases left out. */
export function weightCount({ nodes, constants, types }: Graph): number {
  const names = new Set(nodes.map(({ inputs }) => inputs[1]).filter((name) => name != null && types.get(name)?.quant));
  return [...names].reduce((sum, name) => sum + (constants.get(name!)?.data.length ?? 0), 0);
}

/** What they take of flash: codes and the tables that decode them. */
export function weightBytes({ tables }: Program): number {
  return tables.filter(({ kind }) => kind === 'weights').reduce((sum, { data }) => sum + data.byteLength, 0);
}
