import { expect, test, vi } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { truthOf } from '../../src/metrics/truth.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { loadTarget } from '../../src/targets/load.ts';
import type { Comparison } from '../../src/verify/compare.ts';
import type { FileVerdict } from '../../src/verify/file-verdict.ts';
import { openFileJudge } from '../../src/verify/judge-file.ts';
import { asModelInput } from '../../src/verify/samples.ts';
import { f32, i8, i64, node, onnxFile, random, u8 } from '../helpers/onnx-file.ts';

/** A fault of the importer: Sub of old files becomes Add, and Pad fills with the largest code of its input. */
const planted = vi.hoisted(() => ({ fault: false, blind: false }));
/** A fault of the judge: it takes every number of the file for the codes of the C. */
vi.mock('../../src/verify/rounded-to.ts', async (original) => {
  const { isRoundedTo } = await original<typeof import('../../src/verify/rounded-to.ts')>();
  return { isRoundedTo: (...args: Parameters<typeof isRoundedTo>) => planted.blind || isRoundedTo(...args) };
});
vi.mock('../../src/frontend/upgrade.ts', async (original) => {
  const { upgradeNode } = await original<typeof import('../../src/frontend/upgrade.ts')>();
  return {
    upgradeNode: (...args: Parameters<typeof upgradeNode>) => {
      const wrong = (op: string) => (planted.fault && op === 'Sub' ? 'Add' : op);
      return upgradeNode(...args).map(({ inputs, ...upgraded }) => ({
        ...upgraded,
        op: wrong(upgraded.op),
        inputs: inputs.map((input) => (planted.fault && input === 'fill' ? 'largest' : input)),
      }));
    },
  };
});

interface Options {
  readonly compiled?: Uint8Array;
  readonly int8?: boolean;
  readonly labels?: Int32Array;
  /** What the judge of layers found. */
  readonly layers?: readonly Comparison[];
  /** The C misses the graph by this much in the first element of each sample. */
  readonly off?: number;
  /** Values inside that the C shows. */
  readonly values?: readonly string[];
}

/** Judges C that computes exactly what the graph says, so that only the way from the file to the graph is judged. */
async function judged(
  bytes: Uint8Array,
  { compiled = bytes, int8, labels, layers = [], off = 0, values }: Options = {},
): Promise<FileVerdict> {
  const target = await loadTarget('host');
  const calibration = async (graph: Parameters<typeof datasetInputs>[0]) => randomDataset(datasetInputs(graph), 4, 1);
  const model = await compileModel({ model: compiled, name: 'm', target, ...(int8 && { calibration }) });
  const samples = randomDataset(datasetInputs(model.floatGraph), 3, 0);
  const truth = truthOf({ ...samples, labels: labels ?? null });
  const judge = await openFileJudge({ ...model, file: { bytes } }, { tolerance: 1e-5, truth, where: 'samples' });
  const shown = [...new Set([...model.oracle.outputs, ...(values ?? [])])];
  await withSession(exportOnnx({ ...model.oracle, outputs: shown }), {}, async (session) => {
    for (let i = 0; i < samples.count; i++) {
      const sample = samples.sample(i);
      const { inputs, outputs } = model.program;
      const feed = new Map(inputs.map(({ value, type }) => [value, asModelInput(sample.get(value)!, type)]));
      const results = await session.run(feed);
      const computed = outputs.map(({ value }) => results.get(value)!.data.slice());
      if (off !== 0) computed[0][0] = Number(computed[0][0]) + off;
      const inside = new Map((values ?? []).map((value) => [value, results.get(value)!.data]));
      await judge.add(sample, { feed, outputs: computed, values: inside }, truth?.sample(i) ?? null);
    }
  });
  const verdict = judge.result(layers);
  await judge.release();
  return verdict;
}

const DIFFERENCE = onnxFile({
  inputs: { x: ['f32', [1, 8]] },
  outputs: ['y'],
  constants: { w: random('f32', [8, 5]), b: f32(1, 2, 3, 4, 5) },
  nodes: [node('p = MatMul(x, w)'), node('y = Sub(p, b)')],
  opset: 7,
});

test('a model that is read as it is agrees with its file', async () => {
  const verdict = await judged(DIFFERENCE, { labels: Int32Array.of(4, 4, 4) });
  expect(verdict).toMatchObject({
    run: true,
    judgement: 'close',
    passed: true,
    agreement: 1,
    score: { metric: 'top1', value: expect.any(Number) },
  });
});

test('what the importer gets wrong is found: it no longer stands on both sides', async () => {
  planted.fault = true;
  try {
    const verdict = await judged(DIFFERENCE);
    expect(verdict).toMatchObject({
      run: true,
      passed: false,
      outputs: [{ value: 'y', different: 15, agrees: false }],
    });
    expect(verdict.run && verdict.outputs[0].maxError).toBeCloseTo(10, 5);
  } finally {
    planted.fault = false;
  }
});

const PRODUCT = onnxFile({
  inputs: { x: ['f32', [1, 4]] },
  outputs: ['y'],
  constants: { c: f32(0.5) },
  nodes: [node('y = Mul(x, c)')],
});

test('an output of another size differs', async () => {
  const longer = onnxFile({
    inputs: { x: ['f32', [1, 4]] },
    outputs: ['y'],
    constants: {},
    nodes: [node('y = Concat(x, x)', { axis: 1 })],
  });
  const verdict = await judged(PRODUCT, { compiled: longer });
  expect(verdict).toMatchObject({ run: true, passed: false, outputs: [{ maxError: Infinity }] });
});

test('int8 of a float file is told in decibels, not judged', async () => {
  const verdict = await judged(DIFFERENCE, { int8: true });
  expect(verdict).toMatchObject({ run: true, judgement: 'quality', passed: true, outputs: [{ allowed: null }] });
  expect(verdict.run && verdict.outputs[0].sqnrDb).toBeGreaterThan(10);
  expect(verdict.run && verdict.outputs[0].sqnrDb).toBeLessThan(50);
});

test('where onnxruntime wraps the one of a QLinearSoftmax to code 0 the C is not to blame', async () => {
  const ones = onnxFile({
    inputs: { x: ['u8', [3, 1]] },
    outputs: ['y'],
    constants: { s: f32(0.1), z: u8(3), t: f32(1 / 256), o: u8(0) },
    nodes: [node('y = ms.QLinearSoftmax(x, s, z, t, o)', { axis: 1, opset: 13 })],
    opset: 13,
  });
  const layer = {
    layer: 'l01_softmax',
    value: 'y.codes',
    rule: { kind: 'equal', floor: 0, cancels: false },
    off: null,
  };
  const layers = [{ ...layer, different: 0, maxError: 0, range: 255, exact: true, noise: 0 } as Comparison];
  const outputs = [{ different: 9, maxError: 255, off: ['l01_softmax'] }];
  expect(await judged(ones, { layers })).toMatchObject({ run: true, passed: true, outputs });
  const shown = { run: true, passed: true, outputs, layers: { codes: [{ value: 'y', wrong: 9 }] } };
  expect(await judged(ones, { layers, values: ['y'] })).toMatchObject(shown);
  expect(await judged(ones)).toMatchObject({ run: true, passed: false });
});

/** x and a constant in codes of one scale, y in codes of another. */
const sum = (scale: number, input = 0.1) =>
  onnxFile({
    inputs: { x: ['f32', [1, 64]] },
    outputs: ['y'],
    constants: { s: f32(input), z: i8(0), c: random('i8', [1, 64]), t: f32(scale) },
    nodes: [
      node('xq = QuantizeLinear(x, s, z)'),
      node('xd = DequantizeLinear(xq, s, z)'),
      node('cd = DequantizeLinear(c, s, z)'),
      node('a = Add(xd, cd)'),
      node('aq = QuantizeLinear(a, t, z)'),
      node('y = DequantizeLinear(aq, t, z)'),
    ],
  });

test('where all scales are powers of two no code may differ, elsewhere few by one', async () => {
  const outputs = (verdict: FileVerdict) => (verdict.run ? verdict.outputs : []);
  expect(outputs(await judged(sum(0.25, 0.125)))).toMatchObject([{ inCodes: true, allowed: 0, different: 0 }]);
  expect(outputs(await judged(sum(0.13)))).toMatchObject([{ inCodes: true, allowed: 1, different: 0 }]);
});

test('a file that is quantized itself gives the same codes, and another scale does not', async () => {
  expect(await judged(sum(0.13))).toMatchObject({ run: true, judgement: 'codes', passed: true });
  expect(await judged(sum(0.13), { compiled: sum(0.14) })).toMatchObject({ run: true, passed: false });
});

/** Its fill of 100 lies far beyond the codes of x, which end at 31. */
const PADDED = onnxFile({
  inputs: { x: ['i8', [1, 4]] },
  outputs: ['y'],
  constants: {
    s: f32(0.25),
    z: i8(3),
    t: f32(1.1),
    o: i8(-7),
    pads: i64(0, 1, 0, 1),
    fill: f32(100),
    largest: f32(31),
  },
  nodes: [node('xd = DequantizeLinear(x, s, z)'), node('p = Pad(xd, pads, fill)'), node('y = QuantizeLinear(p, t, o)')],
});

test('a fill that the importer saturates is found, although it is the same code as the right one', async () => {
  expect(await judged(PADDED, { values: ['y'] })).toMatchObject({ passed: true, outputs: [{ different: 0 }] });
  planted.fault = true;
  try {
    const verdict = await judged(PADDED, { values: ['p.codes', 'y'] });
    const wrong = { codes: [{ value: 'y', wrong: 6, atTies: 0, first: { ofC: 21, ofFile: 84 } }], others: [] };
    expect(verdict).toMatchObject({ passed: false, wrong, outputs: [{ different: 6, ties: false, agrees: false }] });
  } finally {
    planted.fault = false;
  }
});

test('an output that differs although no layer before it does, not even at a tie, is wrong', async () => {
  planted.fault = true;
  planted.blind = true;
  try {
    const verdict = await judged(PADDED, { values: ['p.codes', 'y'] });
    const nothing = { codes: [], others: [] };
    expect(verdict).toMatchObject({ passed: false, wrong: nothing, outputs: [{ different: 6, ties: false }] });
  } finally {
    planted.fault = false;
    planted.blind = false;
  }
});

test('random numbers and operators without a kernel: not run, and why', async () => {
  const dropout = onnxFile({
    inputs: { x: ['f32', [1, 64]] },
    outputs: ['y'],
    constants: { r: f32(0.5), t: { dtype: 'bool', shape: [], data: Uint8Array.of(1) } },
    nodes: [node('y = Dropout(x, r, t)')],
  });
  expect(await judged(dropout, { compiled: RELU })).toEqual({
    run: false,
    because: 'it gives other results on the same sample: it draws random numbers',
  });
  const off = { samples: 1, beyond: false, defined: 1, ofRuntime: 2, ofC: 1 };
  expect(await judged(dropout, { compiled: RELU, layers: [{ ...layer(0), value: 'y', off }] })).toEqual({
    run: false,
    because: 'it gives other results on the same sample: onnxruntime is off in l00',
  });
  const unknown = onnxFile({
    inputs: { x: ['f32', [1, 64]] },
    outputs: ['y'],
    constants: {},
    nodes: [node('y = NoSuchOperator(x)')],
  });
  const verdict = await judged(unknown, { compiled: RELU });
  expect(verdict).toMatchObject({ run: false, because: expect.stringContaining('NoSuchOperator') });
});

const RELU = onnxFile({
  inputs: { x: ['f32', [1, 64]] },
  outputs: ['y'],
  constants: {},
  nodes: [node('y = Relu(x)')],
});

const rounded = onnxFile({
  inputs: { x: ['f32', [1, 4]] },
  outputs: ['y'],
  constants: { c: f32(3) },
  nodes: [node('p = Mul(x, c)'), node('y = Round(p)')],
});
const layer = (different: number): Comparison => ({
  different,
  maxError: different,
  range: 1,
  layer: 'l00',
  value: 'p',
  rule: { kind: 'equal', floor: 0, cancels: false },
  exact: true,
  noise: 0,
  off: null,
});

test('a step that falls to the other side is left to the judge of layers, where the graph agrees with the file', async () => {
  const agreed = await judged(rounded, { off: 1, layers: [layer(0)] });
  expect(agreed).toMatchObject({ run: true, passed: true, outputs: [{ different: 3, steps: true }] });
  expect(await judged(rounded, { off: 1, layers: [layer(1)] })).toMatchObject({ passed: false });
  expect(await judged(rounded, { off: 1 })).toMatchObject({ passed: false });
  // The C of another graph than the file's.
  const other = onnxFile({
    inputs: { x: ['f32', [1, 4]] },
    outputs: ['y'],
    constants: { c: f32(4) },
    nodes: [node('p = Mul(x, c)'), node('y = Round(p)')],
  });
  expect(await judged(rounded, { compiled: other, layers: [layer(0)] })).toMatchObject({ passed: false });
  // Without a step there is nothing to explain a difference.
  expect(await judged(PRODUCT, { off: 1, layers: [layer(0)] })).toMatchObject({ passed: false });
});

test('an output behind a layer on which onnxruntime is off is not held against the C', async () => {
  const off = { samples: 1, beyond: false, defined: 1, ofRuntime: 2, ofC: 1 };
  const verdict = await judged(PRODUCT, { off: 1, layers: [{ ...layer(0), value: 'y', off }] });
  expect(verdict).toMatchObject({ passed: true, outputs: [{ off: ['l00'] }] });
  expect(await judged(PRODUCT, { off: 1, layers: [{ ...layer(0), value: 'x2', off }] })).toMatchObject({
    passed: false,
  });
});

test('behind such a layer nothing falls to the other side of a step', async () => {
  const off = { samples: 1, beyond: false, defined: 1, ofRuntime: 2, ofC: 1 };
  const verdict = await judged(rounded, { off: 1, layers: [{ ...layer(0), off }] });
  expect(verdict).toMatchObject({ passed: true, outputs: [{ steps: false, off: ['l00'] }] });
});

test('what a TopK chooses without an order is compared as a set', async () => {
  const chosen = (sorted: number) =>
    onnxFile({
      inputs: { x: ['f32', [2, 6]] },
      outputs: ['v', 'i'],
      constants: { k: i64(3) },
      nodes: [node('v, i = TopK(x, k)', { sorted })],
    });
  expect(await judged(chosen(0))).toMatchObject({ passed: true });
});
