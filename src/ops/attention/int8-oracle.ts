import { intAttribute } from '../../ir/attributes.ts';
import type { Node, Shape, ValueName } from '../../ir/types.ts';
import { EXPONENT_SHIFT, POWERS_OF_HALF, WEIGHT_BITS } from '../../quant/attention.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import { SHARE_BITS } from '../../quant/wide-attention.ts';
import type { OracleBuilder } from '../op-def.ts';
import { centred, flooredHalves, greater, ONNX_F64, ONNX_I64, requantized } from '../support/oracle.ts';
import { powerOf } from '../support/softmax-wide.ts';
import { attentionScales, headSize, maskingOf, wideAttentionOf } from './int8.ts';

const ONNX_BOOL = 9;

/** What quant/attention.ts defines, over int64 tensors [batch, heads, queries, keys]; products in float64, which are exact. */
export function attentionOracle(node: Node, oracle: OracleBuilder): void {
  const number = (value: number | bigint) => oracle.tensor('i64', [], [BigInt(value)]);
  const list = (...values: number[]) => oracle.tensor('i64', [values.length], values.map(BigInt));
  const [qHeads, kvHeads] = [intAttribute(node, 'q_num_heads', 0), intAttribute(node, 'kv_num_heads', 0)];
  const [q, k, v] = [0, 1, 2].map((i) => headsFirst(node.inputs[i]!, i === 0 ? qHeads : kvHeads));
  const [batch, heads, queries] = q!.shape as [number, number, number];
  const [, groups, keys] = k!.shape as [number, number, number];

  // Heads that share keys lie side by side: one matrix for each group of them.
  const grouped = (value: ValueName, last: number) =>
    oracle.node('Reshape', [value, list(batch, groups, (heads / groups) * queries, last)]);
  const across = oracle.node('Transpose', [k!.value], { perm: [0, 1, 3, 2] });
  const products = oracle.node('MatMul', [grouped(q!.value, q!.shape[3]), across]);
  const plain = oracle.node('Reshape', [
    oracle.node('Cast', [products], { to: ONNX_I64 }),
    list(batch, heads, queries, keys),
  ]);

  const masking = maskingOf(oracle.graph, node);
  const { output } = oracle.wide ? wideAttentionOf(oracle.graph, node) : attentionScales(oracle.graph, node);
  const allowed = allowedKeys();
  const share = oracle.wide ? wideShares() : byteShares();

  const shares = grouped(oracle.node('Cast', [share], { to: ONNX_F64 }), keys);
  const means = oracle.node('Cast', [oracle.node('MatMul', [shares, v!.value])], { to: ONNX_I64 });
  const y = quantOf(oracle.graph, node.outputs[0]);
  const codes = requantized(oracle, means, output, [], zeroPointOf(y), clampCodes(node, y));
  const apart = oracle.node('Reshape', [codes, list(batch, heads, queries, v!.shape[3])]);
  const { shape } = oracle.type(node.outputs[0]);
  const placed = shape.length === 4 ? apart : oracle.node('Transpose', [apart], { perm: [0, 2, 1, 3] });
  oracle.output(0, oracle.node('Reshape', [placed, list(...shape)]));

  /** p of codes of 8 bits. */
  function byteShares(): ValueName {
    const { multiplier, farthest } = attentionScales(oracle.graph, node);
    const scores = withNumbers(plain);
    const seen = oracle.node('Where', [allowed, scores, number(-(2n ** 31n))]);
    const best = oracle.node('ReduceMax', [seen, list(3)], { keepdims: 1 });
    // Clip and Min of int64 numbers beyond 2^31 are off in onnxruntime 1.30.0.
    const whole = oracle.node('Sub', [best, seen]);
    const beyond = oracle.node('Not', [oracle.node('Less', [whole, number(farthest)])]);
    const distance = oracle.node('Where', [beyond, number(farthest), whole]);
    const exponent = oracle.node('Div', [
      oracle.node('Mul', [distance, number(multiplier)]),
      number(2 ** EXPONENT_SHIFT),
    ]);
    const z = oracle.node('Where', [oracle.node('Less', [exponent, number(4096)]), exponent, number(4096)]);
    const powers = oracle.tensor('i64', [256], Array.from(POWERS_OF_HALF, BigInt));
    const power = oracle.node('Gather', [powers, oracle.node('Mod', [z, number(256)])]);
    const halvings = oracle.tensor(
      'i64',
      [17],
      Array.from({ length: 17 }, (_, n) => 2n ** BigInt(n)),
    );
    const divisor = oracle.node('Gather', [halvings, oracle.node('Div', [z, number(256)])]);
    const weight = oracle.node('Where', [allowed, oracle.node('Div', [power, divisor]), number(0)]);
    const sum = oracle.node('ReduceSum', [weight, list(3)], { keepdims: 1 });
    // How far the sum is beyond 16 bits.
    const beyond16 = Array.from({ length: 15 }, (_, n) => oracle.tensor('i64', [], [2n ** BigInt(n + 16)]))
      .map((limit) => oracle.node('Not', [oracle.node('Less', [sum, limit])]))
      .map((reached) => oracle.node('Cast', [reached], { to: ONNX_I64 }))
      .reduce((a, b) => oracle.node('Add', [a, b]));
    const power2 = (from: number) =>
      oracle.node('Gather', [
        oracle.tensor(
          'i64',
          [16],
          Array.from({ length: 16 }, (_, n) => 2n ** BigInt(n + from)),
        ),
        beyond16,
      ]);
    const upper = oracle.node('Max', [oracle.node('Div', [sum, power2(0)]), number(1)]);
    const half = oracle.node('Div', [upper, number(2)]);
    const inverse = oracle.node('Div', [oracle.node('Add', [half, number(2 ** 31)]), upper]);
    const product = oracle.node('Add', [oracle.node('Mul', [weight, inverse]), power2(15)]);
    const quotient = oracle.node('Div', [product, power2(16)]);
    return oracle.node('Min', [quotient, number(2 ** WEIGHT_BITS - 1)]);
  }

  /** p of codes of 16 bits. */
  function wideShares(): ValueName {
    const { scoreShift, multiplier, shift } = wideAttentionOf(oracle.graph, node);
    const scores = flooredHalves(oracle, plain, scoreShift).quotient;
    const seen = oracle.node('Where', [allowed, scores, number(-(2n ** 31n))]);
    const best = oracle.node('ReduceMax', [seen, list(3)], { keepdims: 1 });
    const product = oracle.node('Mul', [oracle.node('Sub', [best, seen]), number(multiplier)]);
    const power = powerOf(oracle, flooredHalves(oracle, product, shift).quotient);
    const weight = oracle.node('Where', [allowed, power, number(0)]);
    const sum = oracle.node('ReduceSum', [weight, list(3)], { keepdims: 1 });
    const inverse = oracle.node('Div', [number(1n << 48n), greater(oracle, sum, number(1))]);
    const half = oracle.node('Add', [oracle.node('Mul', [weight, inverse]), number(2 ** (SHARE_BITS - 1))]);
    return oracle.node('Div', [half, number(2 ** SHARE_BITS)]);
  }

  /** Codes without their zero point as [batch, heads, rows, size]. */
  function headsFirst(input: ValueName, count: number): { value: ValueName; shape: Shape } {
    const { shape } = oracle.type(input);
    const value = centred(oracle, input, zeroPointOf(quantOf(oracle.graph, input)), ONNX_F64);
    if (shape.length === 4) return { value, shape };
    const [samples, rows] = shape as [number, number];
    const size = headSize(shape, count);
    const split = oracle.node('Reshape', [value, list(samples, rows, count, size)]);
    return { value: oracle.node('Transpose', [split], { perm: [0, 2, 1, 3] }), shape: [samples, count, rows, size] };
  }

  /** Scores and what the mask adds to them. */
  function withNumbers(scores: ValueName): ValueName {
    const mask = node.inputs[3]!;
    if (masking.kind !== 'numbers' && masking.kind !== 'codes') return scores;
    const own =
      masking.kind === 'codes'
        ? centred(oracle, mask, masking.zeroPoint, ONNX_I64)
        : oracle.tensor('i64', oracle.type(mask).shape, Array.from(masking.codes, BigInt));
    return oracle.node('Add', [scores, toAllKeys(oracle.node('Mul', [own, number(masking.multiplier)]), 'i64')]);
  }

  /** Which keys each query may see, as bool [..., queries, keys]. */
  function allowedKeys(): ValueName {
    const causal = intAttribute(node, 'is_causal', 0) === 1;
    const last = node.inputs[3] == null ? keys : oracle.type(node.inputs[3]).shape.at(-1)!;
    const seen = (i: number) => i % keys < last && (!causal || i % keys <= Math.floor(i / keys));
    const all = oracle.tensor(
      'bool',
      [queries, keys],
      Array.from({ length: queries * keys }, (_, i) => (seen(i) ? 1 : 0)),
    );
    if (masking.kind === 'none' || masking.kind === 'codes') return all;
    const { shape } = oracle.type(node.inputs[3]);
    const truths =
      masking.kind === 'numbers' ? Uint8Array.from(masking.codes, (x) => (x > -(2 ** 15) ? 1 : 0)) : masking.constant;
    const given = truths
      ? oracle.tensor('bool', shape, truths)
      : oracle.node('Cast', [node.inputs[3]!], { to: ONNX_BOOL });
    return oracle.node('And', [all, toAllKeys(given, 'bool')]);
  }

  /** A mask may be shorter than the keys: those beyond it are hidden. */
  function toAllKeys(mask: ValueName, dtype: 'bool' | 'i64'): ValueName {
    const { shape } = oracle.type(node.inputs[3]);
    const missing = keys - shape.at(-1)!;
    if (missing === 0) return mask;
    const size = shape.slice(0, -1).reduce((a, b) => a * b, missing);
    const rest = oracle.tensor(
      dtype,
      [...shape.slice(0, -1), missing],
      dtype === 'bool' ? new Uint8Array(size) : new BigInt64Array(size),
    );
    return oracle.node('Concat', [mask, rest], { axis: -1 });
  }
}
