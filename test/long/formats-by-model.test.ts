import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { loadDataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { measure } from '../../src/report/measure.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { formatsAsAsked } from '../helpers/formats-as-asked.ts';
import { sharedData, sharedModel, sharedSamples } from '../helpers/shared-data.ts';
import { inFolder } from '../verify/native.ts';
import { FORMATS } from './formats.ts';

const MODELS = [
  ...['kws', 'kws_float', 'ic', 'vww', 'ad', 'lenet5_mnist', 'dscnn_mnist'],
  ...['gru_mnist', 'resnet20_cifar'],
] as const as readonly Parameters<typeof sharedModel>[0][];

/** Rounded to the nearest level on one sample: that the C is there and has no variables is the question, not how good it is. */
describe.skipIf(!sharedData()).each(MODELS)('%s', (name) => {
  test.each(FORMATS)('%s', async (format) => {
    const model = await compileModel({
      model: readFileSync(sharedModel(name)),
      name,
      target: await loadTarget('host'),
      calibration: async (graph) => loadDataset(sharedSamples(name, 'input'), datasetInputs(graph)),
      recipe: formatsAsAsked({
        calibrate: { samples: 1, method: 'minmax' },
        correctBias: false,
        weights: [{ format, method: 'nearest', correction: 'none' }],
      }),
    });
    const measured = await inFolder((folder) => measure(model, folder, '-O1'));
    expect(measured).toMatchObject({ footprint: { staticRamBytes: 0 } });
  });
});
