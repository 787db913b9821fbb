import { expect, test } from 'vitest';
import { type CompileOptions, compileModel } from '../../src/compile.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { renderSqnr } from '../../src/report/render-sqnr.ts';
import { measureSqnr } from '../../src/report/sqnr.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { TINY } from '../cli/tiny.ts';

async function compileTiny(options: Partial<CompileOptions>) {
  return compileModel({
    model: exportOnnx(parseGraph(TINY)),
    name: 'tiny',
    target: await loadTarget('host'),
    calibration: async (graph) => randomDataset(datasetInputs(graph), 16, 1),
    ...options,
  });
}

/** The same data, `factor` times as large. */
function scaled(data: Dataset, factor: number): Dataset {
  return {
    ...data,
    sample(index) {
      const sample = [...data.sample(index)];
      return new Map(
        sample.map(([name, tensor]) => [
          name,
          { ...tensor, data: (tensor.data as Float32Array).map((x) => x * factor) },
        ]),
      );
    },
  };
}

test('every computed value that both graphs have, in order', async () => {
  const compilation = await compileTiny({ calibrate: { method: 'minmax' } });
  const { layers, diagnosis, samples } = await measureSqnr(compilation, compilation.dataset!, { samples: 8 });
  expect(samples).toBe(8);
  expect(layers.map(({ name }) => name)).toEqual(['c', 'p', 'f', 'y']);
  for (const layer of layers) expect(layer.sqnrDb).toBeGreaterThan(25);
  for (const layer of layers) expect(layer.sqnrDb).toBeLessThan(60);
  expect(diagnosis).toBeNull();
});

test('data beyond the calibrated range is saturation in the first layer', async () => {
  const compilation = await compileTiny({ calibrate: { method: 'minmax' } });
  const report = await measureSqnr(compilation, scaled(compilation.dataset!, 5));
  expect(report.diagnosis).toMatchObject({ layer: 'c', cause: 'saturation' });
  expect(renderSqnr(report)).toMatch(/First loss: 'c', saturation\n.*\n {2}values are cut off/);
});

test('a layer that stays in float has the noise of those before it', async () => {
  const compilation = await compileTiny({ exclude: ['y'] });
  const { layers } = await measureSqnr(compilation, compilation.dataset!);
  expect(layers.at(-1)).toMatchObject({ name: 'y', saturated: 0 });
  expect(layers.at(-1)?.sqnrDb).toBeGreaterThan(20);
});

test('a float model has no quantization noise to measure', async () => {
  const compilation = await compileTiny({ precision: 'float32' });
  await expect(measureSqnr(compilation, compilation.dataset!)).rejects.toThrow('no value of this model is quantized');
});
