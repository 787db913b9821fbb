import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatasetDescriptor } from '../../src/data/descriptor.ts';

export type SharedModel = 'kws' | 'kws_float' | 'ic' | 'lenet5_mnist' | 'dscnn_mnist' | 'gru_mnist' | 'resnet20_cifar';

/** `test-jpeg` differs from `test` for resnet20_cifar only. */
export type SharedSet = 'train' | 'test' | 'test-jpeg';

const ROOT = fileURLToPath(new URL('../../../shared/data', import.meta.url));

let told = false;

/** The folder of models and data sets beside the checkout, or null (said once) where it is missing. */
export function sharedData(): { readonly root: string } | null {
  if (existsSync(join(ROOT, 'models'))) return { root: ROOT };
  if (!told) console.warn('skipped: the folder ../shared/data with models and data sets is missing');
  told = true;
  return null;
}

/** Path of a model in ../shared/data/models. */
export function sharedModel(name: SharedModel | 'vww' | 'ad'): string {
  return join(ROOT, 'models', `${name}.onnx`);
}

/** Path of the 16 preprocessed samples of a model, or of its float outputs for them. */
export function sharedSamples(name: SharedModel | 'vww' | 'ad', kind: 'input' | 'output'): string {
  return join(ROOT, 'models', 'samples', `${name}_${kind}.npy`);
}

/**
 * Labelled data with the preprocessing the model was trained with, absolute paths. Never train on a test set. kws01 has
 * one set only, which serves as both.
 */
export function sharedDataset(name: SharedModel, set: SharedSet): DatasetDescriptor {
  switch (name) {
    case 'kws':
    case 'kws_float':
      return {
        ...pair('kws01/mfcc-idx3-sbyte.gz', 'kws01/labels-idx1-ubyte.gz'),
        scale: 0.5847029,
        offset: -83 * 0.5847029,
      };
    case 'ic':
      return { ...cifar('cifar10-lossless', set === 'train' ? 'train4k' : 'test1k'), layout: 'HWC' };
    case 'lenet5_mnist':
      return { ...mnist(set), scale: 1 / 255 / 0.3081, offset: -0.1307 / 0.3081 };
    case 'dscnn_mnist':
    case 'gru_mnist':
      return { ...mnist(set), scale: 1 / 255 };
    case 'resnet20_cifar':
      return { ...resnetData(set), ...normalization([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]), layout: 'HWC' };
    default:
      return name satisfies never;
  }
}

function resnetData(set: SharedSet): DatasetDescriptor {
  if (set === 'test') return cifar('cifar10-lossless', 'test1k');
  return cifar('cifar10-jpeg', set === 'train' ? 'train20k' : 'test');
}

const mnist = (set: SharedSet) => images('mnist', set === 'train' ? 'train' : 't10k', 3);
const cifar = (folder: string, set: string) => images(folder, set, 4);

function images(folder: string, set: string, rank: number): DatasetDescriptor {
  return pair(`${folder}/${set}-images-idx${rank}-ubyte.gz`, `${folder}/${set}-labels-idx1-ubyte.gz`);
}

function pair(files: string, labels: string): DatasetDescriptor {
  return { name: files, files: join(ROOT, files), labels: join(ROOT, labels) };
}

/** x = (pixel / 255 - mean) / std */
function normalization(mean: readonly number[], std: readonly number[]) {
  return { scale: std.map((s) => 1 / 255 / s), offset: mean.map((m, c) => -m / std[c]) };
}
