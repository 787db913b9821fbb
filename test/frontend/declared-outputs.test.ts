import { expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { writeModel } from '../../src/frontend/onnx-writer.ts';
import type { DType } from '../../src/ir/types.ts';
import { node } from '../helpers/onnx-file.ts';

const declaring = (dtype: DType, shape: number[]) =>
  importOnnx(
    writeModel({
      name: 'declared',
      nodes: [node('y = Relu(x)')],
      inputs: [{ name: 'x', type: { dtype: 'f32', shape: [1, 4] } }],
      outputs: [{ name: 'y', type: { dtype, shape } }],
      constants: new Map(),
    }),
  );

test('an output of another element type than it is declared with is refused with both', async () => {
  await expect(declaring('i32', [1, 4])).rejects.toMatchObject({
    problem: { code: 'BAD_MODEL', message: "the graph output 'y' is declared as i32, but is f32" },
  });
  await expect(declaring('f16', [1, 4])).rejects.toMatchObject({ problem: { code: 'BAD_MODEL' } });
});

test('an output of its own type is taken, whatever shape is declared: onnxruntime warns and takes it too', async () => {
  const graph = await declaring('f32', [1, 5]);
  expect(graph.types.get('y')).toMatchObject({ dtype: 'f32', shape: [1, 4] });
});
