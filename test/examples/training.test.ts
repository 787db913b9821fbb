import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { caffeLenet } from '../../bench/caffe-lenet.ts';
import { shapes } from '../../examples/shapes/shapes.ts';
import { dataFiles, modelFile, trainExample } from '../../examples/training/example.ts';
import { unet } from '../../examples/unet/unet.ts';
import { vibration } from '../../examples/vibration/vibration.ts';
import { vit } from '../../examples/vit/vit.ts';
import { transformModel } from '../../src/compile.ts';
import { loadDataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { openMeter, truthOf } from '../../src/metrics/truth.ts';
import { storedLayers } from '../../src/passes/quantize/stored-layers.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { must } from '../../src/support/errors.ts';

const fileOf = (name: string, file: string) => new URL(`../../examples/${name}/${file}`, import.meta.url);

describe.each([
  { example: shapes, score: 0.97, tuned: { inq: 0.978, ternary: 0.944 } },
  { example: vibration, score: 0.978, tuned: { inq: 0.972, ternary: 0.974 } },
  { example: vit, score: 0.978, tuned: {}, brief: { count: 2000, epochs: 3 }, learnt: 0.15 },
  { example: unet, score: 0.928, tuned: {}, brief: { count: 320, epochs: 2 }, learnt: 0.2 },
])('examples/$example.name', ({ example, score, tuned, brief = { count: 2000, epochs: 5 }, learnt = 0.4 }) => {
  test('drawing again gives the committed data', () => {
    const files = dataFiles(example);

    expect([...files.keys()]).toEqual(['calibration.npy', 'test.npy', 'test-labels.npy']);
    for (const [file, bytes] of files) {
      expect(Buffer.compare(bytes, readFileSync(fileOf(example.name, file))), file).toBe(0);
    }
  });

  test(`the committed model has a score of ${score} on the test set, in onnxruntime`, async () => {
    const model = readFileSync(fileOf(example.name, `${example.name}.onnx`));
    expect(await scoreOf(model, example.name)).toBeCloseTo(score, 2);
  });

  const formats = { inq: 'pow2-4', ternary: 'ttq' };
  test.each(Object.entries(tuned).map(([end, wanted]) => [end, formats[end as keyof typeof formats], wanted] as const))(
    'the committed model in few bits, %s, is as good as said and stores its weights as %s',
    async (end, format, wanted) => {
      const model = readFileSync(fileOf(example.name, `${example.name}_${end}.onnx`));

      expect(await scoreOf(model, example.name)).toBeCloseTo(wanted, 2);
      const { graph } = await transformModel({ model });
      const formats = storedLayers(graph).map(({ weights }) => graph.types.get(weights)?.quant?.format);
      expect(new Set(formats)).toEqual(new Set([format]));
    },
  );

  test('short training gives the same bytes each time, and learns', async () => {
    const [first, again] = await Promise.all([trainExample(example, brief), trainExample(example, brief)]);

    expect(Buffer.compare(modelFile(first, example), modelFile(again, example))).toBe(0);
    expect(await scoreOf(modelFile(first, example), example.name)).toBeGreaterThan(learnt);
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
async function scoreOf(model: Uint8Array, name: string): Promise<number> {
  const graph = await importOnnx(model);
  const dataset = await loadDataset(fileURLToPath(fileOf(name, 'test.json')), datasetInputs(graph));
  const truth = must(truthOf(dataset), 'labels');
  const [output] = graph.outputs;
  const meter = openMeter(truth, must(graph.types.get(output), output).shape, name);
  return withSession(model, {}, async (session) => {
    for (let i = 0; i < dataset.count; i++) {
      const results = await session.run(dataset.sample(i));
      meter.add(Array.from(must(results.get(output), output).data, Number), truth.sample(i));
    }
    return meter.value();
  });
}
