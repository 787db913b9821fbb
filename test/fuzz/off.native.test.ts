import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape, Tensor } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { f32, i64, node, onnxFile, u8 } from '../helpers/onnx-file.ts';
import { type Case, runBatch } from '../helpers/run-batch.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import type { FuzzModel } from './builder.ts';
import { runtimeFault } from './runtime-faults.ts';

interface Off {
  readonly name: string;
  readonly call: string;
  readonly attributes?: Record<string, Attribute>;
  readonly x: Tensor;
  readonly constants?: Record<string, Tensor>;
  readonly y: readonly [DType, Shape, readonly number[]];
}

const tensor = (dtype: DType, shape: Shape, ...values: number[]) => tensorOf(dtype, shape, values);
const gelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** A row of runtime-faults.ts each, with what the operator is defined to give. */
const OFF: readonly Off[] = [
  {
    name: 'Resize',
    call: 'y = Resize(x, roi, _, size)',
    attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
    x: tensor('f32', [1, 1, 1, 4], 10, 20, 30, 40),
    constants: { roi: f32(0, 0, 0, 1 / 3, 1, 1, 1, 2 / 3), size: i64(1, 1, 1, 4) },
    y: ['f32', [1, 1, 1, 4], [20, 23.333334, 26.666666, 30]],
  },
  {
    name: 'QLinearSoftmax',
    call: 'y = ms.QLinearSoftmax(x, s, z, t, o)',
    attributes: { axis: 1, opset: 13 },
    x: tensor('u8', [3, 1], 0, 100, 255),
    constants: { s: f32(0.1), z: u8(3), t: f32(1 / 256), o: u8(0) },
    y: ['u8', [3, 1], [255, 255, 255]],
  },
  {
    name: 'Gelu',
    call: 'y = Gelu(x)',
    attributes: { approximate: 'tanh' },
    x: tensor('f64', [4], -2.5, -0.3, 0.7, 3),
    y: ['f64', [4], [-2.5, -0.3, 0.7, 3].map(gelu)],
  },
  {
    name: 'Shrink',
    call: 'y = Shrink(x)',
    attributes: { lambd: 0.5, bias: 0.25 },
    x: tensor('f64', [4], -1.7, -0.3, 0.3, 1.3),
    y: ['f64', [4], [-1.7 + 0.25, 0, 0, 1.3 - 0.25]],
  },
  {
    name: 'MeanVarianceNormalization',
    call: 'y = MeanVarianceNormalization(x)',
    x: tensor('f32', [1, 1, 1, 3], 0.3, 0.3, 0.3),
    y: ['f32', [1, 1, 1, 3], [0, 0, 0]],
  },
  {
    name: 'InstanceNormalization',
    call: 'y = InstanceNormalization(x, s, b)',
    x: tensor('f32', [1, 2, 1], 0.1, -2.7),
    constants: { s: f32(3, 4), b: f32(0.5, -1) },
    y: ['f32', [1, 2, 1], [0.5, -1]],
  },
  {
    name: 'Col2Im',
    call: 'y = Col2Im(x, size, block)',
    attributes: { dilations: [2] },
    x: tensor('f32', [1, 4, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    constants: { size: i64(5), block: i64(2) },
    y: ['f32', [1, 2, 5], [1, 2, 7, 5, 6, 7, 8, 19, 11, 12]],
  },
];

const OFFSET = Array.from({ length: 96 }, (_, i) => 40_000 + (((i * 37) % 96) + 0.25) / 64);
const normalized = (epsilon: number, outside = 0): number[] => {
  const mean = OFFSET.reduce((sum, value) => sum + value, 0) / OFFSET.length;
  const variance = OFFSET.reduce((sum, value) => sum + (value - mean) ** 2, 0) / OFFSET.length;
  return OFFSET.map((value) => (value - mean) / (Math.sqrt(variance + epsilon) + outside));
};

/** Normalizations of numbers far from 0, by one mean: a sum in float32 alone is off in the third digit. */
const filled = (count: number, value: number) => tensor('f32', [count], ...Array<number>(count).fill(value));
const far = (call: string, shape: Shape, channels: number, y: number[], attributes = {}): Off => ({
  name: call.split('(')[0],
  call: `y = ${call}`,
  attributes,
  x: tensor('f32', shape, ...OFFSET),
  constants: { s: filled(channels, 1), b: filled(channels, 0) },
  y: ['f32', shape, y],
});
const FAR: readonly Off[] = [
  far('GroupNormalization(x, s, b)', [1, 2, 48], 2, normalized(1e-5), { num_groups: 1 }),
  far('InstanceNormalization(x, s, b)', [1, 1, 96], 1, normalized(1e-5)),
  far('LayerNormalization(x, s, b)', [1, 96], 96, normalized(1e-5)),
  far('MeanVarianceNormalization(x)', [1, 1, 8, 12], 1, normalized(0, 1e-9)),
];

await describeWith(
  'where onnxruntime is off',
  () => hostGcc().available(),
  () => {
    test('the C computes what the operator is defined to, and the fault has a name', async () => {
      const cases = await Promise.all(OFF.map(caseOf));
      const results = await inFolder((folder) => runBatch(folder, cases, { sanitize: true, judge }));
      expect(Object.fromEntries(results)).toEqual(Object.fromEntries(OFF.map(({ name }) => [name, null])));
      const faults = await Promise.all(OFF.map((off) => runtimeFault(modelOf(off))));
      expect(faults.map((fault) => fault?.op)).toEqual(OFF.map(({ name }) => name));
    });

    test('normalizations of numbers far from 0 are right', async () => {
      const cases = await Promise.all(FAR.map(caseOf));
      const results = await inFolder((folder) => runBatch(folder, cases, { sanitize: true, judge }));
      expect(Object.fromEntries(results)).toEqual(Object.fromEntries(FAR.map(({ name }) => [name, null])));
    });
  },
);

function modelOf({ call, attributes, x, constants = {} }: Off): FuzzModel {
  return {
    inputs: { x: [x.dtype, x.shape] },
    constants,
    nodes: [node(call, attributes)],
    outputs: ['y'],
    opset: 20,
    feeds: new Map([['x', x]]),
  };
}

async function caseOf(off: Off): Promise<Case> {
  const model = modelOf(off);
  const target = await loadTarget('host');
  const { program, files } = await compileModel({ model: onnxFile(model), name: off.name, target });
  return { name: off.name, program, files, feeds: model.feeds, wanted: new Map([['y', tensorOf(...off.y)]]) };
}

/** Closer than onnxruntime is. */
async function judge({ wanted }: Case, outputs: ReadonlyMap<string, Tensor>): Promise<string | null> {
  const [got, want] = [outputs.get('y')!, wanted.get('y')!];
  const allowed = { f32: 1e-6, f64: 1e-14 }[String(want.dtype)] ?? 0;
  const far = [...want.data].findIndex(
    (y, i) => Math.abs(Number(got.data[i]) - Number(y)) > allowed * Math.abs(Number(y)),
  );
  return far < 0 ? null : `${got.data} for ${want.data}`;
}
