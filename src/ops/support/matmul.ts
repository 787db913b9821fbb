import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node, Shape } from '../../ir/types.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { floatLiteral } from './c-text.ts';
import { clipBounds } from './clip.ts';

/**
 * MatMul (any rank, batch broadcasting) and general Gemm, any storage of either side:
 * one loop nest over batch and result, strides as literals.
 */
export function lowerMatMul(node: Node, lower: LowerBuilder): void {
  const type = lower.type(node.inputs[0]);
  if (type.dtype !== lower.type(node.inputs[1]).dtype) return lower.refuse('both sides must have one element type');
  const nest = matMulNest(node, lower);
  const isFloat = type.dtype === 'f32' || type.dtype === 'f64';
  const clip = node.clip ? clipBounds(node) : null;
  lower.call({
    template: 'matmul',
    params: {
      ...nest.params,
      result: resultText(node, isFloat, nest.bias),
      clip: clip !== null,
      min: clip?.[0] ?? '',
      max: clip?.[1] ?? '',
    },
    macs: nest.macs,
    summary: nest.summary,
  });
}

/**
 * The loops of a matrix product as template params: a[aIndex] * b[bIndex] summed over k, row-major result. `views`: where a row of
 * the left matrix and the right one itself begin.
 */
export function matMulNest(node: Node, lower: LowerBuilder) {
  const a = matrixView(lower.read(0, 'any'), 'left', intAttribute(node, 'transA', 0) === 1);
  const b = matrixView(lower.read(1, 'any'), 'right', intAttribute(node, 'transB', 0) === 1);
  const bias = node.op === 'Gemm' && node.inputs[2] ? lower.read(2, 'any') : null;
  const y = lower.write(0, 'row-major');
  const batch = y.shape.slice(0, Math.max(0, y.shape.length - (a.vector ? 0 : 1) - (b.vector ? 0 : 1)));
  const sizes = [...batch, a.rows, b.columns];
  const aStrides = [...spreadStrides(a.operand, a.batchRank, batch), a.rowStride, 0];
  const bStrides = [...spreadStrides(b.operand, b.batchRank, batch), 0, b.columnStride];
  const index = (strides: readonly number[]) => {
    const terms = strides.flatMap((stride, i) => (stride === 0 ? [] : [stride === 1 ? `i${i}` : `i${i} * ${stride}`]));
    return terms.join(' + ') || '0';
  };
  const biasText = bias && `${bias.name}[${index(spreadStrides(bias, bias.shape.length, sizes))}]`;
  return {
    params: {
      ...loopsOver(sizes),
      depth: a.depth,
      ctype: y.ctype,
      a: a.operand.name,
      aIndex: `${index(aStrides)} + k * ${a.depthStride}`,
      b: b.operand.name,
      bIndex: `${index(bStrides)} + k * ${b.depthStride}`,
      y: y.name,
    },
    bias: biasText,
    views: { a, b, outer: sizes.slice(0, -1), aIndex: index(aStrides), bIndex: index(bStrides.with(-1, 0)) },
    macs: elementCount(sizes) * a.depth,
    summary: `matrix product ${a.rows}x${a.depth} by ${a.depth}x${b.columns}, ${elementCount(batch)} times`,
  };
}

/** Loops i0, i1, ... as template params; those of one turn are left out. */
export function loopsOver(sizes: Shape) {
  const real = sizes.flatMap((size, i) => (size === 1 ? [] : [{ name: `i${i}`, size }]));
  const pad = (depth: number) => '    '.repeat(depth + 1);
  return {
    loops: real.map((loop, depth) => ({ ...loop, pad: pad(depth) })),
    pad: pad(real.length),
    ends: real.map((_, i) => `${pad(real.length - 1 - i)}}`),
  };
}

export type MatMulNest = ReturnType<typeof matMulNest>;

export interface MatrixView {
  readonly operand: Operand;
  readonly vector: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly depthStride: number;
  readonly batchRank: number;
}

/** numpy.matmul: a vector on the left is one row, on the right one column. */
function matrixView(operand: Operand, side: 'left' | 'right', transposed: boolean): MatrixView {
  const rank = operand.shape.length;
  if (rank === 1) {
    const common = { operand, vector: true, depth: operand.shape[0], depthStride: operand.strides[0], batchRank: 0 };
    return { ...common, rows: 1, columns: 1, rowStride: 0, columnStride: 0 };
  }
  const [first, second] = transposed ? [rank - 1, rank - 2] : [rank - 2, rank - 1];
  const common = { operand, vector: false, batchRank: rank - 2 };
  const [outer, inner] = [operand.shape[first], operand.shape[second]];
  const [outerStride, innerStride] = [operand.strides[first], operand.strides[second]];
  return side === 'left'
    ? {
        ...common,
        rows: outer,
        columns: 1,
        depth: inner,
        rowStride: outerStride,
        columnStride: 0,
        depthStride: innerStride,
      }
    : {
        ...common,
        rows: 1,
        columns: inner,
        depth: outer,
        rowStride: 0,
        columnStride: innerStride,
        depthStride: outerStride,
      };
}

/** Strides of the operand's first `rank` dimensions seen through `shape`: 0 where it is repeated. */
function spreadStrides(operand: Operand, rank: number, shape: Shape): number[] {
  const missing = shape.length - rank;
  return shape.map((_, i) => {
    const own = i - missing;
    return own < 0 || operand.shape[own] === 1 ? 0 : operand.strides[own];
  });
}

function resultText(node: Node, isFloat: boolean, bias: string | null): string {
  const alpha = floatAttribute(node, 'alpha', 1);
  const beta = floatAttribute(node, 'beta', 1);
  const scaled = (factor: number, text: string) =>
    factor === 1 || !isFloat ? text : `${floatLiteral(factor)} * ${text}`;
  return bias ? `${scaled(alpha, 'acc')} + ${scaled(beta, bias)}` : scaled(alpha, 'acc');
}
