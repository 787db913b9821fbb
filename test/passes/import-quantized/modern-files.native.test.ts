import { expect, test } from 'vitest';
import { compileModel } from '../../../src/compile.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { randomDataset } from '../../../src/data/random-dataset.ts';
import { exportOnnx } from '../../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../../src/frontend/import-onnx.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import { loadTarget } from '../../../src/targets/load.ts';
import { hostGcc } from '../../../src/verify/host-gcc.ts';
import { verifyModel } from '../../../src/verify/verify-model.ts';
import { quantizeStatically, type StaticOptions } from '../../helpers/static-quantizer.ts';
import { NETWORKS } from '../../integers/networks.ts';
import { describeWith, inFolder } from '../../verify/native.ts';

/** By network, what is left in float: the file has no codes between the products of an Attention, nor for slopes. */
const IN_FLOAT: Readonly<Record<string, readonly string[]>> = {
  transformer: ['Attention'],
  segmentation: ['PRelu'],
  signal: [],
  spelled: [],
};

const ONNXRUNTIME: StaticOptions = { form: 'qdq', activations: 'u8', weights: 'i8', perChannel: true };

async function quantizedFile(text: string): Promise<Uint8Array> {
  const graph = await importOnnx(exportOnnx(parseGraph(text)));
  const data = randomDataset(datasetInputs(graph), 8, 1);
  const samples = Array.from({ length: data.count }, (_, i) => data.sample(i));
  return exportOnnx(await quantizeStatically(graph, samples, ONNXRUNTIME));
}

await describeWith('modern networks as a static quantizer leaves them, W8A8', hostGcc().available, () => {
  test.each(Object.entries(NETWORKS))('%s: the C computes the file, in integers', async (name, text) => {
    const model = await compileModel({ model: await quantizedFile(text), name, target: await loadTarget('host') });
    const { graph } = model;
    const layers = graph.nodes.filter(({ op }) => op !== 'QuantizeLinear' && op !== 'DequantizeLinear');
    const real = layers.filter(({ outputs }) =>
      outputs.some((value) => value && graph.types.get(value)?.dtype === 'f32'),
    );
    expect(real.map(({ op }) => op)).toEqual(IN_FLOAT[name]);
    const data = randomDataset(datasetInputs(model.imported), 20, 5);
    const verdict = await inFolder((directory) => verifyModel(model, data, { toolchain: hostGcc(), directory }));
    const ofFile = verdict.file?.run ? verdict.file.layers : null;
    expect(ofFile?.codes.filter(({ wrong }) => wrong > 0)).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
});
