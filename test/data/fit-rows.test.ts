import { expect, test } from 'vitest';
import { fitRows } from '../../src/data/fit-rows.ts';

const fitOf = (file: number[], layout: string | undefined, input: number[]) => {
  const { rows, rowsPerSample, gather, channels } = fitRows(file, layout, input, 'f');
  return { rows, rowsPerSample, permuted: gather !== null, channels };
};

test.each([
  ['stacked', [16, 3, 8, 8], undefined, [1, 3, 8, 8], 16, 1, false, 3],
  ['one sample with its batch axis', [1, 3, 8, 8], undefined, [1, 3, 8, 8], 1, 1, false, 3],
  ['one sample without it', [3, 8, 8], undefined, [1, 3, 8, 8], 1, 1, false, 3],
  ['dimensions of 1 do not count', [1000, 49, 10], undefined, [1, 1, 49, 10], 1000, 1, false, 1],
  ['flat model', [10, 28, 28], undefined, [1, 784], 10, 1, false, 784],
  ['flat file', [10, 784], undefined, [1, 1, 28, 28], 10, 1, false, 1],
  ['one vector', [640], undefined, [1, 640], 1, 1, false, 640],
  ['scalars', [5], undefined, [1], 5, 1, false, 1],
  ['batches of rows', [100, 3, 8, 8], undefined, [4, 3, 8, 8], 100, 4, false, 3],
  ['stacked batches', [25, 4, 3, 8, 8], undefined, [4, 3, 8, 8], 25, 1, false, 4],
  ['no batch axis in the model', [7, 28, 28], undefined, [28, 28], 7, 1, false, 28],
  ['channels last', [16, 8, 9, 3], 'HWC', [1, 3, 8, 9], 16, 1, true, 3],
  ['with N', [16, 8, 9, 3], 'NHWC', [1, 3, 8, 9], 16, 1, true, 3],
  ['one image', [8, 9, 3], 'HWC', [1, 3, 8, 9], 1, 1, true, 3],
  ['the model is channels-last itself', [16, 8, 9, 3], 'HWC', [1, 8, 9, 3], 16, 1, false, 3],
  ['grey', [16, 8, 9], 'HW', [1, 1, 8, 9], 16, 1, false, 1],
])('%s: %j %s -> %j', (_, file, layout, input, rows, rowsPerSample, permuted, channels) => {
  expect(fitOf(file, layout, input)).toEqual({ rows, rowsPerSample, permuted, channels });
});

test.each([
  [
    'channels last without a layout',
    [16, 8, 9, 3],
    undefined,
    [1, 3, 8, 9],
    'does not fit an input of shape [1,3,8,9]',
  ],
  ['another size', [16, 3, 8, 8], undefined, [1, 3, 8, 9], 'does not fit'],
  ['a layout of another rank', [16, 8, 9, 3], 'HW', [1, 3, 8, 9], 'with layout HW does not fit'],
  [
    'rows that make no whole batch',
    [10, 3, 8, 8],
    undefined,
    [4, 3, 8, 8],
    '10 samples do not make whole batches of 4',
  ],
])('refuses %s', (_, file, layout, input, message) => expect(() => fitOf(file, layout, input)).toThrow(message));

test('the gather brings channels in front', () => {
  // Stored (h, w, c) of shape [2, 2, 3] at 6 h + 3 w + c.
  const { gather } = fitRows([1, 2, 2, 3], 'HWC', [1, 3, 2, 2], 'f');
  expect([...(gather ?? [])]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
});
