import { expect, test } from 'vitest';
import { typeOf } from '../../src/ir/graph.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { dequantizeTensor } from '../../src/passes/import-quantized/qdq/constant-codes.ts';
import { codesOf, scaleOf, zeroPointOf } from '../../src/quant/quantized.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { codedAs, codeMeter } from '../../src/verify/code-meter.ts';
import { type ExactLayer, exactLayer } from '../../src/verify/exact/index.ts';
import { asModelInput } from '../../src/verify/samples.ts';
import { quantizedTo } from '../activations/quantized.ts';

function numbers(count: number, seed: number): string {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => rng.normal().toFixed(3)).join(', ');
}

type Form = readonly [name: string, text: string];

const LOGARITHMS: readonly Form[] = [
  ['LogSoftmax', 'input x: f32[2,6,3]\n y: f32[2,6,3] = LogSoftmax(x) axis=1'],
  ['ReduceLogSumExp', 'input x: f32[2,6,3]\n const a: i64[2] = 0, -1\n y: f32[6] = ReduceLogSumExp(x, a) keepdims=0'],
];

const SOFTMAX: Form = ['Softmax', 'input x: f32[2,6,3]\n y: f32[2,6,3] = Softmax(x) axis=1'];

const ROWS: readonly Form[] = [
  [
    'Attention, heads of queries in groups, causal',
    `input q: f32[1,5,12]\n input k: f32[1,5,6]\n input v: f32[1,5,4]
     y: f32[1,5,8] = Attention(q, k, v) q_num_heads=4 kv_num_heads=2 is_causal=1`,
  ],
  [
    'Attention, four dimensions, a mask of truths, a scale',
    `input q: f32[2,2,3,4]\n input k: f32[2,2,5,4]\n input v: f32[2,2,5,4]
     const m: bool[3,5] = 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1
     y: f32[2,2,3,4] = Attention(q, k, v, m) scale=0.25`,
  ],
  [
    'LayerNormalization of two axes',
    `input x: f32[4,3,5]\n const s: f32[3,5] = ${numbers(15, 1)}\n const b: f32[3,5] = ${numbers(15, 2)}
     y: f32[4,3,5] = LayerNormalization(x, s, b) axis=1`,
  ],
  [
    'RMSNormalization',
    `input x: f32[6,16]\n const s: f32[16] = ${numbers(16, 3)}\n y: f32[6,16] = RMSNormalization(x, s)`,
  ],
  [
    'GroupNormalization',
    `input x: f32[2,4,9]\n const s: f32[4] = ${numbers(4, 4)}\n const b: f32[4] = ${numbers(4, 5)}
     y: f32[2,4,9] = GroupNormalization(x, s, b) num_groups=2 epsilon=0.01`,
  ],
];

const NUMBERS: Form = [
  'Attention, a mask of numbers',
  `input q: f32[1,1,3,4]\n input k: f32[1,1,5,4]\n input v: f32[1,1,5,4]
   const m: f32[3,5] = ${numbers(15, 6)}
   y: f32[1,1,3,4] = Attention(q, k, v, m)`,
];

interface Layer {
  /** onnxruntime's result in float32, in steps. */
  readonly real: readonly number[];
  readonly integers: readonly number[];
  readonly exact: ExactLayer;
}

async function layerOf(text: string, bits: 8 | 16): Promise<Layer & { readonly graph: Graph }> {
  const float = parseGraph(`${text}\n return y`);
  const { graph, data } = await quantizedTo(float, bits === 16 ? [{ match: ':all', bits }] : []);
  const codes = new Map([...data.sample(0)].map(([name, x]) => [name, asModelInput(x, typeOf(graph, name))]));
  const reals = [...codes].map(([name, x]) => [name, dequantizeTensor(x, typeOf(graph, name).quant!)] as const);
  const evaluator = createEvaluator();
  const real = (await evaluator.evaluate(float, new Map(reals))).get('y')!;
  const integers = (await evaluator.evaluate(buildOracle(graph), codes)).get('y')!;
  await evaluator.release();
  const seen = (value: ValueName): Tensor => codes.get(value) ?? graph.constants.get(value)!;
  const quant = typeOf(graph, 'y').quant!;
  return {
    graph,
    real: Array.from(real.data as Float32Array, (value) => value / scaleOf(quant)),
    integers: Array.from(integers.data as Int16Array, (code) => code - zeroPointOf(quant)),
    exact: exactLayer(graph, 'y', seen)!,
  };
}

const WIDE = [...LOGARITHMS, SOFTMAX, ...ROWS].map(([name, text]) => [name, 16, text, 0.25] as const);
const SHORT = [...ROWS, NUMBERS].map(
  ([name, text]) => [name, 8, text, name.startsWith('Attention') ? 0.5 : 0.03] as const,
);

/** Steps of the result are as onnxruntime has them in float32, and the C's integers within the error that is said. */
test.each([...WIDE, ...SHORT])('%s in %i bits', async (_name, bits, text, most) => {
  const { graph, real, integers, exact } = await layerOf(text, bits);
  const quant = typeOf(graph, 'y').quant!;
  expect(quant.bits).toBe(bits);
  const [min, max] = [codesOf(quant).min - zeroPointOf(quant), codesOf(quant).max - zeroPointOf(quant)];
  for (const [i, value] of real.entries()) {
    const { steps, error } = exact(i);
    expect(Math.abs(value - steps)).toBeLessThan(error);
    expect(Math.abs(integers[i]! - Math.min(Math.max(steps, min), max))).toBeLessThan(0.5 + error);
    expect(error).toBeLessThan(most);
  }
});

/** A code beside the one that the real result is rounded to, at no tie: the nearest such case of a layer. */
test.each([...ROWS, NUMBERS])('%s: a code on the wrong side of a tie is caught', async (name, text) => {
  const { graph, real, exact } = await layerOf(text, 8);
  const coded = codedAs(graph, 'y')!;
  const cases = real.map((_, i) => {
    const { steps, error } = exact(i);
    const right = Math.round(steps);
    return { i, error, right, wrong: steps < right ? right - 1 : right + 1, toTie: 0.5 - Math.abs(steps - right) };
  });
  const nearest = cases.filter(({ toTie, error }) => toTie > error).sort((a, b) => a.toTie - b.toTie)[0]!;
  expect(nearest.toTie).toBeLessThan(name.startsWith('Attention') ? 0.5 : 0.1);
  const zero = coded.quant.zeroPoint[0]!;
  const found = async (ofC: number, ofFile: number) => {
    const meter = codeMeter('y', coded);
    const tensor = (code: number): Tensor => ({ dtype: 'i8', shape: [1], data: Int8Array.of(code + zero) });
    await meter.add(tensor(ofC).data, tensor(ofFile), async () => () => exact(nearest.i));
    return meter.result();
  };
  expect(await found(nearest.wrong, nearest.right)).toMatchObject({ atTies: 0, wrong: 1 });
});
