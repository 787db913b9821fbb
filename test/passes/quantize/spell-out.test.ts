import { afterAll, expect, test } from 'vitest';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { randomDataset } from '../../../src/data/random-dataset.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { autoPad } from '../../../src/passes/float/auto-pad.ts';
import { step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { spellOut } from '../../../src/passes/quantize/spell-out.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { expectSameMeaning } from '../support.ts';

const rng = createRng(3);
const numbers = (count: number) => Array.from({ length: count }, () => Math.fround(rng.normal())).join(', ');
const transposed = (x: string, w: string, y: string, attributes: string, bias = '') => `input x: f32[${x}]
  const w: f32[${w}] = ${numbers(w.split(',').reduce((n, d) => n * Number(d), 1))}
  ${bias}y: f32[${y}] = ConvTranspose(x, w${bias && ', b'}) ${attributes}
  return y`;

const CASES: Readonly<Record<string, readonly [text: string, ops: string]>> = {
  'a stride that divides the kernel': [
    transposed('1,3,4,5', '3,2,2,2', '1,2,8,10', 'strides=[2,2]'),
    'Conv Reshape Transpose Reshape',
  ],
  'pads, a bias and a clamp': [
    transposed(
      '2,3,4,5',
      '3,2,4,4',
      '2,2,8,10',
      'strides=[2,2] pads=[1,1,1,1] clip=[0,inf]',
      'const b: f32[2] = 1, -2\n',
    ),
    'Conv Reshape Transpose Reshape Slice',
  ],
  'a kernel of 3, and more at the end': [
    transposed('1,2,3,3', '2,5,3,3', '1,5,6,6', 'strides=[2,2] pads=[1,1,1,1] output_padding=[1,1]'),
    'Conv Reshape Transpose Reshape Slice',
  ],
  'groups, dilations, strides of their own': [
    transposed('1,4,5,4', '4,3,3,2', '1,6,17,6', 'group=2 strides=[3,1] dilations=[2,2]'),
    'Conv Reshape Transpose Reshape Slice',
  ],
  'no stride': [transposed('1,2,4,4', '2,3,3,3', '1,3,4,4', 'pads=[1,1,1,1]'), 'Conv'],
  'one dimension': [transposed('1,3,6', '3,2,5', '1,2,15', 'strides=[2]'), 'Conv Reshape Transpose Reshape Slice'],
  'a quotient by constants': [
    'input x: f32[2,3]\nconst c: f32[3] = 2, -0.25, 3\ny: f32[2,3] = Div(x, c)\nreturn y',
    'Mul',
  ],
  'statistics of a batch': [
    `input x: f32[1,2,3,3]\nconst s: f32[2] = 1, -2\nconst b: f32[2] = 0.5, 1\nconst m: f32[2] = 3, 0.1\nconst v: f32[2] = 2, 0.3
    y: f32[1,2,3,3] = BatchNormalization(x, s, b, m, v)\nreturn y`,
    'Conv',
  ],
  'unit length': ['input x: f32[3,8]\ny: f32[3,8] = LpNormalization(x) axis=-1\nreturn y', 'RMSNormalization'],
  'a sum, normalized': [
    `input x: f32[1,3,8]\ninput z: f32[1,3,8]\nconst g: f32[8] = ${numbers(8)}\nconst e: f32[8] = ${numbers(8)}
    y: f32[1,3,8], _, _, s: f32[1,3,8] = com.microsoft::SkipLayerNormalization(x, z, g, e, e)\nreturn y, s`,
    'Add Add LayerNormalization',
  ],
  'unit length along the channels': [
    'input x: f32[1,4,2,3]\ny: f32[1,4,2,3] = LpNormalization(x) axis=1\nreturn y',
    'Transpose RMSNormalization Transpose',
  ],
  'mean and variance of a batch': [
    'input x: f32[2,4,2,3]\ny: f32[2,4,2,3] = MeanVarianceNormalization(x)\nreturn y',
    'Transpose LayerNormalization Transpose',
  ],
  'a cache of keys and values': [
    `input x: f32[1,2,8]\ninput k: f32[1,2,8]\ninput pk: f32[1,2,3,4]\ninput pv: f32[1,2,3,4]
    y: f32[1,2,8], a: f32[1,2,5,4], b: f32[1,2,5,4] = Attention(x, k, k, _, pk, pv) is_causal=1 q_num_heads=2 kv_num_heads=2
    return y, a, b`,
    'Reshape Transpose Reshape Transpose Concat Concat Attention Transpose Reshape',
  ],
  'a cache, masked by what is an input': [
    `input x: f32[1,2,8]\ninput k: f32[1,2,8]\ninput m: bool[2,5]\ninput pk: f32[1,2,3,4]\ninput pv: f32[1,2,3,4]
    y: f32[1,2,8], a: f32[1,2,5,4], b: f32[1,2,5,4] = Attention(x, k, k, m, pk, pv) is_causal=1 q_num_heads=2 kv_num_heads=2
    return y, a, b`,
    'Reshape Transpose Reshape Transpose Concat Concat And Attention Transpose Reshape',
  ],
  'keys chosen by truths': [
    `input x: f32[1,2,3,4]\ninput m: bool[3,3]\nconst low: f32[] = -10000
    k: f32[1,2,4,3] = Transpose(x) perm=[0,1,3,2]\ns: f32[1,2,3,3] = MatMul(x, k)
    w: f32[1,2,3,3] = Where(m, s, low)\np: f32[1,2,3,3] = Softmax(w)\ny: f32[1,2,3,4] = MatMul(p, x)\nreturn y`,
    'Attention',
  ],
};

const evaluator = createEvaluator();
afterAll(() => evaluator.release());

test.each(Object.entries(CASES))('%s: the same function', async (_, [text, ops]) => {
  const graph = parseGraph(text);
  const { graph: spelled } = await runPipeline(graph, [autoPad, spellOut]);
  expect([...new Set(spelled.nodes.map(({ op }) => op))].sort()).toEqual([...new Set(ops.split(' '))].sort());
  const data = randomDataset(datasetInputs(graph), 2, 1);
  for (let i = 0; i < data.count; i++) {
    const [want, got] = [
      await evaluator.evaluate(graph, data.sample(i)),
      await evaluator.evaluate(spelled, data.sample(i)),
    ];
    for (const output of graph.outputs) {
      const numbers = Array.from(want.get(output)!.data as Float32Array);
      const error = Array.from(got.get(output)!.data as Float32Array, (x, at) => Math.abs(x - numbers[at]!));
      expect(error).toHaveLength(numbers.length);
      expect(Math.max(...error)).toBeLessThan(1e-5 * Math.max(1, ...numbers.map(Math.abs)));
    }
  }
});

test('nodes that are excluded stay', async () => {
  const graph = parseGraph(CASES['no stride']![0]);
  const { graph: spelled } = await runPipeline(graph, [autoPad, { pass: spellOut, options: { exclude: ['y'] } }]);
  expect(spelled.nodes.map(({ op }) => op)).toEqual(['ConvTranspose']);
});

test('attention with a mask of numbers as products, for activations of 16 bits: the same function', async () => {
  const graph = parseGraph(`
    input x: f32[2,3,8]
    const m: f32[3,3] = 0, -inf, 0.5, 0, -10000, 2, -1, 0, 0
    y: f32[2,3,8] = Attention(x, x, x, m) q_num_heads=2 kv_num_heads=2
    z: f32[2,3,8] = Attention(y, x, x) q_num_heads=2 kv_num_heads=2 is_causal=1 scale=0.7
    return z`);
  const { graph: spelled } = await runPipeline(graph, [autoPad, step(spellOut, { products: true })]);
  expect(spelled.nodes.filter(({ op }) => op === 'Attention').map(({ inputs }) => inputs.length)).toEqual([3]);
  await expectSameMeaning(graph, spelled, 1e-5);
});
