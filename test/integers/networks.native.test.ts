import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { NETWORKS } from './networks.ts';

const SAMPLES = 1000;
/** Of each network, results in the midst of it. */
const FOUR_BITS: Readonly<Record<string, readonly string[]>> = {
  transformer: ['n', 'q', 'k', 'v', 'a', 's', 'm', 'p'],
  segmentation: ['c', 'n', 'r', 'd', 'e', 'u', 'j'],
  signal: ['d', 'm', 'l', 's'],
  spelled: ['l', 'y.q', 'y.k', 'y.v'],
};

await describeWith('whole networks in integers', hostGcc().available, () => {
  test.each(Object.entries(NETWORKS))(`%s: no layer in float, ${SAMPLES} samples bit for bit`, async (name, text) => {
    const model = await compileModel({
      model: exportOnnx(parseGraph(text)),
      name,
      target: await loadTarget('host'),
      calibration: async (graph) => randomDataset(datasetInputs(graph), 24, 1),
    });
    const { graph } = model;
    const real = [...graph.types].filter(([value, { dtype }]) => dtype === 'f32' && !graph.constants.has(value));
    expect(real.map(([value]) => value)).toEqual([]);
    if (name === 'spelled') expect(graph.nodes.map(({ op }) => op)).toContain('LayerNormalization');
    const data = randomDataset(datasetInputs(model.imported), SAMPLES, 5);
    const verdict = await inFolder((directory) => verifyModel(model, data, { toolchain: hostGcc(), directory }));
    expect(verdict.layers.filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
    expect(verdict.passed).toBe(true);
  });

  test.each(Object.entries(NETWORKS))(
    '%s with weights and activations of 4 bits, 20 samples bit for bit',
    async (name, text) => {
      const model = await compileModel({
        model: exportOnnx(parseGraph(text)),
        name,
        target: await loadTarget('host'),
        calibration: async (graph) => randomDataset(datasetInputs(graph), 4, 1),
        weights: [{ match: '*', format: 'int4', method: 'nearest' }],
        activations: [{ match: '*', bits: 4 }],
      });
      const few = [...model.graph.types].filter(([, { quant }]) => quant?.bits === 4).map(([value]) => value);
      expect(few).toEqual(expect.arrayContaining([...FOUR_BITS[name]]));
      const data = randomDataset(datasetInputs(model.imported), 20, 5);
      const verdict = await inFolder((directory) =>
        verifyModel(model, data, { toolchain: hostGcc(), directory, sanitize: true }),
      );
      expect(verdict.layers.filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
      expect(verdict.passed).toBe(true);
    },
  );
});
