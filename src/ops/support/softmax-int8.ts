import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { dimensionStrides } from '../../ir/storage.ts';
import type { Node, ValueName } from '../../ir/types.ts';
import { codesOf, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { type ImportedSoftmax, importedSoftmax, softmaxTable } from '../../quant/softmax-table.ts';
import { OWN_SCALE } from '../../quant/wide-softmax.ts';
import type { LowerBuilder, Operand, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { clampedCodes, ONNX_I64 } from './oracle.ts';

/** Probabilities need no calibration: 1/256 steps from -128. Files of other tools may want others. */
export const softmaxRule: QuantizeRule = {
  inputs: ['activation'],
  output: { scale: 1 / 256, zeroPoint: -128 },
  wide: true,
  wideScale: OWN_SCALE,
};

/** Integer softmax along one axis; see quant/softmax-table.ts for the arithmetic. */
export function lowerSoftmaxS8(node: Node, lower: LowerBuilder): void {
  const x = lower.read(0, 'any');
  const y = lower.write(0, x.storage);
  const { axis, length } = softmaxAxis(node, x.shape);
  const scale = scaleOf(quantOf(lower.graph, node.inputs[0]));
  const quant = quantOf(lower.graph, node.outputs[0]);
  const wide = node.rounding ? importedSoftmax(scale, scaleOf(quant)) : null;
  const { table } = wide ?? softmaxTable(scale, length);
  lower.requantizes(wide ? 'words' : undefined);
  const { stride, params } = rowsOf(x, y, axis);
  lower.call({
    template: 'softmax_s8',
    params: {
      ...params,
      length,
      table: lower.table(
        'exp',
        'u32',
        table,
        'parameters',
        `exp(-d * scale) in fixed point by code difference d, of ${node.name}`,
      ),
      kernel: wide ? 'softmax_even_s8' : 'softmax_s8',
      scale: wide ? `${wide.factor}u, ${wide.fraction}, ${zeroPointOf(quant)}, ` : '',
    },
    readsFlash: true,
    summary: softmaxTitle(length, x),
    overlap: stride === 1 ? [{ read: x, distance: 0 }] : [],
  });
}

/** Loops over all rows along the axis of two tensors that lie alike, as template params. */
export function rowsOf(x: Operand, y: Operand, axis: number) {
  const strides = dimensionStrides(x.storage, x.shape) ?? [];
  const outer = x.shape.map((size, i) => ({ size, stride: strides[i] })).filter((_, i) => i !== axis);
  const loops = outer.filter(({ size }) => size !== 1).sort((a, b) => b.stride - a.stride);
  const start = loops.map(({ stride }, i) => (stride === 1 ? `i${i}` : `i${i} * ${stride}`)).join(' + ');
  const at = (operand: string) => (start === '' ? operand : `${operand} + ${start}`);
  return {
    stride: strides[axis],
    params: {
      loops: loops.map(({ size }, i) => ({ name: `i${i}`, size, pad: '    '.repeat(i + 1) })),
      pad: '    '.repeat(loops.length + 1),
      ends: loops.map((_, i) => `${'    '.repeat(loops.length - i)}}`),
      x: at(x.name),
      y: at(y.name),
      stride: strides[axis] || 1,
    },
  };
}

export function softmaxTitle(length: number, x: Operand): string {
  const rows = elementCount(x.shape) / Math.max(1, length);
  return `Softmax over ${length}${rows === 1 ? '' : `, ${rows} rows`}`;
}

/** The same integers with Gather, ReduceSum and truncating Div (all terms are positive). */
export function softmaxOracle(node: Node, oracle: OracleBuilder): void {
  const { shape } = oracle.type(node.inputs[0]);
  const { axis, length } = softmaxAxis(node, shape);
  const scale = scaleOf(quantOf(oracle.graph, node.inputs[0]));
  const y = quantOf(oracle.graph, node.outputs[0]);
  const wide = node.rounding ? importedSoftmax(scale, scaleOf(y)) : null;
  const { table } = wide ?? softmaxTable(scale, length);
  const axes = oracle.tensor('i64', [1], [BigInt(axis)]);
  const codes = oracle.node('Cast', [node.inputs[0]], { to: ONNX_I64 });
  const largest = oracle.node('ReduceMax', [codes, axes], { keepdims: 1 });
  const difference = oracle.node('Sub', [largest, codes]);
  const powers = oracle.node('Gather', [oracle.tensor('i64', [256], [...table].map(BigInt)), difference]);
  const sum = oracle.node('ReduceSum', [powers, axes], { keepdims: 1 });
  if (wide) {
    const zero = oracle.tensor('i64', [], [BigInt(zeroPointOf(y))]);
    const code = oracle.node('Add', [evenShare(oracle, powers, sum, wide), zero]);
    return oracle.output(0, clampedCodes(oracle, code, codesOf(y)));
  }
  const scaled = oracle.node('Mul', [powers, oracle.tensor('i64', [], [256n])]);
  const half = oracle.node('Div', [sum, oracle.tensor('i64', [], [2n])]);
  const quotient = oracle.node('Div', [oracle.node('Add', [scaled, half]), sum]);
  const code = oracle.node('Sub', [quotient, oracle.tensor('i64', [], [128n])]);
  oracle.output(0, clampedCodes(oracle, code, { min: -128, max: 127 }));
}

/** power / sum in steps of the result, half to even; see importedSoftmax. */
function evenShare(
  oracle: OracleBuilder,
  power: ValueName,
  sum: ValueName,
  { factor, fraction }: ImportedSoftmax,
): ValueName {
  const number = (value: bigint) => oracle.tensor('i64', [], [value]);
  const product = oracle.node('Mul', [power, number(BigInt(factor))]);
  const quotient = oracle.node('Div', [product, sum]);
  const exact = oracle.node('Equal', [oracle.node('Mul', [quotient, sum]), product]);
  const half = oracle.node('Add', [quotient, number(1n << BigInt(fraction - 1))]);
  const step = oracle.node('Div', [half, number(1n << BigInt(fraction))]);
  const whole = oracle.node('Equal', [oracle.node('Mul', [step, number(1n << BigInt(fraction))]), half]);
  const tie = oracle.node('Cast', [oracle.node('And', [exact, whole])], { to: ONNX_I64 });
  const odd = oracle.node('Mod', [step, number(2n)]);
  return oracle.node('Sub', [step, oracle.node('Mul', [odd, tie])]);
}

export function softmaxAxis(node: Node, shape: readonly number[]): { axis: number; length: number } {
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape.length);
  return { axis, length: shape[axis] ?? 1 };
}
