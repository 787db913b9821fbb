import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDataset } from '../../src/data/dataset.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { f32, i64, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { modelDifferences } from './support/cases.ts';

test('values without elements: as results, as operands, as inputs', async () => {
  const file = onnxFile({
    inputs: { x: ['f32', [2, 3]], none: ['f32', [0, 3]] },
    outputs: ['empty', 'cat', 'most', 'sum', 'product', 'copy'],
    constants: {
      from: i64(2),
      to: i64(2),
      axis: i64(0),
      w: tensorOf('f32', [0, 4], []),
      one: f32(1),
      last: i64(1),
      end: i64(3),
    },
    nodes: [
      node('empty = Slice(x, from, to, axis)'),
      node('negated = Neg(empty)'),
      node('cat = Concat(negated, x, none)', { axis: 0 }),
      node('most = ReduceMax(none, axis)', { keepdims: 0 }),
      node('sum = ReduceSum(empty)', { keepdims: 0 }),
      node('tail = Slice(x, end, end, last)'),
      node('product = MatMul(tail, w)'),
      node('copy = Add(none, one)'),
    ],
    opset: 18,
  });
  const feeds = new Map([
    ['x', random('f32', [2, 3])],
    ['none', tensorOf('f32', [0, 3], [])],
  ]);
  expect(await modelDifferences(file, feeds)).toEqual([]);
});

test('a file without elements is one sample of an input without elements', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nibblec-empty-'));
  try {
    const path = join(folder, 'x.npy');
    writeFileSync(path, writeNpy(tensorOf('f32', [0, 3], [])));
    const dataset = await loadDataset(path, [{ name: 'x', dtype: 'f32', shape: [0, 3] }]);
    expect(dataset.count).toBe(1);
    expect(dataset.sample(0).get('x')).toMatchObject({ shape: [0, 3] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
