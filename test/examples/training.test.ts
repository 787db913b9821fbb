import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { caffeLenet } from '../../bench/caffe-lenet.ts';
import { shapes } from '../../examples/shapes/shapes.ts';
import { dataFiles, modelFile, trainExample } from '../../examples/training/example.ts';
import { vibration } from '../../examples/vibration/vibration.ts';
import { transformModel } from '../../src/compile.ts';
import { loadDataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { storedLayers } from '../../src/passes/quantize/stored-layers.ts';
import { withSession } from '../../src/runtime/ort-session.ts';

const fileOf = (name: string, file: string) => new URL(`../../examples/${name}/${file}`, import.meta.url);

describe.each([
  { example: shapes, top1: 0.97, tuned: { inq: 0.978, ternary: 0.944 } },
  { example: vibration, top1: 0.978, tuned: { inq: 0.972, ternary: 0.974 } },
])('examples/$example.name', ({ example, top1, tuned }) => {
  test('drawing again gives the committed data', () => {
    const files = dataFiles(example);

    expect([...files.keys()]).toEqual(['calibration.npy', 'test.npy', 'test-labels.npy']);
    for (const [file, bytes] of files) {
      expect(Buffer.compare(bytes, readFileSync(fileOf(example.name, file))), file).toBe(0);
    }
  });

  test(`onnxruntime finds the class of ${100 * top1} % of the test set with the committed model`, async () => {
    expect(await accuracy(readFileSync(fileOf(example.name, `${example.name}.onnx`)), example.name)).toBeCloseTo(
      top1,
      2,
    );
  });

  test.each([
    ['inq', 'pow2-4'],
    ['ternary', 'ttq'],
  ] as const)(
    'the committed model in few bits, %s, is as good as said and stores its weights as %s',
    async (end, format) => {
      const model = readFileSync(fileOf(example.name, `${example.name}_${end}.onnx`));

      expect(await accuracy(model, example.name)).toBeCloseTo(tuned[end], 2);
      const { graph } = await transformModel({ model });
      const formats = storedLayers(graph).map(({ weights }) => graph.types.get(weights)?.quant?.format);
      expect(new Set(formats)).toEqual(new Set([format]));
    },
  );

  test('short training gives the same bytes each time, and learns', async () => {
    const brief = { count: 2000, epochs: 5 };
    const [first, again] = await Promise.all([trainExample(example, brief), trainExample(example, brief)]);

    expect(Buffer.compare(modelFile(first), modelFile(again))).toBe(0);
    expect(await accuracy(modelFile(first), example.name)).toBeGreaterThan(0.4);
  });
});

test('LeNet of Caffe, untrained', async () => {
  const graph = caffeLenet(1);

  verifyGraph(graph);
  const parameters = [...graph.constants.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  expect(parameters).toBe(431_080);
  const image = { dtype: 'f32', shape: [1, 1, 28, 28], data: new Float32Array(784).fill(0.5) } as const;
  const results = await withSession(exportOnnx(graph), {}, (session) => session.run(new Map([['image', image]])));
  expect(results.get('ip2')?.shape).toEqual([1, 10]);
});

/** Of a model over the example's test set. */
async function accuracy(model: Uint8Array, name: string): Promise<number> {
  const graph = await importOnnx(model);
  const dataset = await loadDataset(fileURLToPath(fileOf(name, 'test.json')), datasetInputs(graph));
  return withSession(model, {}, async (session) => {
    let right = 0;
    for (let i = 0; i < dataset.count; i++) {
      const results = await session.run(dataset.sample(i));
      const scores = Array.from(results.get(graph.outputs[0])?.data ?? [], Number);
      if (scores.indexOf(Math.max(...scores)) === dataset.labels?.[i]) right++;
    }
    return right / dataset.count;
  });
}
