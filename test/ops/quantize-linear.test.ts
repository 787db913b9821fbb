import { expect, test } from 'vitest';
import type { DType } from '../../src/ir/types.ts';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { compareWithOrt, type GraphCase } from '../helpers/cases.ts';
import { describeWith } from '../verify/native.ts';

const EXACT = { relative: 0, absolute: 0 };
const CODES: readonly DType[] = ['i8', 'u8', 'i16', 'u16', 'i4', 'u4'];

const ranged: GraphCase['values'] = (_, dtype, rng) => (dtype === 'f32' ? 40 * rng.normal() : rng.int(0, 7));

/** onnxruntime does not hand out 4-bit tensors: they travel as bytes. */
const code = (byte: DType) => (byte === 'i8' ? 3 : 2);
const byteOf = (dtype: DType): DType => (dtype === 'i4' ? 'i8' : 'u8');
const is4Bit = (dtype: DType) => dtype === 'i4' || dtype === 'u4';
const asByte = (to: DType) =>
  is4Bit(to) ? `y: ${byteOf(to)}[2,4,3] = Cast(q) to=${code(byteOf(to))}` : `y: ${to}[2,4,3] = Identity(q)`;
const fromByte = (from: DType) =>
  is4Bit(from)
    ? `input b: ${byteOf(from)}[2,4,3]\nx: ${from}[2,4,3] = Cast(b) to=${from === 'i4' ? 22 : 21}`
    : `input x: ${from}[2,4,3]`;

/** Axis, block size and shape of the scales where the last block of x [2,4,3] is shorter than the others. */
const SHORT_ENDS: readonly [axis: number, block: number, scales: readonly number[]][] = [
  [1, 3, [2, 2, 3]],
  [-1, 2, [2, 4, 2]],
  [0, 3, [1, 4, 3]],
];
/** 0, 1, 2, 3, 0, ... and one more. */
const counted = (shape: readonly number[], start: number) =>
  Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 4) + start).join(', ');

async function expectExact(cases: readonly GraphCase[]) {
  const results = await compareWithOrt(cases, EXACT);
  expect([...results].filter(([, wrong]) => wrong !== null)).toEqual([]);
  expect(results.size).toBe(cases.length);
}

await describeWith(
  'QuantizeLinear and its inverse against onnxruntime',
  () => toolAvailable('gcc'),
  () => {
    test('QuantizeLinear: per tensor, per axis, blocked', { timeout: 120_000 }, async () => {
      await expectExact(
        CODES.flatMap((to): GraphCase[] => [
          {
            name: `tensor ${to}`,
            values: ranged,
            text: `input x: f32[2,4,3]\nconst s: f32[] = 0.5\nconst z: ${to}[] = 3\nq: ${to}[2,4,3] = QuantizeLinear(x, s, z)\n${asByte(to)}\nreturn y`,
          },
          {
            name: `axis ${to}`,
            values: ranged,
            text: `input x: f32[2,4,3]\nconst s: f32[4] = 0.5, 1, 2, 4\nconst z: ${to}[4] = 0, 1, 2, 3\nq: ${to}[2,4,3] = QuantizeLinear(x, s, z) axis=-2\n${asByte(to)}\nreturn y`,
          },
          {
            name: `block ${to}`,
            values: ranged,
            text: `input x: f32[2,4,3]\nconst s: f32[2,2,3] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12\nconst z: ${to}[2,2,3] = 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3\nq: ${to}[2,4,3] = QuantizeLinear(x, s, z) axis=1 block_size=2\n${asByte(to)}\nreturn y`,
          },
          ...SHORT_ENDS.map(
            ([axis, block, scales]): GraphCase => ({
              name: `short end ${axis} ${block} ${to}`,
              values: ranged,
              text: `input x: f32[2,4,3]\nconst s: f32[${scales}] = ${counted(scales, 1)}\nconst z: ${to}[${scales}] = ${counted(scales, 0)}\nq: ${to}[2,4,3] = QuantizeLinear(x, s, z) axis=${axis} block_size=${block}\n${asByte(to)}\nreturn y`,
            }),
          ),
        ]),
      );
    });

    test('DequantizeLinear: per tensor, per axis, blocked', { timeout: 120_000 }, async () => {
      await expectExact([
        ...CODES.flatMap((from): GraphCase[] => [
          {
            name: `tensor ${from}`,
            values: ranged,
            text: `${fromByte(from)}\nconst s: f32[] = 0.5\nconst z: ${from}[] = 3\ny: f32[2,4,3] = DequantizeLinear(x, s, z)\nreturn y`,
          },
          {
            name: `axis ${from}`,
            values: ranged,
            text: `${fromByte(from)}\nconst s: f32[3] = 0.5, 1, 2\nconst z: ${from}[3] = 0, 1, 2\ny: f32[2,4,3] = DequantizeLinear(x, s, z) axis=2\nreturn y`,
          },
          {
            name: `block ${from}`,
            values: ranged,
            text: `${fromByte(from)}\nconst s: f32[2,2,3] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12\nconst z: ${from}[2,2,3] = 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3\ny: f32[2,4,3] = DequantizeLinear(x, s, z) axis=1 block_size=2\nreturn y`,
          },
          ...SHORT_ENDS.map(
            ([axis, block, scales]): GraphCase => ({
              name: `short end ${axis} ${block} ${from}`,
              values: ranged,
              text: `${fromByte(from)}\nconst s: f32[${scales}] = ${counted(scales, 1)}\nconst z: ${from}[${scales}] = ${counted(scales, 0)}\ny: f32[2,4,3] = DequantizeLinear(x, s, z) axis=${axis} block_size=${block}\nreturn y`,
            }),
          ),
        ]),
        {
          name: 'i32',
          values: ranged,
          text: `input x: i32[5]\nconst s: f32[] = 0.25\ny: f32[5] = DequantizeLinear(x, s)\nreturn y`,
        },
      ]);
    });

    test('DynamicQuantizeLinear', { timeout: 120_000 }, async () => {
      const text = `input x: f32[3,7]\ny: u8[3,7], s: f32[], z: u8[] = DynamicQuantizeLinear(x)\nreturn y, s, z`;
      const values: GraphCase['values'] = (_, __, rng) => 3 + rng.normal();
      await expectExact([
        { name: 'both signs', text, values: ranged },
        { name: 'positive', text, values },
        { name: 'zero', text, values: () => 0 },
      ]);
    });
  },
);
