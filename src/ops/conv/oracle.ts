import { intAttribute } from '../../ir/attributes.ts';
import type { Node, Tensor, ValueName } from '../../ir/types.ts';
import { clampCodes, quantOf, spanOf, weightRequantization, zeroPointOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import type { OracleBuilder } from '../op-def.ts';
import { ONNX_I64, requantized, sumsOfCodes, withBias } from '../support/oracle.ts';

/** Conv over integer-valued floats (exact below 2^24), bias and requantization in int64. */
export function convOracle(node: Node, oracle: OracleBuilder): void {
  const { graph } = oracle;
  const weights = must(oracle.constant(node.inputs[1]), 'weights');
  const channels = weights.shape[0];
  const rank = weights.shape.length - 2;
  const x = quantOf(graph, node.inputs[0]);
  const y = quantOf(graph, node.outputs[0]);
  const perChannel = [channels, ...new Array<number>(rank).fill(1)];
  const span = x.bits > 8 ? 256 : spanOf(x);
  const sums = sumsOfCodes(oracle, node.inputs[0]!, x, (input) => convolved(oracle, node, weights, input, span));
  const biased = withBias(oracle, node, sums, perChannel);
  const scales = weightRequantization(graph, node, channels);
  oracle.output(0, requantized(oracle, biased, scales, perChannel, zeroPointOf(y), clampCodes(node, y)));
}

/** int64. @param span the largest magnitude of the input */
function convolved(oracle: OracleBuilder, node: Node, weights: Tensor, input: ValueName, span: number): ValueName {
  const parts = intAttribute(node, 'group', 1) === 1 ? exactParts(weights, span) : 1;
  let acc: ValueName | null = null;
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((p) => Math.floor((p * weights.shape[1]) / parts)) as [number, number];
    const slice = parts === 1 ? input : channelSlice(oracle, input, from, to);
    const w = inputChannels(weights, from, to);
    const sum = oracle.node('Conv', [slice, oracle.tensor('f32', w.shape, w.data as Float32Array)], node.attributes);
    const whole = oracle.node('Cast', [sum], { to: ONNX_I64 });
    acc = acc === null ? whole : oracle.node('Add', [acc, whole]);
  }
  return must(acc, 'a sum');
}

/** Into how many runs of input channels the sum must be split so that each stays exact in float32. */
function exactParts(weights: Tensor, span: number): number {
  const outputs = weights.shape[0];
  const depth = weights.data.length / outputs;
  let largest = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let i = 0; i < depth; i++) sum += Math.abs(Number(weights.data[o * depth + i]));
    largest = Math.max(largest, sum * span);
  }
  return largest < 2 ** 24 ? 1 : Math.min(weights.shape[1], 2 * Math.ceil(largest / 2 ** 24));
}

function channelSlice(oracle: OracleBuilder, input: ValueName, from: number, to: number): ValueName {
  const list = (value: number) => oracle.tensor('i64', [1], [BigInt(value)]);
  return oracle.node('Slice', [input, list(from), list(to), list(1)]);
}

/** Input channels from..to-1 of [out][in][...kernel], as floats. */
function inputChannels(weights: Tensor, from: number, to: number): Tensor {
  const [outputs, inputs, ...kernel] = weights.shape as [number, number, ...number[]];
  const taps = kernel.reduce((a, b) => a * b, 1);
  const data = new Float32Array(outputs * (to - from) * taps);
  let position = 0;
  for (let o = 0; o < outputs; o++) {
    for (let i = from * taps; i < to * taps; i++) data[position++] = Number(weights.data[o * inputs * taps + i]);
  }
  return { dtype: 'f32', shape: [outputs, to - from, ...kernel], data };
}
