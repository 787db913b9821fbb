import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import type { Shape, Tensor } from '../../src/ir/types.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { f32, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { sharedData } from '../helpers/shared-data.ts';

/** onnxruntime's Clip makes infinities the largest finite numbers where a bound is left out. */
it('fused clamps leave infinities where they are open', async () => {
  const graph = parseGraph(`
    input x: f32[5]
    const zero: f32[] = 0
    relu: f32[5] = Add(x, zero) clip=[0,inf]
    above: f32[5] = Add(x, zero) clip=[-1,inf]
    below: f32[5] = Add(x, zero) clip=[-inf,2]
    between: f32[5] = Add(x, zero) clip=[-1,2]
    return relu, above, below, between`);
  const x = { dtype: 'f32', shape: [5], data: Float32Array.of(-Infinity, -3, Number.NaN, 5, Infinity) } as const;
  const results = await withSession(exportOnnx(graph), {}, (session) => session.run(new Map([['x', x]])));
  expect([...results].map(([name, { data }]) => [name, ...(data as Float32Array)])).toEqual([
    ['relu', 0, 0, Number.NaN, 5, Infinity],
    ['above', -1, -1, Number.NaN, 5, Infinity],
    ['below', -Infinity, -3, Number.NaN, 2, 2],
    ['between', -1, -1, Number.NaN, 2, 2],
  ]);
});

/** What onnxruntime computes of the file, and of the graph that is read from it. */
async function bothResults(file: Uint8Array, x: Tensor): Promise<ReadonlyMap<string, Tensor>[]> {
  const files = [file, exportOnnx(await importOnnx(file))];
  return Promise.all(files.map((bytes) => withSession(bytes, {}, (session) => session.run(new Map([['x', x]])))));
}

it('Softmax of opset 11 over all axes from one on is written with the operators of today', async () => {
  const file = onnxFile({
    inputs: { x: ['f32', [2, 3, 4]] },
    constants: {},
    outputs: ['y'],
    nodes: [node('y = Softmax(x)', { axis: 1 })],
    opset: 11,
  });
  const [wanted, written] = await bothResults(file, random('f32', [2, 3, 4]));
  expect(written).toEqual(wanted);
});

it('GroupNormalization of opset 18, a scale for each group, is written with one for each channel', async () => {
  const file = onnxFile({
    inputs: { x: ['f32', [2, 6, 3]] },
    constants: { scale: f32(0.5, -2), bias: f32(1, 0.25) },
    outputs: ['y'],
    nodes: [node('y = GroupNormalization(x, scale, bias)', { num_groups: 2 })],
    opset: 18,
  });
  const graph = await importOnnx(file);
  expect(graph.nodes.find(({ op }) => op === 'GroupNormalization')?.inputs[1]).toBe('scale.channels.2');
  const [wanted, written] = await bothResults(file, random('f32', [2, 6, 3]));
  expect(written.get('y')!.shape).toEqual([2, 6, 3]);
  for (const [i, value] of written.get('y')!.data.entries())
    expect(value).toBeCloseTo(Number(wanted.get('y')!.data[i]), 5);
});

/** onnxruntime has no kernel for it; with one sequence both layouts hold the same numbers in the same order. */
it('a GRU with the batch first is written with time first, between transposes', async () => {
  const gru = (shape: Shape, layout: number) =>
    onnxFile({
      inputs: { x: ['f32', shape] },
      constants: { w: random('f32', [1, 6, 2], 1), r: random('f32', [1, 6, 2], 2) },
      outputs: ['y', 'h'],
      nodes: [node('y, h = GRU(x, w, r)', { hidden_size: 2, layout })],
    });
  const results = async (shape: Shape, layout: number) => {
    const bytes = exportOnnx(await importOnnx(gru(shape, layout)));
    const x = { dtype: 'f32', shape, data: Float32Array.of(1, -1, 0.5, 2, -0.5, 0.25) } as const;
    const run = await withSession(bytes, {}, (session) => session.run(new Map([['x', x]])));
    return ['y', 'h'].map((name) => run.get(name)!);
  };
  const last = await results([1, 3, 2], 1);
  const first = await results([3, 1, 2], 0);
  expect(last.map(({ shape }) => shape)).toEqual([
    [1, 3, 1, 2],
    [1, 1, 2],
  ]);
  expect(last.map(({ data }) => data)).toEqual(first.map(({ data }) => data));
});

const GRAPHS = {
  convolution: `
    graph small
    input x: f32[1,1,4,4]
    const w: f32[2,1,3,3] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9
    c: f32[1,2,2,2] = Conv(x, w) kernel_shape=[3,3]
    r: f32[1,2,2,2] = LeakyRelu(c) alpha=1
    return r`,
  'optional inputs and outputs': `
    graph optional
    input x: f32[2,3]
    const max: f32[] = 6
    y: f32[2,3] = Clip(x, _, max)
    return y`,
  'integer types': `
    graph types
    input x: f32[3]
    const scale: f32[] = 0.5
    const zero: i4[] = -3
    q: i4[3] = QuantizeLinear(x, scale, zero)
    y: f32[3] = DequantizeLinear(q, scale, zero)
    return y`,
  'several outputs, one of them in the middle': `
    graph several
    input x: f32[4,2]
    const split: i64[2] = 1, 3
    a: f32[1,2], b: f32[3,2] = Split(x, split) axis=0
    c: f32[3,2] = Neg(b)
    return c, a, b`,
};

describe('export and import', () => {
  it.each(Object.entries(GRAPHS))('%s', async (_, text) => {
    const graph = parseGraph(text);
    const bytes = exportOnnx(graph);
    expect(printGraph(await importOnnx(bytes))).toBe(printGraph(graph));
    expect(exportOnnx(parseGraph(text))).toEqual(bytes);
  });

  it('write a fused clip as a node of its own', async () => {
    const graph = parseGraph(`
      input a: f32[2]
      input b: f32[2]
      y: f32[2] = Add(a, b) clip=[0,6]
      z: f32[2] = Add(y, b) clip=[-inf,1]
      return z`);
    expect(
      printGraph(await importOnnx(exportOnnx(graph)))
        .split('\n')
        .slice(2),
    ).toEqual([
      'const y.min: f32[] = 0',
      'const y.max: f32[] = 6',
      'const z.max: f32[] = 1',
      'y.unclipped: f32[2] = Add(a, b) @y',
      'y: f32[2] = Clip(y.unclipped, y.min, y.max) @y.clip',
      'z.unclipped: f32[2] = Add(y, b) @z',
      'z: f32[2] = Min(z.unclipped, z.max) @z.clip',
      'return z',
    ]);
  });

  it('run in onnxruntime with any value as an output', async () => {
    const graph = parseGraph(`
      input x: f32[2]
      const w: f32[2] = 10, 20
      y: f32[2] = Add(x, w)
      z: f32[2] = Neg(y)
      return z`);
    const bytes = exportOnnx(graph, { outputs: ['z', 'x', 'w', 'y'] });
    const results = await withSession(bytes, {}, (session) =>
      session.run(new Map([['x', { dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) }]])),
    );
    expect([...results].map(([name, { data }]) => [name, ...data])).toEqual([
      ['z', -11, -22],
      ['x', 1, 2],
      ['w', 10, 20],
      ['y', 11, 22],
    ]);
  });

  it('refuse quantized types, which have no plain meaning', () => {
    const graph = parseGraph(`
      input x: i8[2]{scale=0.5, zero=0}
      y: i8[2]{scale=0.5, zero=0} = Relu(x)
      return y`);
    expect(() => exportOnnx(graph)).toThrow(/quantized/);
  });
});

const data = sharedData();
const models = data ? readdirSync(join(data.root, 'models')).filter((name) => name.endsWith('.onnx')) : [];

describe.skipIf(!data)('real models', () => {
  it.each(models.map((name) => [name]))('%s', async (name) => {
    const graph = await importOnnx(readFileSync(join(data?.root ?? '', 'models', name)));
    expect(printGraph(await importOnnx(exportOnnx(graph)))).toBe(printGraph(graph));
  });
});
