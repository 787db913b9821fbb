import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Compilation,
  type CompileOptions,
  compileModel,
  generateC,
  transformModel,
} from '../../../src/compile.ts';
import { type Dataset, loadDataset } from '../../../src/data/dataset.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { exportOnnx } from '../../../src/frontend/export-onnx.ts';
import { typeOf } from '../../../src/ir/graph.ts';
import { asCodes } from '../../../src/passes/quantize/calibration-samples.ts';
import { exportQdq } from '../../../src/passes/quantize/export-qdq.ts';
import { withSession } from '../../../src/runtime/ort-session.ts';
import { must } from '../../../src/support/errors.ts';
import { loadTarget } from '../../../src/targets/load.ts';
import { described } from '../../helpers/same-codes.ts';
import { sharedData, sharedModel, sharedSamples } from '../../helpers/shared-data.ts';

type Few = Pick<CompileOptions, 'weights' | 'activations'>;
const all = (format: string): Few => ({ weights: [{ match: '*', format }] });
const MODELS: readonly (readonly [
  'lenet5_mnist' | 'dscnn_mnist' | 'kws_float' | 'ic' | 'ad' | 'vww' | 'gru_mnist' | 'resnet20_cifar',
  string,
  Few,
])[] = [
  ['lenet5_mnist', 'pow2-4', all('pow2-4')],
  ['lenet5_mnist', 'codebook-16+rans', all('codebook-16+rans')],
  ['dscnn_mnist', 'int8', {}],
  ['kws_float', 'int3', all('int3')],
  ['ic', 'ternary', all('ternary')],
  [
    'ic',
    '4-bit activations',
    {
      ...all('int4'),
      activations: [
        { match: '*', bits: 4 },
        { match: ':last', bits: 8 },
      ],
    },
  ],
  ['ad', 'int8', {}],
  ['vww', 'int8', {}],
  ['gru_mnist', 'int8', {}],
  ['resnet20_cifar', 'int8', {}],
];

describe.skipIf(!sharedData())('written and read back', () => {
  test.each(MODELS)('%s in %s is the same C', async (name, _, few) => {
    const target = await loadTarget('host');
    const source = sharedSamples(name, 'input');
    const options = {
      model: readFileSync(sharedModel(name)),
      name: 'model',
      target,
      calibration: async (graph: Parameters<typeof datasetInputs>[0]) => loadDataset(source, datasetInputs(graph)),
      ...few,
    };
    const made = await transformModel(options);
    const bytes = exportOnnx(exportQdq(made.graph), { opset: 22 });
    const again = await compileModel({ model: bytes, name: 'model', target });
    expect(described(again.graph)).toEqual(described(made.graph));
    const files = generateC(made, options).files;
    for (const [file, text] of again.files)
      expect([file, text.replace(/model sha256 \w+/, '')]).toEqual([
        file,
        files.get(file)?.replace(/model sha256 \w+/, ''),
      ]);

    const worst = await largestDifference(bytes, again, await loadDataset(source, datasetInputs(again.floatGraph)));
    expect(worst).toBeLessThan(2);
  });
});

/** Of onnxruntime's real numbers from what the integers stand for, in steps of the output. */
async function largestDifference(bytes: Uint8Array, { graph, oracle }: Compilation, dataset: Dataset): Promise<number> {
  const [output] = graph.outputs;
  const { quant } = typeOf(graph, output);
  if (!quant) return 0;
  let worst = 0;
  await withSession(bytes, {}, (plain) =>
    withSession(exportOnnx(oracle), {}, async (exact) => {
      for (let i = 0; i < 16; i++) {
        const real = must((await plain.run(dataset.sample(i))).get(output), output);
        const codes = must((await exact.run(asCodes(graph, dataset.sample(i)))).get(output), output);
        codes.data.forEach((code, at) => {
          const place = Number(real.data[at]) / quant.scale[0] + quant.zeroPoint[0];
          worst = Math.max(worst, Math.abs(place - Number(code)));
        });
      }
    }),
  );
  return worst;
}
