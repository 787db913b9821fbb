import type { onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { decodeTensor, type TensorFields } from '../../src/frontend/border/tensor-data.ts';
import { pack, unpack } from '../../src/frontend/data-types.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import type { DType } from '../../src/ir/types.ts';
import { modelBytes, node } from './proto.ts';

const empty: TensorFields = {
  name: 't',
  code: 1,
  dims: [],
  raw: null,
  floats: [],
  int32s: [],
  doubles: [],
  int64s: [],
  uint64s: [],
  external: null,
  segmented: false,
};
const noFile = () => {
  throw new Error('no external data here');
};

type Row = [dtype: DType, code: number, raw: number[], typed: Partial<TensorFields>, expected: (number | bigint)[]];

/** Three elements each, so that packed types end in the middle of a byte. */
const ROWS: Row[] = [
  ['f32', 1, [0, 0, 128, 63, 0, 0, 0, 192, 0, 0, 0, 63], { floats: [1, -2, 0.5] }, [1, -2, 0.5]],
  ['u8', 2, [0, 1, 255], { int32s: [0, 1, 255] }, [0, 1, 255]],
  ['i8', 3, [0, 127, 128], { int32s: [0, 127, -128] }, [0, 127, -128]],
  ['u16', 4, [1, 0, 0, 1, 255, 255], { int32s: [1, 256, 65535] }, [1, 256, 65535]],
  ['i16', 5, [1, 0, 0, 1, 255, 255], { int32s: [1, 256, -1] }, [1, 256, -1]],
  ['i32', 6, [1, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128], { int32s: [1, -1, -(2 ** 31)] }, [1, -1, -(2 ** 31)]],
  [
    'i64',
    7,
    [...le64(1n), ...le64(-1n), ...le64(-(2n ** 63n))],
    { int64s: [1n, -1n, -(2n ** 63n)] },
    [1n, -1n, -(2n ** 63n)],
  ],
  ['bool', 9, [0, 1, 7], { int32s: [0, 1, 7] }, [0, 1, 1]],
  ['f16', 10, [0, 60, 0, 192, 0, 56], { int32s: [0x3c00, 0xc000, 0x3800] }, [0x3c00, 0xc000, 0x3800]],
  ['f64', 11, [...f64(1), ...f64(-2), ...f64(0.1)], { doubles: [1, -2, 0.1] }, [1, -2, 0.1]],
  ['u32', 12, [1, 0, 0, 0, 255, 255, 255, 255, 2, 0, 0, 0], { uint64s: [1n, 2n ** 32n - 1n, 2n] }, [1, 2 ** 32 - 1, 2]],
  [
    'u64',
    13,
    [...le64(1n), ...le64(-1n), ...le64(2n)],
    { uint64s: [1n, 2n ** 64n - 1n, 2n] },
    [1n, 2n ** 64n - 1n, 2n],
  ],
  ['bf16', 16, [128, 63, 0, 192, 0, 63], { int32s: [0x3f80, 0xc000, 0x3f00] }, [0x3f80, 0xc000, 0x3f00]],
  ['u4', 21, [0x21, 0x0f], { int32s: [0x21, 0x0f] }, [1, 2, 15]],
  ['i4', 22, [0x8f, 0x07], { int32s: [0x8f, 0x07] }, [-1, -8, 7]],
  ['u2', 25, [0b111001], { int32s: [0b111001] }, [1, 2, 3]],
  ['i2', 26, [0b111001], { int32s: [0b111001] }, [1, -2, -1]],
];

function le64(value: bigint): number[] {
  return [...new Uint8Array(BigInt64Array.of(value).buffer)];
}

function f64(value: number): number[] {
  return [...new Uint8Array(Float64Array.of(value).buffer)];
}

describe('tensor encodings', () => {
  it.each(ROWS)('%s from raw_data', (dtype, code, raw, _, expected) => {
    const tensor = decodeTensor({ ...empty, code, dims: [3], raw: Uint8Array.from(raw) }, noFile);
    expect(tensor).toMatchObject({ dtype, shape: [3] });
    expect(typeof tensor !== 'string' && [...tensor.data]).toEqual(expected);
  });

  it.each(ROWS)('%s from its typed field', (dtype, code, _, typed, expected) => {
    const tensor = decodeTensor({ ...empty, ...typed, code, dims: [3] }, noFile);
    expect(tensor).toMatchObject({ dtype, shape: [3] });
    expect(typeof tensor !== 'string' && [...tensor.data]).toEqual(expected);
  });

  it.each(ROWS)('%s from external data', (dtype, code, raw, _, expected) => {
    const read = (_entries: unknown, bytes: number) => {
      expect(bytes).toBe(raw.length);
      return Uint8Array.from(raw);
    };
    const tensor = decodeTensor({ ...empty, code, dims: [3], external: new Map() }, read);
    expect(typeof tensor !== 'string' && [...tensor.data]).toEqual(expected);
    expect(tensor).toMatchObject({ dtype });
  });

  it.each(ROWS)('%s packs to the bytes it came from', (dtype, _, raw) => {
    if (dtype === 'bool') return;
    expect([...pack(dtype, unpack(dtype, Uint8Array.from(raw), 3))]).toEqual(raw);
  });

  it('keeps no view of the file', () => {
    const raw = Uint8Array.from([0, 0, 128, 63]);
    const tensor = decodeTensor({ ...empty, dims: [1], raw }, noFile);
    raw.fill(0);
    expect(typeof tensor !== 'string' && tensor.data[0]).toBe(1);
  });

  it('reads tensors without elements', () => {
    expect(decodeTensor({ ...empty, dims: [0, 4] }, noFile)).toMatchObject({ shape: [0, 4] });
  });
});

describe('broken tensors', () => {
  const cases: [string, Partial<TensorFields>, RegExp][] = [
    ['too few bytes', { dims: [2], raw: new Uint8Array(4) }, /raw_data has 4 bytes, the shape needs 8/],
    ['too many entries', { dims: [1], floats: [1, 2] }, /2 entries, the shape needs 1/],
    ['no data', { dims: [2 ** 20, 2 ** 10] }, /0 entries/],
    ['the field of another type', { code: 7, dims: [1], floats: [1] }, /0 entries/],
    ['a negative dimension', { dims: [-1] }, /a dimension is -1/],
    ['a dimension of 2^40', { dims: [2 ** 40] }, /too large/],
    ['a huge product', { dims: [2 ** 20, 2 ** 20] }, /too large/],
    ['100 dimensions', { dims: new Array<number>(100).fill(1) }, /100 dimensions/],
  ];
  it.each(cases)('%s', (_, fields, message) => {
    expect(() => decodeTensor({ ...empty, ...fields }, noFile)).toThrow(message);
  });

  it.each([
    [8, 'strings'],
    [14, 'complex64'],
    [17, 'float8e4m3fn'],
    [23, 'float4e2m1'],
    [99, 'number 99'],
  ])('type %i is refused with its name', (code, name) => {
    expect(decodeTensor({ ...empty, code, dims: [1] }, noFile)).toContain(name);
  });
});

describe('protobuf numbers', () => {
  it('int64 arrives whole, in tensors and in attributes', async () => {
    const wide: onnx.ITensorProto = { dims: [1], dataType: 7, rawData: Uint8Array.from(le64(2n ** 63n - 1n)) };
    const graph = await importOnnx(
      modelBytes({
        inputs: [],
        outputs: ['a', 'b'],
        nodes: [
          node('Constant', [], ['a'], { value: { tensor: wide } }),
          node('Constant', [], ['b'], { value_ints: [-5, 2 ** 40] }),
        ],
      }),
    );
    expect(graph.constants.get('a')?.data[0]).toBe(2n ** 63n - 1n);
    expect([...(graph.constants.get('b')?.data ?? [])]).toEqual([-5n, 2n ** 40n]);
  });
});
