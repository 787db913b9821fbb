import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CompileOptions, compileModel, generateC, transformModel } from '../../../src/compile.ts';
import { loadDataset } from '../../../src/data/dataset.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { exportOnnx } from '../../../src/frontend/export-onnx.ts';
import { importOnnx } from '../../../src/frontend/import-onnx.ts';
import { exportQdq } from '../../../src/passes/import-quantized/export-qdq.ts';
import { loadTarget } from '../../../src/targets/load.ts';
import { formatsAsAsked } from '../../helpers/formats-as-asked.ts';
import { differences, summary } from '../../helpers/quantized-models.ts';
import { described } from '../../helpers/same-codes.ts';
import { sharedData, sharedModel, sharedSamples } from '../../helpers/shared-data.ts';

/** The hash of the file it was made from, and the id that depends on it. */
const withoutSource = (text: string) =>
  text
    .replace(/model sha256 \w+/, '')
    .replace(/(_FILES_ID (?:!= )?0x)[0-9a-f]{8}u/g, '$1')
    .replace(/(#error "\w+\.c )\([0-9a-f]{8}\)/, '$1');

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
      recipe: formatsAsAsked(few),
    };
    const made = await transformModel(options);
    const bytes = exportOnnx(exportQdq(made.graph), { opset: 22 });
    const again = await compileModel({ model: bytes, name: 'model', target });
    expect(described(again.graph)).toEqual(described(made.graph));
    const files = generateC(made, options).files;
    for (const [file, text] of again.files)
      expect([file, withoutSource(text)]).toEqual([file, withoutSource(files.get(file) ?? '')]);

    // Layer by layer: a code that differs by one makes others differ behind it.
    const dataset = await loadDataset(source, datasetInputs(again.floatGraph));
    const samples = [dataset.sample(0), dataset.sample(1)];
    const imported = { original: await importOnnx(bytes), graph: again.graph, remarks: again.remarks };
    const { elements, different, largest } = summary(await differences(imported, samples, true));
    expect(elements).toBeGreaterThan(50);
    expect(largest).toBeLessThanOrEqual(1);
    // As for other files of int8 activations; most is 0.0012, of vww.
    expect(different / elements).toBeLessThan(0.003);
  });
});
