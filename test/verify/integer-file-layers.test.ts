import { expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { codeMeter } from '../../src/verify/code-meter.ts';
import { definedInFile } from '../../src/verify/integer-file-layers.ts';
import { type FileSpec, f32, i8, node, onnxFile, random, randomFeeds, u8 } from '../helpers/onnx-file.ts';

/** Weights of 7 bits: no pair of products saturates, on any processor. */
const narrow = (shape: readonly number[]) => random('i8', shape, 3, { min: -63, max: 63 });
const scales = { 'x.s': f32(0.02), 'x.z': u8(120), 'y.s': f32(0.9), 'y.z': u8(101) };
const bias = (...numbers: number[]): Tensor => ({
  dtype: 'i32',
  shape: [numbers.length],
  data: Int32Array.from(numbers),
});

const FILES: Readonly<Record<string, FileSpec>> = {
  QLinearConv: {
    inputs: { x: ['u8', [1, 2, 5, 6]] },
    outputs: ['y'],
    constants: {
      ...scales,
      w: narrow([4, 1, 3, 3]),
      s: f32(0.1, 0.2, 0.3, 0.05),
      z: i8(0, 0, 0, 0),
      b: bias(9, -700, 31, 2),
    },
    nodes: [
      node('y = QLinearConv(x, x.s, x.z, w, s, z, y.s, y.z, b)', { group: 2, pads: [1, 0, 1, 2], strides: [2, 1] }),
    ],
  },
  QLinearMatMul: {
    inputs: { x: ['u8', [2, 3, 8]] },
    outputs: ['y'],
    constants: { ...scales, w: narrow([8, 5]), s: f32(0.2), z: i8(4) },
    nodes: [node('y = QLinearMatMul(x, x.s, x.z, w, s, z, y.s, y.z)')],
  },
  QGemm: {
    inputs: { x: ['u8', [3, 8]] },
    outputs: ['y'],
    constants: { ...scales, w: narrow([5, 8]), s: f32(0.2), z: i8(-3), b: bias(1, 200, -3, 4000, 5) },
    nodes: [node('y = ms.QGemm(x, x.s, x.z, w, s, z, b, y.s, y.z)', { transB: 1, alpha: 0.5 })],
  },
};

test.each(Object.entries(FILES))('%s in exact integers rounds to the codes of onnxruntime', async (_, file) => {
  const bytes = onnxFile(file);
  const [feeds] = randomFeeds(file, 1);
  const real = definedInFile(await importOnnx(bytes), 'y', feeds!)!;
  const y = await withSession(bytes, {}, (session) => session.run(feeds!));
  const codes = Array.from(y.get('y')!.data as Uint8Array);
  expect(new Set(codes).size).toBeGreaterThan(5);
  for (const [i, code] of codes.entries())
    expect(Math.abs(Math.min(Math.max(real(i), 0), 255) - code)).toBeLessThan(0.5001);
});

test('a code that the file is defined to give is not held against the C; any other is', async () => {
  const coded = { dtype: 'i8', quant: { scheme: 'affine', scale: [1], zeroPoint: [0], axis: null, bits: 8 } } as const;
  const ofFile: Tensor = { dtype: 'u8', shape: [3], data: Uint8Array.of(228, 228, 128) };
  const meter = codeMeter('y', coded);
  const ofC = Int8Array.of(20, 20, 0);
  await meter.add(
    ofC,
    ofFile,
    async () => null,
    () => (i) => [148.3, 188.1, 128][i]!,
  );
  expect(meter.result()).toMatchObject({ off: 1, wrong: 1, first: { ofC: 20, ofFile: 100 } });
});
