import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';
import { constantFor } from '../../src/frontend/constant-input.ts';
import { codeOf } from '../../src/frontend/data-types.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { DType, Tensor } from '../../src/ir/types.ts';
import { i64, node, onnxFile } from '../helpers/onnx-file.ts';

const input = (dtype: DType, ...shape: (number | string | null)[]) => ({
  name: 'n',
  type: { code: codeOf(dtype), shape },
});
const whole = (...values: bigint[]): Tensor => ({
  dtype: 'i64',
  shape: values.length === 1 ? [] : [values.length],
  data: BigInt64Array.from(values),
});
const real = (...values: number[]): Tensor => ({ ...tensorOf('f64', [values.length], values) });

test('the value takes the type and the shape of the input', () => {
  expect(constantFor(input('i32'), whole(16000n))).toEqual(tensorOf('i32', [], [16000]));
  expect(constantFor(input('i64', 1), whole(2n ** 53n + 1n)).data).toEqual(BigInt64Array.of(2n ** 53n + 1n));
  expect(constantFor(input('f32', 3), real(0.1, 2, Infinity))).toEqual(tensorOf('f32', [3], [0.1, 2, Infinity]));
  expect(constantFor(input('f16', 2), real(1, -2)).data).toEqual(Uint16Array.of(0x3c00, 0xc000));
  expect(constantFor(input('bool'), whole(1n)).data).toEqual(Uint8Array.of(1));
  expect(constantFor(input('i32', 2, 'n'), whole(1n, 2n, 3n, 4n)).shape).toEqual([2, 2]);
  expect(constantFor(input('i32', 'n', 3), tensorOf('i32', [2, 3], [1, 2, 3, 4, 5, 6])).shape).toEqual([2, 3]);
});

test.each([
  [input('i64'), real(1.5), '1.5 is no i64'],
  [input('u8', 1), whole(256n), '256 is no u8'],
  [input('bool', 1), whole(2n), '2 is no bool'],
  [input('u64', 1), whole(-1n), '-1 is no u64'],
  [input('i32', 1), real(NaN), 'NaN is no i32'],
  [input('i32', 2, 2), whole(1n, 2n, 3n), 'it has the shape [2,2], the value [3]'],
  [input('i32', 2), tensorOf('i32', [1, 2], [1, 2]), 'it has the shape [2], the value [1,2]'],
  [input('i32', 'a', 'b'), whole(1n, 2n), 'it has the shape [a,b], the value [2]'],
  [{ name: 'n', type: 'a sequence' }, whole(1n), 'it is a sequence, not a tensor'],
] as const)('what does not fit is refused (%#)', (value, given, because) => {
  expect(() => constantFor(value, given)).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ code: 'BAD_ARGUMENT', because: [because] }) }),
  );
});

test.each([
  [input('i64'), 'give one number, or an array of that shape, @file.npy'],
  [input('i64', 1), 'give one number, or an array of that shape, @file.npy'],
  [input('f32', 2, 3), 'give a list of its 6 numbers, or an array of that shape, @file.npy'],
  [input('f32', 'n', 3), 'give a list of 3, 6, ... numbers, or an array of that shape, @file.npy'],
  [input('f32', 'a', 'b'), 'give an array of that shape, @file.npy'],
  [input('f32', 100), 'give an array of that shape, @file.npy'],
])('the forms that fit a shape are named (%#)', (value, hint) => {
  const given = whole(...Array<bigint>(7).fill(1n));
  expect(() => constantFor(value, given)).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ hint }) }),
  );
});

test('a shape that depends on an input names it and prints the flag', async () => {
  const bytes = onnxFile({
    inputs: { x: ['f32', [2, 100]], 'to/shape': ['i64', [2]] },
    outputs: ['y'],
    constants: { one: i64(1, 1) },
    nodes: [node('t = Mul(to/shape, one)'), node('y = Reshape(x, t)')],
  });
  await expect(importOnnx(bytes)).rejects.toMatchObject({
    problem: {
      code: 'UNSUPPORTED',
      because: ["Reshape 'y' has no fixed output shape", "it hangs on input 'to/shape'"],
      hint: expect.stringContaining('--constant to/shape=VALUE'),
    },
  });
  const graph = await importOnnx(bytes, { constants: new Map([['to/shape', whole(4n, 50n)]]) });
  expect(graph.inputs).toEqual(['x']);
  expect(graph.types.get('y')?.shape).toEqual([4, 50]);
});

/** y = x or -x, as 'sr' is 16000 or not; small enough to be written by hand. */
function choosing(other = 'Neg'): Uint8Array {
  const value = (name: string, elemType: number, ...dims: number[]): onnx.IValueInfoProto => ({
    name,
    type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  });
  const branch = (opType: string): onnx.IGraphProto => ({
    name: 'branch',
    node: [{ opType, input: ['x'], output: ['b'] }],
    output: [value('b', 1, 3)],
  });
  const graph: onnx.IGraphProto = {
    name: 'g',
    input: [value('x', 1, 3), value('sr', 7)],
    output: [value('y', 1, 3)],
    initializer: [{ name: 'rate', dataType: 7, int64Data: [16000] }],
    node: [
      { opType: 'Equal', input: ['sr', 'rate'], output: ['c'] },
      {
        opType: 'If',
        input: ['c'],
        output: ['y'],
        attribute: [
          { name: 'then_branch', type: 5, g: branch('Identity') },
          { name: 'else_branch', type: 5, g: branch(other) },
        ],
      },
    ],
  };
  const model = { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph };
  return onnxProto.onnx.ModelProto.encode(model).finish();
}

test('an If that a setting decides has both branches, and a remark prints the flag, which leaves one of them', async () => {
  const remarks: string[] = [];
  const graph = await importOnnx(choosing(), { remark: (text) => remarks.push(text) });
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Equal', 'Identity', 'Neg', 'Where', 'Identity']);
  expect(remarks).toEqual([expect.stringMatching(/^If 'y' has both .* input 'sr' chooses: --constant sr=VALUE keeps/)]);
  const constants = (rate: bigint) => new Map([['sr', whole(rate)]]);
  expect((await importOnnx(choosing(), { constants: constants(16000n) })).nodes.map(({ op }) => op)).toEqual([
    'Identity',
  ]);
  expect((await importOnnx(choosing(), { constants: constants(8000n) })).nodes.map(({ op }) => op)).toEqual(['Neg']);
});

test('a refused If names the inputs of its condition and prints the flag, which folds it away', async () => {
  await expect(importOnnx(choosing('Shape'))).rejects.toMatchObject({
    problem: {
      because: [expect.stringMatching(/^If 'y' .*: its branches give .*; that hangs on input 'sr'$/)],
      hint: expect.stringMatching(/--constant sr=VALUE$/),
    },
  });
});
