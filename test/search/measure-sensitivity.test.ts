import { beforeAll, expect, test } from 'vitest';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { formatsOfLayers } from '../../src/search/check-options.ts';
import { measureSensitivity, type Sensitivity, withEncoded } from '../../src/search/measure-sensitivity.ts';
import { graphLoss, prepareSubject, type Subject } from '../../src/search/subject.ts';
import { loadTarget } from '../../src/targets/load.ts';

/** A residual block: what lies behind a layer needs more than its result. */
const MODEL = `
graph net
input x: f32[1,4]
input kind: i64[1]
const table: f32[5,6] = ${numbers(30)}
const u: f32[4,6] = 1, -0.5, 0.25, 0.7, -1, 0.3, 0.1, 0.9, -0.8, 0.2, 0.4, -0.6, -0.3, 0.5, 1, -0.9, 0.2, 0.1, 0.6, -0.2, 0.3, 0.8, -0.7, 1
const v: f32[6,6] = ${numbers(36)}
const w: f32[6,3] = ${numbers(18)}
a: f32[1,6] = MatMul(x, u)
e: f32[1,6] = Gather(table, kind)
d: f32[1,6] = Add(a, e)
r: f32[1,6] = Relu(d)
b: f32[1,6] = MatMul(r, v)
s: f32[1,6] = Add(b, r)
c: f32[1,3] = MatMul(s, w)
y: f32[1,3] = Softmax(c) axis=1
return y`;

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => (((i * 37) % 23) / 11 - 1).toFixed(3)).join(', ');
}

const evaluator = createEvaluator();
let subject: Subject;
let sensitivity: Sensitivity;

beforeAll(async () => {
  const rng = createRng(1);
  const samples = Array.from({ length: 40 }, () => Float32Array.from({ length: 4 }, () => rng.normal()));
  const dataset = {
    name: 'random',
    count: samples.length,
    labels: null,
    sample: (i: number) =>
      new Map([
        ['x', tensorOf('f32', [1, 4], samples[i]!)],
        ['kind', tensorOf('i64', [1], [i % 5])],
      ]),
  };
  const options = {
    model: exportOnnx(parseGraph(MODEL)),
    name: 'net',
    target: await loadTarget('host'),
    calibration: async () => dataset,
  };
  subject = await prepareSubject(options, { samples: 20, labelled: () => false, evaluate: evaluator.evaluate });
  const formats = formatsOfLayers({ formats: ['int8', 'int3', 'int3+huffman', 'ternary'], pins: [] }, subject.layers);
  sensitivity = await measureSensitivity(subject, formats, createEvaluator().evaluate, () => {});
}, 30_000);

test('looks at the logits, on the samples between those it fits to', () => {
  expect(subject.point).toEqual({ kind: 'kl', values: ['c'] });
  expect(subject.layers.map(({ output }) => output)).toEqual(['a', 'e', 'b', 'c']);
  const [fitted, judged] = [subject.fitted, subject.judged].map(({ feeds }) =>
    feeds.map((feed) => feed.get('x')?.data),
  );
  expect(fitted).toHaveLength(20);
  expect(judged).toHaveLength(20);
  expect(fitted.filter((data) => judged.includes(data))).toEqual([]);
});

test('the sweep behind a layer gives the loss of the whole graph with that layer encoded', async () => {
  const { graph } = subject.int8;
  const base = await graphLoss(subject, subject.fitted, graph, evaluator.evaluate);
  expect(sensitivity.base).toBeCloseTo(base, 12);
  for (const own of sensitivity.layers) {
    for (const one of own) {
      const whole = await graphLoss(subject, subject.fitted, withEncoded(graph, [one]), evaluator.evaluate);
      expect(one.loss, `${one.layer.output} ${one.format}`).toBeCloseTo(Math.max(0, whole - base), 12);
    }
  }
});

test('an entropy code changes how weights are stored, and no loss', () => {
  for (const own of sensitivity.layers) {
    if (own[0]?.layer.node.op === 'Gather') continue;
    const [plain, coded] = ['int3', 'int3+huffman'].map((format) => own.find((one) => one.format === format));
    expect(coded?.loss).toBe(plain?.loss);
    expect(coded?.constants[0].type.quant?.format).toBe('int3+huffman');
    expect(plain?.constants[0].type.quant?.format).toBe('int3');
  }
});

test('an embedding has no entropy code: its rows are picked', () => {
  const [table] = sensitivity.layers.filter(([one]) => one?.layer.node.op === 'Gather');
  expect(table?.map(({ format }) => format)).toEqual(['int8', 'int3', 'ternary']);
});

test('fewer bits lose more', () => {
  const total = (format: string) =>
    sensitivity.layers.reduce((sum, own) => sum + (own.find((one) => one.format === format)?.loss ?? 0), 0);
  expect(total('int3')).toBeGreaterThan(total('int8'));
  expect(total('ternary')).toBeGreaterThan(total('int3'));
});
