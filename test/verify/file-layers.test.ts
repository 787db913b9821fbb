import { expect, test } from 'vitest';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Tensor, TypedArray } from '../../src/ir/types.ts';
import { additionParameters } from '../../src/quant/addition.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { codedAs, codeMeter } from '../../src/verify/code-meter.ts';
import { exactLayer } from '../../src/verify/exact/index.ts';
import { fileLayers, type LayersOfFile } from '../../src/verify/file-layers.ts';
import { type FileSpec, f32, i8, node, onnxFile, random, randomFeeds } from '../helpers/onnx-file.ts';

const QUANTIZE = (x: string, y: string, by: string) => node(`${y} = QuantizeLinear(${x}, ${by}.s, ${by}.z)`);
const DEQUANTIZE = (x: string, y: string, by: string) => node(`${y} = DequantizeLinear(${x}, ${by}.s, ${by}.z)`);
const affine = (name: string, scale: number, zero: number) => ({ [`${name}.s`]: f32(scale), [`${name}.z`]: i8(zero) });

/** A mean with one scale before and after, a fourth of whose codes are ties; a Conv behind its Relu; a float product. */
const FILE: FileSpec = {
  inputs: { x: ['i8', [1, 4, 8, 8]] },
  outputs: ['y', 'r'],
  constants: {
    ...affine('x', 0.037, 3),
    ...affine('w', 0.011, 0),
    ...affine('y', 0.09, -5),
    w: random('i8', [4, 4, 3, 3]),
    b: random('f32', [4]),
    p: random('f32', [4, 1, 1]),
  },
  nodes: [
    DEQUANTIZE('x', 'x_r', 'x'),
    node('a_r = AveragePool(x_r)', { kernel_shape: [2, 2], strides: [2, 2] }),
    QUANTIZE('a_r', 'a', 'x'),
    DEQUANTIZE('a', 'a_q', 'x'),
    DEQUANTIZE('w', 'w_r', 'w'),
    node('c = Conv(a_q, w_r, b)', { kernel_shape: [3, 3] }),
    node('c_r = Relu(c)'),
    QUANTIZE('c_r', 'y', 'y'),
    DEQUANTIZE('y', 'y_q', 'y'),
    node('r = Mul(y_q, p)'),
  ],
};

type Values = Map<string, TypedArray>;
type Change = (values: Values) => void;

let compiled: Compilation | undefined;

async function model(): Promise<Compilation> {
  compiled ??= await compileModel({ model: onnxFile(FILE), name: 'm', target: await loadTarget('host') });
  return compiled;
}

/** The file beside C that computes what the graph says but for this change. */
async function judged(change: Change = () => {}): Promise<LayersOfFile> {
  const { imported, graph, oracle, program, file } = await model();
  const layers = fileLayers({ file, imported, graph, oracle, outputs: program.outputs });
  const [sample] = randomFeeds(FILE, 1);
  const shown = [...new Set(program.calls.flatMap(({ result }) => (result ? [result.value] : [])))];
  const values: Values = await withSession(exportOnnx({ ...oracle, outputs: shown }), {}, async (session) => {
    const results = await session.run(sample);
    return new Map([...results].map(([name, { data }]) => [name, data.slice()]));
  });
  change(values);
  try {
    const outputs = program.outputs.map(({ value }) => values.get(value)!);
    await layers.add(sample, { feed: sample, outputs, values });
    return layers.result()!;
  } finally {
    await layers.release();
  }
}

const codes = ({ codes: found }: LayersOfFile, name: string) => found.find(({ value }) => value === name)!;

test('each layer of the file behind what the C fed its own: ties of float32 count, all else is the same', async () => {
  const found = await judged();
  expect(codes(found, 'a')).toMatchObject({ elements: 64, wrong: 0, first: null });
  expect(codes(found, 'a').atTies).toBeGreaterThan(0);
  expect(codes(found, 'y')).toMatchObject({ atTies: 0, wrong: 0 });
  expect(found.others.map(({ value, maxError }) => [value, maxError < 1e-6])).toContainEqual(['r', true]);
});

test.each([
  ['a code that is one off', 1],
  ['a code that is two off', -2],
])('%s, far from a tie, is wrong in its layer and in no other', async (_, by) => {
  const change: Change = (values) => {
    const data = values.get('y') as Int8Array;
    const at = data.findIndex((code) => code > 0 && code < 100);
    data[at] += by;
  };
  const found = await judged(change);
  expect(codes(found, 'y')).toMatchObject({ atTies: 0, wrong: 1 });
  const { ofC, ofFile, toTie, error } = codes(found, 'y').first!;
  expect(ofC - ofFile).toBe(by);
  expect(toTie).toBeGreaterThan(error!);
  expect(codes(found, 'a').wrong).toBe(0);
});

test('real numbers that are off', async () => {
  const found = await judged((values) => {
    (values.get('r') as Float32Array)[0] += 0.5;
  });
  expect(found.others.find(({ value }) => value === 'r')?.maxError).toBeCloseTo(0.5, 3);
});

test('two codes at a tie, not three', async () => {
  const graph = (await model()).graph;
  const exact = async () => () => ({ steps: 7.5 + 2 ** -22, error: 2 ** -21 });
  const coded = codedAs(graph, 'a')!;
  const zero = coded.quant.zeroPoint[0];
  const verdict = async (ofC: number, ofFile: number) => {
    const meter = codeMeter('a', coded);
    const tensor = (code: number): Tensor => ({ dtype: 'i8', shape: [1], data: Int8Array.of(zero + code) });
    await meter.add(tensor(ofC).data, tensor(ofFile), exact);
    return meter.result();
  };
  expect(await verdict(7, 8)).toMatchObject({ atTies: 1, wrong: 0 });
  expect(await verdict(8, 7)).toMatchObject({ atTies: 1, wrong: 0 });
  expect(await verdict(8, 9)).toMatchObject({ atTies: 0, wrong: 1 });
  expect(await verdict(6, 8)).toMatchObject({ atTies: 0, wrong: 1 });
});

test('the exact result of a layer is what onnxruntime rounds, within the bound', async () => {
  const { graph, oracle } = await model();
  const [sample] = randomFeeds(FILE, 1);
  const values = await withSession(exportOnnx({ ...oracle, outputs: ['a', 'y'] }), {}, (session) =>
    session.run(sample),
  );
  const seen = (value: string) => sample.get(value) ?? values.get(value) ?? graph.constants.get(value)!;
  for (const [value, least] of [
    ['a', 1e-8],
    ['y', 1e-6],
  ] as const) {
    const zero = graph.types.get(value)!.quant!.zeroPoint[0];
    const layer = exactLayer(graph, value, seen)!;
    values.get(value)!.data.forEach((code, i) => {
      const { steps, error } = layer(i);
      const inRange = Math.min(Math.max(steps, -128 - zero), 127 - zero);
      expect(Math.abs(inRange - (Number(code) - zero))).toBeLessThanOrEqual(0.5 + error);
      expect(error).toBeGreaterThanOrEqual(steps === 0 ? 0 : least);
      expect(error).toBeLessThan(2e-3);
    });
  }
});

test('a sum as nibblec quantizes it is within the bound of the coefficients that it has', () => {
  const graph = parseGraph(`
    input a: i8[256,1]{scale=0.0123, zero=3}
    input b: i8[1,256]{scale=0.0311, zero=-7}
    y: i8[256,256]{scale=0.0391, zero=11} = Add(a, b)
    return y`);
  const all = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  const layer = exactLayer(graph, 'y', (value) => ({
    dtype: 'i8',
    shape: graph.types.get(value)!.shape,
    data: all,
  }))!;
  const { A, B, C, S } = additionParameters(0.0123, 3, 0.0311, -7, 0.0391, 11);
  const misses = Array.from({ length: 256 * 256 }, (_, i) => {
    const code = Math.floor((all[i >> 8]! * A + all[i & 255]! * B + C) / 2 ** S);
    const { steps, error } = layer(i);
    return { off: Math.abs(code - 11 - steps) - 0.5, error };
  });
  expect(misses.filter(({ off, error }) => off > error)).toEqual([]);
  expect(misses.some(({ off }) => off > 1e-5)).toBe(true);
  expect(Math.max(...misses.map(({ error }) => error))).toBeLessThan(2 ** -6);
});
