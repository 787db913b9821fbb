import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dataset, type DatasetInput, loadDataset } from '../../src/data/dataset.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { DType, Tensor } from '../../src/ir/types.ts';
import { truthOf } from '../../src/metrics/truth.ts';
import { readNpy, writeNpy } from '../../src/numerics/npy.ts';
import { writeNpz } from '../../src/numerics/npz.ts';
import { sharedData, sharedDataset, sharedSamples } from '../helpers/shared-data.ts';
import { writeIdx } from '../helpers/write-idx.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nibblec-data-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Uint8Array | object): string {
  const path = join(folder, name);
  writeFileSync(path, content instanceof Uint8Array ? content : JSON.stringify(content));
  return path;
}

function counting(dtype: DType, shape: number[]): Tensor {
  return tensorOf(
    dtype,
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );
}

const image: DatasetInput = { name: 'x', dtype: 'f32', shape: [1, 2, 1, 2] };
const values = (dataset: Dataset, index: number, name = 'x') =>
  Array.from(dataset.sample(index).get(name)?.data ?? [], Number);

test('NPY: a stack of samples', async () => {
  const dataset = await loadDataset(file('a.npy', writeNpy(counting('f32', [3, 2, 1, 2]))), [image]);
  expect([dataset.count, dataset.labels, dataset.name]).toEqual([3, null, 'a.npy']);
  expect(dataset.sample(2)).toEqual(new Map([['x', tensorOf('f32', [1, 2, 1, 2], [8, 9, 10, 11])]]));
  expect(() => dataset.sample(3)).toThrow();
});

test('several files are joined', async () => {
  const a = file('a.npy', writeNpy(counting('f32', [2, 4])));
  const b = file('b.gz', writeIdx(counting('u8', [1, 2, 2]), true));
  const dataset = await loadDataset([a, b, a], [image]);
  expect(dataset.count).toBe(5);
  expect([values(dataset, 1), values(dataset, 2), values(dataset, 4)]).toEqual([
    [4, 5, 6, 7],
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
});

describe('NPZ', () => {
  const labels = tensorOf('i64', [2], [7, 9]);
  const two = [image, { name: 'k', dtype: 'i64', shape: [1] } as const];

  test('arrays by input name, with labels', async () => {
    const arrays = new Map([
      ['k', counting('i32', [2])],
      ['x', counting('f64', [2, 4])],
      ['y', labels],
    ]);
    const dataset = await loadDataset(file('a.npz', writeNpz(arrays)), two);
    expect(dataset.labels).toEqual(Int32Array.of(7, 9));
    expect([...dataset.sample(1).keys()]).toEqual(['x', 'k']);
    expect(dataset.sample(1).get('k')).toEqual(tensorOf('i64', [1], [1]));
  });

  test('any name for a single input', async () => {
    const arrays = new Map([
      ['arr_0', counting('f32', [2, 4])],
      ['labels', labels],
    ]);
    expect(values(await loadDataset(file('b.npz', writeNpz(arrays)), [image]), 1)).toEqual([4, 5, 6, 7]);
  });

  test('a missing array is named', async () => {
    const path = file(
      'c.npz',
      writeNpz(
        new Map([
          ['x', counting('f32', [2, 4])],
          ['q', labels],
        ]),
      ),
    );
    await expect(loadDataset(path, two)).rejects.toThrow("no array 'k', only 'x', 'q'");
  });
});

describe('descriptor', () => {
  test('layout, scale, offset, labels, skip and first, paths beside the descriptor', async () => {
    file('raw.idx', writeIdx(counting('u8', [4, 1, 2, 2])));
    file('labels.idx', writeIdx(tensorOf('u8', [4], [3, 1, 4, 1])));
    const path = file('d.json', {
      files: 'raw.idx',
      labels: 'labels.idx',
      layout: 'HWC',
      scale: [10, 1],
      offset: [0, 0.5],
      skip: 1,
      first: 2,
    });
    const dataset = await loadDataset(path, [image]);
    expect(dataset.count).toBe(2);
    expect(dataset.labels).toEqual(Int32Array.of(1, 4));
    expect(values(dataset, 0)).toEqual([40, 60, 5.5, 7.5]);
  });

  test('several inputs, and `first` beyond the end', async () => {
    const descriptor = {
      name: 'two',
      first: 99,
      inputs: {
        x: { files: file('x.npy', writeNpy(counting('i8', [2, 4]))), scale: 0.5 },
        k: { files: file('k.npy', writeNpy(counting('u8', [2]))) },
      },
    };
    const dataset = await loadDataset(descriptor, [image, { name: 'k', dtype: 'u8', shape: [1] }]);
    expect([dataset.name, dataset.count]).toEqual(['two', 2]);
    expect([values(dataset, 1), values(dataset, 1, 'k')]).toEqual([[2, 2.5, 3, 3.5], [1]]);
  });

  test('several files for several inputs, one each in order', async () => {
    const paths = [file('x.npy', writeNpy(counting('f32', [2, 4]))), file('k.npy', writeNpy(counting('u8', [2])))];
    const inputs: DatasetInput[] = [image, { name: 'k', dtype: 'u8', shape: [1] }];
    expect(values(await loadDataset(paths, inputs), 1, 'k')).toEqual([1]);
    await expect(loadDataset(paths.slice(1), inputs)).rejects.toThrow('1 files for 2 inputs');
  });
});

test('a model with a batch takes consecutive rows, labels follow', async () => {
  const descriptor = {
    files: file('rows.npy', writeNpy(counting('f32', [6, 1, 2]))),
    labels: file('rows.idx', writeIdx(counting('u8', [6]))),
    layout: 'WC',
    skip: 1,
  };
  const dataset = await loadDataset(descriptor, [{ name: 'x', dtype: 'f32', shape: [2, 2, 1] }]);
  expect(dataset.count).toBe(2);
  expect(values(dataset, 1)).toEqual([8, 9, 10, 11]);
  expect(dataset.labels).toEqual(Int32Array.of(2, 3, 4, 5));
});

test('f16 inputs get bits, integer inputs are rounded and checked', async () => {
  const path = file('a.npy', writeNpy(tensorOf('f32', [1, 2], [1.5, -2])));
  const load = (dtype: DType) => loadDataset(path, [{ name: 'x', dtype, shape: [1, 2] }]);
  expect(values(await load('f16'), 0)).toEqual([0x3e00, 0xc000]);
  expect(values(await load('i8'), 0)).toEqual([2, -2]);
  expect(values(await load('i64'), 0)).toEqual([2, -2]);
  const unsigned = await load('u8');
  expect(() => unsigned.sample(0)).toThrow('-2 does not fit its type u8');
});

describe('a metric', () => {
  test('labels of any shape, of the samples that are kept; from several files', async () => {
    const dataset = await loadDataset(
      {
        files: file('m.npy', writeNpy(counting('f32', [4, 2, 1, 2]))),
        labels: [
          file('m0.npy', writeNpy(counting('u8', [1, 2, 2]))),
          file('m1.npy', writeNpy(counting('i64', [3, 2, 2]))),
        ],
        metric: 'miou',
        skip: 2,
      },
      [image],
    );
    expect(dataset.labels).toBeNull();
    expect(dataset.truth).toMatchObject({ metric: 'miou', shape: [1, 2, 2] });
    expect([dataset.truth?.sample(0), dataset.truth?.sample(1)]).toEqual([
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
  });

  test('numbers that are no classes, for mse; a batch has its rows together', async () => {
    const dataset = await loadDataset(
      {
        files: file('b.npy', writeNpy(counting('f32', [4, 2, 1, 2]))),
        labels: file('t.npy', writeNpy(tensorOf('f32', [4, 1], [0.5, 1.5, -2, 3]))),
        metric: 'mse',
      },
      [{ ...image, shape: [2, 2, 1, 2] }],
    );
    expect(dataset.truth).toMatchObject({ metric: 'mse', shape: [2, 1] });
    expect(dataset.truth?.sample(1)).toEqual([-2, 3]);
  });

  test('of classes, top1, is what labels are judged by anyway', async () => {
    const labels = file('c.npy', writeNpy(counting('u8', [3])));
    const files = file('c3.npy', writeNpy(counting('f32', [3, 2, 1, 2])));
    const dataset = await loadDataset({ files, labels, metric: 'top1' }, [image]);
    expect(truthOf(dataset)).toMatchObject({ metric: 'top1', shape: [1] });
    expect(truthOf(dataset)?.sample(2)).toEqual(Int32Array.of(2));
    expect(truthOf(await loadDataset(files, [image]))).toBeNull();
  });
});

describe('refuses', () => {
  const x = () => file('x.npy', writeNpy(counting('f32', [2, 4])));
  test.each([
    ['a missing file', () => join(folder, 'none.npy'), 'cannot read'],
    ['a folder', () => folder, 'this is not a file'],
    ['another format', () => file('a.png', Buffer.from('\x89PNG')), 'this is neither NPY'],
    ['no file', () => [], 'no file is given'],
    ['broken JSON', () => file('b.json', Buffer.from('{ "files": ')), 'this is not JSON'],
    ['an unknown input', () => ({ inputs: { xx: { files: x() } } }), "the model has no input 'xx'"],
    ['an input without data', () => ({ inputs: {} }), "nothing is said about input 'x'"],
    [
      'too many labels',
      () => ({ files: x(), labels: file('l.npy', writeNpy(counting('u8', [3]))) }),
      '3 labels for 2 samples',
    ],
    [
      'one-hot labels',
      () => ({ files: x(), labels: file('l.npy', writeNpy(counting('u8', [2, 3]))) }),
      'labels of shape [2,3]',
    ],
    ['a metric without labels', () => ({ files: x(), metric: 'mse' }), 'names the metric mse and has no labels'],
    [
      'fewer maps than samples',
      () => ({ files: x(), labels: file('l.npy', writeNpy(counting('u8', [1, 2, 3]))), metric: 'miou' }),
      '1 labels for 2 samples',
    ],
    [
      'maps of several sizes',
      () => ({
        files: x(),
        labels: [file('l.npy', writeNpy(counting('u8', [1, 2]))), file('k.npy', writeNpy(counting('u8', [1, 3])))],
        metric: 'miou',
      }),
      'labels of shape [1,3]',
    ],
    [
      'labels that are fractions',
      () => ({ files: x(), labels: file('l.npy', writeNpy(tensorOf('f32', [2], [0, 0.5]))) }),
      'not a whole number',
    ],
    ['a skip beyond the end', () => ({ files: x(), skip: 2 }), 'there are no samples'],
    [
      'a wrong number of channel factors',
      () => ({ files: x(), scale: [1, 2, 3] }),
      '"scale" has 3 entries for 2 channels',
    ],
    ['a descriptor as data', () => ({ files: file('d.json', { files: 'x' }) }), 'a descriptor cannot stand'],
  ])('%s', async (_, source, message) => {
    await expect(loadDataset(source(), [image])).rejects.toThrow(message);
    await expect(loadDataset(source(), [image])).rejects.toHaveProperty(
      'problem.code',
      expect.stringMatching(/BAD_DATA|FILE/),
    );
  });

  test('data for a state', async () => {
    const source = { inputs: { x: { files: x() }, h: { files: x() } } };
    const loading = loadDataset(source, [image], undefined, ['h']);
    await expect(loading).rejects.toThrow("'h' is a state");
    await expect(loading).rejects.toHaveProperty('problem.hint', expect.stringContaining('--state none'));
  });
});

describe.skipIf(!sharedData())('shared data', () => {
  const shapes = {
    kws: [1, 1, 49, 10],
    kws_float: [1, 1, 49, 10],
    ic: [1, 3, 32, 32],
    lenet5_mnist: [1, 1, 28, 28],
    dscnn_mnist: [1, 1, 28, 28],
    gru_mnist: [1, 28, 28],
    resnet20_cifar: [1, 3, 32, 32],
  } as const;

  // The samples beside the models are the first 16 of the test set, preprocessed elsewhere.
  test.each([
    ['kws', 'test', 1000],
    ['kws_float', 'train', 1000],
    ['ic', 'test', 1000],
    ['lenet5_mnist', 'test', 10000],
    ['dscnn_mnist', 'test', 10000],
    ['gru_mnist', 'test', 10000],
    ['resnet20_cifar', 'test-jpeg', 10000],
  ] as const)('%s %s equals the samples', async (name, set, count) => {
    const dataset = await loadDataset(sharedDataset(name, set), [{ name: 'input', dtype: 'f32', shape: shapes[name] }]);
    expect(dataset.count).toBe(count);
    expect(dataset.labels).toHaveLength(count);
    const expected = readNpy(readFileSync(sharedSamples(name, 'input')), 'samples').data;
    const actual = Array.from({ length: 16 }, (_, i) => values(dataset, i, 'input')).flat();
    const worst = actual.reduce((most, x, i) => Math.max(most, Math.abs(x - Number(expected[i]))), 0);
    expect(actual).toHaveLength(expected.length);
    expect(worst).toBeLessThan(1e-5);
  });

  test.each([
    ['ic', 'train', 4000],
    ['resnet20_cifar', 'test', 1000],
  ] as const)('%s %s loads', async (name, set, count) => {
    const dataset = await loadDataset(sharedDataset(name, set), [{ name: 'input', dtype: 'f32', shape: shapes[name] }]);
    expect([dataset.count, dataset.labels?.length]).toEqual([count, count]);
  });
});
