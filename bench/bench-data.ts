import { fileURLToPath } from 'node:url';
import type { DatasetSource } from '../src/data/dataset.ts';
import { sharedData, sharedDataset, sharedModel, sharedSamples } from '../test/helpers/shared-data.ts';

export interface BenchedModel {
  readonly name: string;
  readonly path: string;
  /** At most 256 unlabelled samples of it are used. */
  readonly calibration: DatasetSource;
  readonly test: DatasetSource;
}

/** The project's own examples and, where ../shared/data is present, the models there. */
export function benchedModels(): BenchedModel[] {
  const models = ['shapes', 'vibration'].map((name): BenchedModel => {
    const file = (end: string) => fileURLToPath(new URL(`../examples/${name}/${end}`, import.meta.url));
    return { name, path: file(`${name}.onnx`), calibration: file('calibration.json'), test: file('test.json') };
  });
  if (!sharedData()) return models;
  for (const name of [
    'kws',
    'kws_float',
    'ic',
    'lenet5_mnist',
    'dscnn_mnist',
    'resnet20_cifar',
    'gru_mnist',
  ] as const) {
    models.push({
      name,
      path: sharedModel(name),
      calibration: sharedDataset(name, 'train'),
      test: sharedDataset(name, 'test'),
    });
  }
  for (const name of ['vww', 'ad'] as const) {
    const samples = sharedSamples(name, 'input');
    models.push({ name, path: sharedModel(name), calibration: samples, test: samples });
  }
  return models;
}
