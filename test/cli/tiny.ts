import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { createRng } from '../../src/numerics/rng.ts';

export const TINY = `
graph tiny
input x: f32[1,1,8,8]
const w: f32[2,1,3,3] = 1, 0, -1, 2, 0, -2, 1, 0, -1, 1, 2, 1, 0, 0, 0, -1, -2, -1
const b: f32[2] = 0.5, -0.5
const v: f32[8,3] = 1, 0.5, 0, 0, 1, 0.5, 0.5, 0, 1, -1, 0, 0, 0, -1, 0, 0, 0, -1, 1, 1, 1, 0.25, -0.25, 0.75
c: f32[1,2,8,8] = Conv(x, w, b) pads=[1,1,1,1] kernel_shape=[3,3]
r: f32[1,2,8,8] = Relu(c)
p: f32[1,2,2,2] = MaxPool(r) kernel_shape=[4,4] strides=[4,4]
f: f32[1,8] = Flatten(p) axis=1
y: f32[1,3] = Gemm(f, v, _)
return y`;

/** Writes the model, or another one in text form; returns its path. */
export async function writeModel(folder: string, name = 'tiny.onnx', text = TINY): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, exportOnnx(parseGraph(text)));
  return path;
}

/** 24 samples for it as NPY, and labels that are all 0. */
export async function writeData(folder: string): Promise<{ data: string; labels: string }> {
  const rng = createRng(5);
  const samples = Float32Array.from({ length: 24 * 64 }, () => rng.normal());
  const [data, labels] = [join(folder, 'samples.npy'), join(folder, 'labels.npy')];
  await writeFile(data, writeNpy({ dtype: 'f32', shape: [24, 1, 8, 8], data: samples }));
  await writeFile(labels, writeNpy({ dtype: 'i32', shape: [24], data: new Int32Array(24) }));
  return { data, labels };
}
