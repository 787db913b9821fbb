import type { Node, ValueName } from '../../ir/types.ts';
import { codesOf, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { MOST_OCTAVES, POWERS, wideSoftmax } from '../../quant/wide-softmax.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { clampedCodes, flooredHalves, lesser, ONNX_I64 } from './oracle.ts';
import { rowsOf, softmaxAxis, softmaxTitle } from './softmax-int8.ts';

/** Softmax of codes of 16 bits along one axis; see quant/wide-softmax.ts for the arithmetic. */
export function lowerWideSoftmax(node: Node, lower: LowerBuilder): void {
  const x = lower.read(0, 'any', { wide: true });
  const y = lower.write(0, x.storage, { wide: true });
  const quant = quantOf(lower.graph, node.outputs[0]);
  const { multiplier, shift, numerator } = wideSoftmax(scaleOf(quantOf(lower.graph, node.inputs[0])), scaleOf(quant));
  const { axis, length } = softmaxAxis(node, x.shape);
  const { stride, params } = rowsOf(x, y, axis);
  const { min, max } = codesOf(quant);
  lower.call({
    template: 'softmax_s8',
    params: {
      ...params,
      length,
      table: lower.table('powers', 'u32', POWERS, 'parameters', '2^(24 - j / 256)'),
      kernel: 'softmax_s16',
      scale: `${multiplier}u, ${shift}, UINT64_C(${numerator}), ${zeroPointOf(quant)}, ${min}, ${max}, `,
    },
    summary: softmaxTitle(length, x),
    overlap: stride === 1 ? [{ read: x, distance: 0 }] : [],
  });
}

export function wideSoftmaxOracle(node: Node, oracle: OracleBuilder): void {
  const { axis } = softmaxAxis(node, oracle.type(node.inputs[0]).shape);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const { multiplier, shift, numerator } = wideSoftmax(scaleOf(quantOf(oracle.graph, node.inputs[0])), scaleOf(y));
  const number = (value: bigint) => oracle.tensor('i64', [], [value]);
  const axes = oracle.tensor('i64', [1], [BigInt(axis)]);
  const codes = oracle.node('Cast', [node.inputs[0]], { to: ONNX_I64 });
  const largest = oracle.node('ReduceMax', [codes, axes], { keepdims: 1 });
  const product = oracle.node('Mul', [oracle.node('Sub', [largest, codes]), number(BigInt(multiplier))]);
  const power = powerOf(oracle, flooredHalves(oracle, product, shift).quotient);
  const sum = oracle.node('ReduceSum', [power, axes], { keepdims: 1 });
  const share = oracle.node('Mul', [power, oracle.node('Div', [number(numerator), sum])]);
  const half = oracle.node('Add', [share, number(1n << 39n)]);
  const step = oracle.node('Div', [half, number(1n << 40n)]);
  const code = oracle.node('Add', [step, number(BigInt(zeroPointOf(y)))]);
  oracle.output(0, clampedCodes(oracle, code, codesOf(y)));
}

/** 2^(24 - steps / 2^20) as nn_exp2_u24 computes it. */
export function powerOf(oracle: OracleBuilder, steps: ValueName): ValueName {
  const list = (values: ArrayLike<number>) => oracle.tensor('i64', [values.length], Array.from(values, BigInt));
  const { quotient: octaves, rest } = flooredHalves(oracle, steps, 20);
  const { quotient: place, rest: along } = flooredHalves(oracle, rest, 12);
  const first = oracle.node('Gather', [list(POWERS.subarray(0, 256)), place]);
  const next = oracle.node('Gather', [list(POWERS.subarray(1)), place]);
  const fall = oracle.node('Mul', [oracle.node('Sub', [first, next]), along]);
  const power = oracle.node('Sub', [first, flooredHalves(oracle, fall, 12).quotient]);
  const halvings = list(Array.from({ length: MOST_OCTAVES + 1 }, (_, i) => 2 ** i));
  const most = oracle.tensor('i64', [], [BigInt(MOST_OCTAVES)]);
  return oracle.node('Div', [power, oracle.node('Gather', [halvings, lesser(oracle, octaves, most)])]);
}
