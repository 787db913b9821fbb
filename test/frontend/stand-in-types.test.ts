import { expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { printType } from '../../src/ir/text.ts';
import { f32, i64, node, onnxFile } from '../helpers/onnx-file.ts';

/** Operators that onnxruntime has no bfloat16 kernel for: their shapes are those of float32. */
test('movement of bfloat16 has types', async () => {
  const bf16 = { to: 16 };
  const file = onnxFile({
    inputs: { x: ['f32', [2, 6]] },
    outputs: ['out', 'k'],
    constants: {
      shape: i64(3, -1),
      perm: i64(0),
      starts: i64(1),
      ends: i64(3),
      index: i64(1, 0),
      repeats: i64(2, 1),
      one: f32(1),
    },
    nodes: [
      node('h = Cast(x)', bf16),
      node('a = Reshape(h, shape)'),
      node('b = Transpose(a)', { perm: [1, 0] }),
      node('c = Slice(b, starts, ends)'),
      node('d = Gather(c, index)', { axis: 1 }),
      node('e = Tile(d, repeats)'),
      node('f = Concat(e, e)', { axis: 1 }),
      node('g = Unsqueeze(f, perm)'),
      node('s = Shape(g)'),
      node('i = Reshape(g, s)'),
      node('p, q = Split(i)', { axis: 2, num_outputs: 2 }),
      node('j = Flatten(p)'),
      node('k = Cast(q)', { to: 1 }),
      node('out = Cast(j)', { to: 1 }),
    ],
    opset: 21,
  });
  const { types } = await importOnnx(file);
  const shown = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'i', 'p', 'j', 'k'].map((value) => printType(types.get(value)!));
  expect(shown).toEqual([
    'bf16[3,4]',
    'bf16[4,3]',
    'bf16[2,3]',
    'bf16[2,2]',
    'bf16[4,2]',
    'bf16[4,4]',
    'bf16[1,4,4]',
    'bf16[1,4,4]',
    'bf16[1,4,2]',
    'bf16[1,8]',
    'f32[1,4,2]',
  ]);
});
