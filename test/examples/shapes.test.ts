import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildExample } from '../../examples/shapes/build-example.ts';
import { loadDataset } from '../../src/data/dataset.ts';
import { withSession } from '../../src/runtime/ort-session.ts';

const FOLDER = new URL('../../examples/shapes/', import.meta.url);

test('examples/shapes: training again gives the committed bytes', async () => {
  const files = await buildExample();

  expect([...files.keys()]).toEqual(['shapes.onnx', 'calibration.npy', 'test.npy', 'test-labels.npy']);
  for (const [name, bytes] of files) expect(Buffer.compare(bytes, readFileSync(new URL(name, FOLDER))), name).toBe(0);
});

test('examples/shapes: onnxruntime classifies at least 95 % of the test images as labelled', async () => {
  const input = { name: 'image', dtype: 'f32', shape: [1, 1, 24, 24] } as const;
  const dataset = await loadDataset(fileURLToPath(new URL('test.json', FOLDER)), [input]);

  const right = await withSession(readFileSync(new URL('shapes.onnx', FOLDER)), {}, async (session) => {
    let count = 0;
    for (let i = 0; i < dataset.count; i++) {
      const scores = [...((await session.run(dataset.sample(i))).get('classes')?.data ?? [])].map(Number);
      if (scores.indexOf(Math.max(...scores)) === dataset.labels?.[i]) count++;
    }
    return count;
  });

  expect(dataset.count).toBe(200);
  expect(right / dataset.count).toBeGreaterThanOrEqual(0.95);
});
