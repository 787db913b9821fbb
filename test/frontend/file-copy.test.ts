import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';
import { copyFile, type ModelFile } from '../../src/frontend/file-copy.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { openFile } from '../../src/runtime/file-session.ts';

const { ModelProto } = onnxProto.onnx;

function bytesOf(graph: onnx.IGraphProto, rest: onnx.IModelProto = {}): Uint8Array {
  return ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 21 }], graph, ...rest }).finish();
}

const value = (name: string, elemType: number, ...dims: (number | string)[]): onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d })) },
    },
  },
});
const [FLOAT, INT64, BOOL, BFLOAT16, INT4] = [1, 7, 9, 16, 22];

async function outputs(file: ModelFile, sample: Readonly<Record<string, Tensor>>): Promise<number[][]> {
  const session = await openFile(copyFile(file));
  const results = await session.run(new Map(Object.entries(sample)));
  await session.release();
  return results.map(({ data }) => Array.from(data, Number));
}

test('no name of the file reaches the copy, and what it computes stays', async () => {
  const hostile = (name: string) => `${name}%n\u0007${'x'.repeat(300)}`;
  const spelled = (name: string) => hostile(name).replace('\u0007', '\\x7');
  const body: onnx.IGraphProto = {
    name: hostile('body'),
    node: [{ opType: 'Neg', name: hostile('n'), input: [hostile('x')], output: [hostile('t')] }],
    output: [value(hostile('t'), FLOAT, hostile('symbol'))],
  };
  const other = {
    ...body,
    node: [{ opType: 'Exp', name: hostile('n'), input: [hostile('x')], output: [hostile('t')] }],
  };
  const bytes = bytesOf(
    {
      name: hostile('graph'),
      docString: hostile('words'),
      input: [value(hostile('x'), FLOAT, hostile('batch'))],
      output: [value(hostile('y'), FLOAT, 7)],
      initializer: [{ name: hostile('c'), dataType: BOOL, int32Data: [1] }],
      node: [
        {
          opType: 'If',
          name: hostile('same'),
          input: [hostile('c')],
          output: [hostile('b')],
          attribute: [
            { name: 'then_branch', type: 5, g: body },
            { name: 'else_branch', type: 5, g: other },
          ],
        },
        {
          opType: hostile('Twice'),
          name: hostile('same'),
          domain: hostile('mine'),
          input: [hostile('b')],
          output: [hostile('y')],
        },
      ],
    },
    {
      opsetImport: [
        { domain: '', version: 21 },
        { domain: hostile('mine'), version: 1 },
      ],
      producerName: hostile('producer'),
      metadataProps: [{ key: hostile('key'), value: hostile('value') }],
      functions: [
        {
          name: hostile('Twice'),
          domain: hostile('mine'),
          input: [hostile('x')],
          output: [hostile('y')],
          node: [{ opType: 'Add', input: [hostile('x'), hostile('x')], output: [hostile('y')] }],
          opsetImport: [{ domain: '', version: 21 }],
        },
      ],
    },
  );
  const file = { bytes, dimensions: { [spelled('batch')]: 3 } };
  expect(Buffer.from(copyFile(file).bytes).toString('latin1')).not.toMatch(/%n|xxx/);
  expect(await outputs(file, { [spelled('x')]: tensorOf('f32', [3], [1, -2, 3]) })).toEqual([[-2, 4, -6]]);
});

test('sizes and constants as given, external data inside, nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'copy-'));
  try {
    await writeFile(join(folder, 'w.bin'), new Uint8Array(Float32Array.of(9, 10, 20, 30).buffer));
    const bytes = bytesOf({
      input: [value('x', FLOAT, 'rows', 3), value('n', INT64, 1), value('w', FLOAT, 3)],
      output: [value('y', FLOAT, 'of', 'no', 'use')],
      initializer: [
        {
          name: 'w',
          dataType: FLOAT,
          dims: [3],
          dataLocation: 1,
          externalData: [
            { key: 'location', value: 'w.bin' },
            { key: 'offset', value: '4' },
            { key: 'length', value: '12' },
          ],
        },
      ],
      node: [
        { opType: 'Add', input: ['x', 'w'], output: ['s'] },
        { opType: 'ReduceSum', input: ['s', 'n'], output: ['y'] },
      ],
    });
    const constants = new Map([['n', tensorOf('i64', [1], [0])]]);
    const file = { bytes, constants, directory: folder, dimensions: { rows: 2 } };
    const copy = copyFile(file);
    expect(copy.inputs).toMatchObject([{ name: 'x', dtype: 'f32' }]);
    expect(await outputs(file, { x: tensorOf('f32', [2, 3], [1, 2, 3, 4, 5, 6]) })).toEqual([[25, 47, 69]]);
    expect(() => copyFile({ ...file, directory: join(folder, 'elsewhere') })).toThrow('cannot be found');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('types that cannot pass the interface of onnxruntime get a Cast', async () => {
  const bytes = bytesOf({
    input: [value('x', BFLOAT16, 2)],
    output: [value('x16', BFLOAT16, 2), value('q', INT4, 2)],
    node: [
      { opType: 'Identity', input: ['x'], output: ['x16'] },
      { opType: 'Cast', input: ['x'], output: ['q'], attribute: [{ name: 'to', type: 2, i: INT4 }] },
    ],
  });
  // 1.0 and -3.0 in bfloat16.
  const x = tensorOf('bf16', [2], [0x3f80, 0xc040]);
  expect(await outputs({ bytes }, { x })).toEqual([
    [1, -3],
    [1, -3],
  ]);
});

test('damaged bytes are a damaged model', () => {
  const bytes = bytesOf({ node: [{ opType: 'Relu', input: ['x'], output: ['y'] }] });
  for (let length = 1; length < bytes.length; length++) {
    try {
      copyFile({ bytes: bytes.subarray(0, length) });
    } catch (error) {
      expect(error).toMatchObject({ problem: { code: 'BAD_MODEL' } });
    }
  }
});
