import { conv } from './conv/index.ts';
import { gemm } from './gemm.ts';
import { matMul } from './matmul.ts';
import type { OpDef } from './op-def.ts';
import { averagePool, globalAveragePool, globalMaxPool, maxPool } from './pool/index.ts';
import { unaryOps } from './unary.ts';
import { dropout, flatten, identity, reshape, squeeze, transpose, unsqueeze } from './views.ts';

/** Every operator nibblec knows. Sorted by name in the docs; order here does not matter. */
export const OPERATORS: readonly OpDef[] = [
  conv,
  gemm,
  matMul,
  maxPool,
  averagePool,
  globalAveragePool,
  globalMaxPool,
  reshape,
  flatten,
  squeeze,
  unsqueeze,
  identity,
  dropout,
  transpose,
  ...unaryOps,
];

const byName = new Map(OPERATORS.map((definition) => [`${definition.domain ?? ''}:${definition.op}`, definition]));

export function findOp(domain: string, op: string): OpDef | undefined {
  return byName.get(`${domain === 'ai.onnx' ? '' : domain}:${op}`);
}
