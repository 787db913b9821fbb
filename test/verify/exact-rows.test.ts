import { expect, test } from 'vitest';
import { typeOf } from '../../src/ir/graph.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Tensor, ValueName } from '../../src/ir/types.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { dequantizeTensor } from '../../src/passes/import-quantized/qdq/constant-codes.ts';
import { scaleOf } from '../../src/quant/quantized.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { exactLayer } from '../../src/verify/exact/index.ts';
import { asModelInput } from '../../src/verify/samples.ts';
import { quantizedTo } from '../activations/quantized.ts';

const FORMS: readonly (readonly [string, string])[] = [
  ['LogSoftmax', 'input x: f32[2,6,3]\n y: f32[2,6,3] = LogSoftmax(x) axis=1'],
  ['ReduceLogSumExp', 'input x: f32[2,6,3]\n const a: i64[2] = 0, -1\n y: f32[6] = ReduceLogSumExp(x, a) keepdims=0'],
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
];

/** Steps of the result are as onnxruntime has them in float32, and the C's integers within the error that is said. */
test.each(FORMS)('%s', async (_name, text) => {
  const float = parseGraph(`${text}\n return y`);
  const { graph, data } = await quantizedTo(float, [{ match: ':all', bits: 16 }]);
  const codes = new Map([...data.sample(0)].map(([name, x]) => [name, asModelInput(x, typeOf(graph, name))]));
  const reals = [...codes].map(([name, x]) => [name, dequantizeTensor(x, typeOf(graph, name).quant!)] as const);
  const evaluator = createEvaluator();
  const real = (await evaluator.evaluate(float, new Map(reals))).get('y')!;
  const integers = (await evaluator.evaluate(buildOracle(graph), codes)).get('y')!;
  await evaluator.release();
  const seen = (value: ValueName): Tensor => codes.get(value) ?? graph.constants.get(value)!;
  const exact = exactLayer(graph, 'y', seen)!;
  const step = scaleOf(typeOf(graph, 'y').quant!);
  real.data.forEach((value, i) => {
    const { steps, error } = exact(i);
    expect(Math.abs(Number(value) / step - steps)).toBeLessThan(error);
    expect(Math.abs(Number(integers.data[i]) - steps)).toBeLessThan(0.5 + error);
    expect(error).toBeLessThan(0.25);
  });
});
