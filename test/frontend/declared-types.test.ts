import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';
import { codeOf } from '../../src/frontend/data-types.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { writeModel } from '../../src/frontend/onnx-writer.ts';
import type { DType } from '../../src/ir/types.ts';
import { node, onnxFile } from '../helpers/onnx-file.ts';

const { ModelProto, ValueInfoProto } = onnxProto.onnx;

const declaring = (dtype: DType, shape: number[], remark: (text: string) => void = () => undefined) =>
  importOnnx(
    writeModel({
      name: 'declared',
      nodes: [node('y = Relu(x)')],
      inputs: [{ name: 'x', type: { dtype: 'f32', shape: [1, 4] } }],
      outputs: [{ name: 'y', type: { dtype, shape } }],
      constants: new Map(),
    }),
    { remark },
  );

test('an output of another element type than it is declared with is refused with both', async () => {
  await expect(declaring('i32', [1, 4])).rejects.toMatchObject({
    problem: { code: 'BAD_MODEL', message: "the graph output 'y' is declared as i32, but is f32" },
  });
  await expect(declaring('f16', [1, 4])).rejects.toMatchObject({ problem: { code: 'BAD_MODEL' } });
});

test('another shape than it has is told, and the right one is taken: onnxruntime warns and takes it too', async () => {
  const remarks: string[] = [];
  const graph = await declaring('f32', [1, 5], (text) => remarks.push(text));
  expect(graph.types.get('y')).toMatchObject({ dtype: 'f32', shape: [1, 4] });
  await declaring('f32', [4], (text) => remarks.push(text));
  await declaring('f32', [-1, 4], (text) => remarks.push(text));
  expect(remarks).toEqual([
    "the graph output 'y' is declared as [1,5], but is [1,4]",
    "the graph output 'y' is declared as [4], but is [1,4]",
  ]);
});

test('values inside: another type is refused, as onnxruntime does, another shape is told', async () => {
  await expect(inside('i64', [1, 4])).rejects.toMatchObject({
    problem: { code: 'BAD_MODEL', message: "the value 'h' is declared as i64, but is f32" },
  });
  expect(await inside('f32', [1, 4])).toEqual([]);
  expect(await inside('f32', [2, 2])).toEqual(["the value 'h' is declared as [2,2], but is [1,4]"]);
});

/** The remarks on a file that says this of the value between two nodes. */
async function inside(dtype: DType, shape: number[]): Promise<string[]> {
  const plain = onnxFile({
    inputs: { x: ['f32', [1, 4]] },
    outputs: ['y'],
    constants: {},
    nodes: [node('h = Relu(x)'), node('y = Neg(h)')],
  });
  const file = ModelProto.decode(plain);
  const dim = shape.map((dimValue) => ({ dimValue }));
  file.graph!.valueInfo = [
    ValueInfoProto.create({ name: 'h', type: { tensorType: { elemType: codeOf(dtype), shape: { dim } } } }),
  ];
  const remarks: string[] = [];
  await importOnnx(ModelProto.encode(file).finish(), { remark: (text) => remarks.push(text) });
  return remarks;
}
