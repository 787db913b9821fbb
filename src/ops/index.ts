import { attentionOps } from './attention/index.ts';
import { binaryOps } from './binary.ts';
import { bitCast, cast, castLike } from './cast.ts';
import { classicalOps } from './classical/index.ts';
import { contribOps } from './contrib/index.ts';
import { conv } from './conv/index.ts';
import { det } from './det.ts';
import { einsum } from './einsum.ts';
import { foldableOps } from './foldable.ts';
import { gemm } from './gemm.ts';
import { convInteger, matMulInteger } from './integer-products.ts';
import { lookupTable } from './lookup-table.ts';
import { matMul } from './matmul.ts';
import { movementOps } from './movement/index.ts';
import { normalizationOps } from './normalization/index.ts';
import type { OpDef } from './op-def.ts';
import { averagePool, globalAveragePool, globalMaxPool, maxPool } from './pool/index.ts';
import { qlinearOps } from './qlinear.ts';
import { dequantizeLinear, dynamicQuantizeLinear, quantizeLinear } from './quantize-linear.ts';
import { recurrentOps } from './recurrent/index.ts';
import { reduceOps } from './reduce/index.ts';
import { clip, where } from './select.ts';
import { shiftCodes } from './shift-codes.ts';
import { dft, stft } from './signal/dft.ts';
import { sizedOps } from './sized/index.ts';
import { spatialOps } from './spatial/index.ts';
import { tfIdfVectorizer } from './tfidf-vectorizer.ts';
import { unaryOps } from './unary.ts';
import { max, mean, min, sum } from './variadic.ts';
import { dropout, flatten, identity, reshape, squeeze, transpose, unsqueeze } from './views.ts';

/** Every operator nibblec knows. Sorted by name in the docs; order here does not matter. */
export const OPERATORS: readonly OpDef[] = [
  conv,
  gemm,
  matMul,
  lookupTable,
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
  ...foldableOps,
  ...attentionOps,
  tfIdfVectorizer,
  einsum,
  det,
  dft,
  stft,
  ...movementOps,
  ...normalizationOps,
  ...recurrentOps,
  ...reduceOps,
  ...sizedOps,
  ...spatialOps,
  ...unaryOps,
  ...binaryOps,
  sum,
  mean,
  min,
  max,
  where,
  clip,
  cast,
  castLike,
  bitCast,
  quantizeLinear,
  dequantizeLinear,
  dynamicQuantizeLinear,
  matMulInteger,
  convInteger,
  shiftCodes,
  ...qlinearOps,
  ...contribOps,
  ...classicalOps,
];

const byName = new Map(OPERATORS.map((definition) => [`${definition.domain ?? ''}:${definition.op}`, definition]));

export function findOp(domain: string, op: string): OpDef | undefined {
  return byName.get(`${domain === 'ai.onnx' ? '' : domain}:${op}`);
}
