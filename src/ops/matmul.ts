import type { OpDef } from './op-def.ts';
import { lowerMatMul } from './support/matmul.ts';

export const matMul: OpDef = {
  op: 'MatMul',
  summary: 'Matrix product of any rank, batch dimensions broadcast.',
  lower: lowerMatMul,
};
