import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { dimensionStrides } from '../../ir/storage.ts';
import type { Node } from '../../ir/types.ts';
import { quantOf, scaleOf } from '../../quant/quantized.ts';
import { softmaxTable } from '../../quant/softmax-table.ts';
import type { LowerBuilder, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { intAttribute } from './attributes.ts';
import { clampedToInt8, ONNX_I64 } from './oracle.ts';

/** Probabilities need no calibration: 1/256 steps from -128. */
export const softmaxRule: QuantizeRule = {
  inputs: ['activation'],
  output: { scale: 1 / 256, zeroPoint: -128 },
  refuse: (node) => (node.attributes.rows_from_axis === 1 ? 'a softmax over several axes stays in float' : null),
};

/** Integer softmax along one axis; see quant/softmax-table.ts for the arithmetic. */
export function lowerSoftmaxS8(node: Node, lower: LowerBuilder): void {
  const x = lower.read(0, 'any');
  const y = lower.write(0, x.storage);
  const { axis, length } = softmaxAxis(node, x.shape);
  const { table } = softmaxTable(scaleOf(quantOf(lower.graph, node.inputs[0])), length);
  const strides = dimensionStrides(x.storage, x.shape) ?? [];
  const outer = x.shape.map((size, i) => ({ size, stride: strides[i]! })).filter((_, i) => i !== axis);
  const loops = outer.filter(({ size }) => size !== 1).sort((a, b) => b.stride - a.stride);
  const start = loops.map(({ stride }, i) => (stride === 1 ? `i${i}` : `i${i} * ${stride}`)).join(' + ') || '0';
  lower.call({
    template: 'softmax_s8',
    params: {
      loops: loops.map(({ size }, i) => ({ name: `i${i}`, size, pad: '    '.repeat(i + 1) })),
      pad: '    '.repeat(loops.length + 1),
      ends: loops.map((_, i) => `${'    '.repeat(loops.length - i)}}`),
      start,
      x: x.name,
      y: y.name,
      length,
      stride: strides[axis]! || 1,
      table: lower.table(
        'exp',
        'u32',
        table,
        'parameters',
        `exp(-d * scale) in fixed point by code difference d, of ${node.name}`,
      ),
    },
    readsFlash: true,
    summary: `Softmax over ${length}, ${elementCount(x.shape) / Math.max(1, length)} rows`,
    overlap: strides[axis] === 1 ? [{ read: x, distance: 0 }] : [],
  });
}

/** The same integers with Gather, ReduceSum and truncating Div (all terms are positive). */
export function softmaxOracle(node: Node, oracle: OracleBuilder): void {
  const { shape } = oracle.type(node.inputs[0]);
  const { axis, length } = softmaxAxis(node, shape);
  const { table } = softmaxTable(scaleOf(quantOf(oracle.graph, node.inputs[0])), length);
  const axes = oracle.tensor('i64', [1], [BigInt(axis)]);
  const codes = oracle.node('Cast', [node.inputs[0]!], { to: ONNX_I64 });
  const largest = oracle.node('ReduceMax', [codes, axes], { keepdims: 1 });
  const difference = oracle.node('Sub', [largest, codes]);
  const powers = oracle.node('Gather', [oracle.tensor('i64', [256], [...table].map(BigInt)), difference]);
  const sum = oracle.node('ReduceSum', [powers, axes], { keepdims: 1 });
  const scaled = oracle.node('Mul', [powers, oracle.tensor('i64', [], [256n])]);
  const half = oracle.node('Div', [sum, oracle.tensor('i64', [], [2n])]);
  const quotient = oracle.node('Div', [oracle.node('Add', [scaled, half]), sum]);
  const code = oracle.node('Sub', [quotient, oracle.tensor('i64', [], [128n])]);
  oracle.output(0, clampedToInt8(oracle, code, { min: -128, max: 127 }));
}

function softmaxAxis(node: Node, shape: readonly number[]): { axis: number; length: number } {
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape.length);
  return { axis, length: shape[axis] ?? 1 };
}
