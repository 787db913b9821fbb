import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { transformModel } from '../../src/compile.ts';
import { loadDataset } from '../../src/data/dataset.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { writeNpz } from '../../src/numerics/npz.ts';
import { UserError } from '../../src/support/errors.ts';
import { MemoryBudget } from '../../src/support/memory-budget.ts';
import { type FileSpec, f32, i64, node, onnxFile } from '../helpers/onnx-file.ts';
import { writeIdx } from '../helpers/write-idx.ts';

const folder = mkdtempSync(join(tmpdir(), 'nibblec-budget-'));
afterAll(() => rmSync(folder, { recursive: true }));

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof UserError ? error.problem.code : error),
  );
const transform = (spec: FileSpec, memory = new MemoryBudget()) => transformModel({ model: onnxFile(spec), memory });

/** y = x + max of a sequence of `count` numbers, which folds. */
const range = (count: number): FileSpec => ({
  inputs: { x: ['f32', [1]] },
  outputs: ['y'],
  constants: { zero: { ...i64(0), shape: [] }, end: { ...i64(count), shape: [] }, one: { ...i64(1), shape: [] } },
  nodes: [
    node('r = Range(zero, end, one)'),
    node('f = Cast(r)', { to: 1 }),
    node('m = ReduceMax(f)', { keepdims: 0 }),
    node('y = Add(x, m)'),
  ],
});

test('constants are counted before they are computed', async () => {
  expect(await codeOf(transform(range(2 ** 30)))).toBe('TOO_LARGE');
  expect(await codeOf(transform(range(1000)))).toBe(null);
  expect(await codeOf(transform(range(1000), new MemoryBudget(11_000)))).toBe('TOO_LARGE');
  expect(await codeOf(transform(range(1000), new MemoryBudget(14_000)))).toBe(null);
});

test('ConstantOfShape and Expand of a few bytes', async () => {
  const spec = (op: string, shape: number): FileSpec => ({
    inputs: { x: ['f32', [1]] },
    outputs: ['y'],
    constants: { shape: i64(shape), value: f32(1) },
    nodes: [
      op === 'Expand' ? node('c = Expand(value, shape)') : node('c = ConstantOfShape(shape)'),
      node('m = ReduceMax(c)', { keepdims: 0 }),
      node('y = Add(x, m)'),
    ],
  });
  for (const op of ['Expand', 'ConstantOfShape']) {
    expect(await codeOf(transform(spec(op, 2 ** 29))), op).toBe('TOO_LARGE');
    expect(await codeOf(transform(spec(op, 2 ** 10))), op).toBe(null);
  }
});

test('the model itself is counted', async () => {
  expect(await codeOf(transform(range(4), new MemoryBudget(100)))).toBe('TOO_LARGE');
});

test('what data files hold is counted when it is read or inflated, and only that', async () => {
  const zeros = { dtype: 'f32' as const, shape: [1000, 4], data: new Float32Array(4000) };
  const inputs = [{ name: 'x', dtype: 'f32' as const, shape: [1, 4] }];
  const file = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const load = (path: string, bytes: number) => codeOf(loadDataset(path, inputs, new MemoryBudget(bytes)));
  const npz = file(
    'a.npz',
    writeNpz(
      new Map([
        ['x', zeros],
        ['other', zeros],
      ]),
    ),
  );
  expect(await load(npz, 18_000)).toBe(null);
  expect(await load(npz, 16_000)).toBe('TOO_LARGE');
  const idx = file('a.idx.gz', writeIdx(zeros, true));
  expect(await load(idx, 18_000)).toBe(null);
  expect(await load(idx, 16_000)).toBe('TOO_LARGE');
  const npy = file('a.npy', writeNpy(zeros));
  expect(await load(npy, 18_000)).toBe(null);
  expect(await load(npy, 16_000)).toBe('TOO_LARGE');
});
