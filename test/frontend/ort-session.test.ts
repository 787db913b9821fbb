import { describe, expect, it } from 'vitest';
import { writeModel } from '../../src/frontend/onnx-writer.ts';
import { dataOf } from '../../src/ir/tensor.ts';
import type { DType, Tensor } from '../../src/ir/types.ts';
import { cleanMessage, createSession, withSession } from '../../src/runtime/ort-session.ts';
import { UserError } from '../../src/support/errors.ts';

const node = (op: string, attributes = {}) => ({
  op,
  domain: '',
  name: 'n',
  inputs: ['x'],
  outputs: ['y'],
  attributes,
});

function model(op: string, dtype: DType, shape: readonly number[], attributes = {}): Uint8Array {
  return writeModel({
    name: 'g',
    nodes: [node(op, attributes)],
    inputs: [{ name: 'x', type: { dtype, shape } }],
    outputs: [{ name: 'y', type: null }],
    constants: new Map(),
  });
}

describe('sessions', () => {
  const values: [DType, (number | bigint)[]][] = [
    ['f32', [1.5, -2, 0]],
    ['f64', [0.1, 1e300, -1]],
    ['f16', [0x3c00, 0xc000, 1]],
    ['i8', [-128, 0, 127]],
    ['u8', [0, 1, 255]],
    ['i16', [-32768, 0, 1]],
    ['u16', [0, 1, 65535]],
    ['i32', [-(2 ** 31), 0, 1]],
    ['u32', [0, 1, 2 ** 32 - 1]],
    ['i64', [-(2n ** 63n), 0n, 2n ** 63n - 1n]],
    ['u64', [0n, 1n, 2n ** 64n - 1n]],
    ['bool', [0, 1, 0]],
  ];
  it.each(values)('carry %s in and out unchanged', async (dtype, list) => {
    const x: Tensor = { dtype, shape: [3], data: dataOf(dtype, list) };
    const bytes = model('Identity', dtype, [3]);
    const y = await withSession(bytes, {}, async (session) => {
      expect(session.inputs).toEqual([{ name: 'x', dtype, shape: [3] }]);
      return (await session.run(new Map([['x', x]]))).get('y');
    });
    expect(y).toMatchObject({ dtype });
    expect([...(y?.data ?? [])]).toEqual(list);
  });

  it('refuse to read int4, which would end the process', async () => {
    await withSession(model('Cast', 'i8', [3], { to: 22 }), {}, async (session) => {
      expect(session.outputs).toEqual([{ name: 'y', dtype: 'i4', shape: [3] }]);
      const x: Tensor = { dtype: 'i8', shape: [3], data: Int8Array.of(1, 2, 3) };
      await expect(session.run(new Map([['x', x]]))).rejects.toMatchObject({
        problem: { code: 'RUNTIME', because: ["the output 'y' cannot be read"] },
      });
    });
  });

  it('carry tensors without elements', async () => {
    const x: Tensor = { dtype: 'f32', shape: [0, 2], data: new Float32Array() };
    const y = await withSession(model('Relu', 'f32', [0, 2]), {}, (session) => session.run(new Map([['x', x]])));
    expect(y.get('y')).toEqual(x);
  });

  it("say in onnxruntime's words why they fail, without its source paths", async () => {
    const failed = await createSession(model('NoSuchOperator', 'f32', [1])).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(UserError);
    expect(failed).toMatchObject({
      problem: { code: 'RUNTIME', because: [expect.stringContaining('No Op registered for NoSuchOperator')] },
    });
    await withSession(model('Relu', 'f32', [2]), {}, async (session) => {
      const short: Tensor = { dtype: 'f32', shape: [1], data: Float32Array.of(1) };
      await expect(session.run(new Map([['x', short]]))).rejects.toMatchObject({ problem: { code: 'RUNTIME' } });
      await expect(session.run(new Map())).rejects.toMatchObject({ problem: { code: 'RUNTIME' } });
    });
  });
});

describe('cleanMessage', () => {
  it('cuts the source path and the C++ signature', () => {
    const signature = 'void f(const std::function<int(int)>&, std::string) const [with T = float]';
    expect(cleanMessage(new Error(`Oops: /src/core/graph.cc:12 ${signature} The words (in full).`))).toBe(
      'Oops: The words (in full).',
    );
    expect(cleanMessage(new Error('Plain words.\nOn two lines.'))).toBe('Plain words. On two lines.');
  });
});
