import { expect, test } from 'vitest';
import { compileModel } from '../../../src/compile.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { randomDataset } from '../../../src/data/random-dataset.ts';
import { tensorOf } from '../../../src/ir/tensor.ts';
import { rescaleDeadRows } from '../../../src/quant/fewbit/rescale-dead-rows.ts';
import { gridNamed } from '../../../src/quant/grids/index.ts';
import { loadTarget } from '../../../src/targets/load.ts';
import { node, onnxFile, random } from '../../helpers/onnx-file.ts';

const FORMATS = [
  'int4',
  'int2',
  'intv-3',
  'pow2-4',
  'pow2v-3',
  'ternary',
  'ttq',
  'codebook-2',
  'codebook-16',
  'codebook-16/2',
];

/** Channel 0 is as good as dead beside its bias, channel 1 is dead, as batch normalization leaves them. */
function deadChannels(): Uint8Array {
  const weights = random('f32', [8, 4, 3, 3], 2);
  const data = Float32Array.from(weights.data as Float32Array, (w, i) => (i < 36 ? w * 1e-30 : i < 72 ? 0 : w));
  return onnxFile({
    inputs: { x: ['f32', [1, 4, 6, 6]] },
    outputs: ['y'],
    constants: { w: { ...weights, data }, b: tensorOf('f32', [8], [0.9, 0.3, 0, 0.1, -0.2, 0.5, 0.4, -0.7]) },
    nodes: [node('y = Conv(x, w, b)', { pads: [1, 1, 1, 1] })],
  });
}

test('layers with dead channels become C in every format', async () => {
  const target = await loadTarget('host');
  for (const format of FORMATS) {
    const { graph } = await compileModel({
      model: deadChannels(),
      name: 'dead',
      target,
      calibration: async (imported) => randomDataset(datasetInputs(imported), 4, 1),
      weights: [{ format }],
    });
    const conv = graph.nodes.find(({ op }) => op === 'Conv');
    const bias = graph.constants.get(conv!.inputs[2]!)!.data as Int32Array;
    const scale = graph.types.get(conv!.inputs[2]!)!.quant!.scale;
    expect(Math.abs(bias[0]! * scale[0]! - 0.9), format).toBeLessThan(0.05);
    expect(Math.abs(bias[1]! * scale[1]! - 0.3), format).toBeLessThan(0.05);
    expect(Math.max(...bias.map(Math.abs)), format).toBeLessThanOrEqual(2 ** 29 * (1 + 1e-6));
  }
});

test('dead rows take the smallest scale of the others, nearly dead ones the floor of their bias', () => {
  const grid = gridNamed('int4')!;
  const grids = [1, 2 ** -40, 0.5, 0.25].map((scale) => ({ grid, scale }));
  const codes = Float64Array.of(0, 0, 3, 7, 5, -2, 1, 1);
  const { codes: moved, grids: others } = rescaleDeadRows({ codes, grids }, Float64Array.of(1, 1, 1, 1), 2 ** -6);
  expect(others.map(({ scale }) => scale)).toEqual([2 ** -18, 2 ** -18, 0.5, 0.25]);
  expect([...moved]).toEqual([0, 0, 0, 0, 5, -2, 1, 1]);
});
