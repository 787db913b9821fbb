import { expect, test } from 'vitest';
import { shortBytes, shortNumber } from '../../../src/report/svg/numbers.ts';
import { bandScale, byteScale, linearScale, logScale } from '../../../src/report/svg/scale.ts';

test('a linear scale runs either way', () => {
  const y = linearScale([0, 50], [200, 100]);
  expect([0, 25, 50, -10].map(y.at)).toEqual([200, 150, 100, 220]);
  expect(y.ticks(2)).toEqual([
    { value: 0, label: '0' },
    { value: 50, label: '50' },
  ]);
});

test('a domain without extent gets one', () => {
  expect(linearScale([5, 5], [0, 10]).domain).toEqual([5, 6]);
  expect(linearScale([0, 0], [0, 10]).at(0)).toBe(0);
});

test('a logarithmic scale has equal steps for equal ratios', () => {
  const x = logScale([1, 100], [0, 200]);
  expect([1, 10, 100].map(x.at)).toEqual([0, 100, 200]);
});

test('bytes are labelled in the unit that fits', () => {
  expect(byteScale([0, 50_000], [0, 1]).ticks(3)).toEqual([
    { value: 0, label: '0 B' },
    { value: 32768, label: '32 KiB' },
  ]);
});

test('bands share the range, with half a gap at both ends', () => {
  const bands = bandScale(4, [0, 100], 0.2);
  expect(bands.width).toBe(20);
  expect([0, 3].map(bands.start)).toEqual([2.5, 77.5]);
  expect(bands.centre(1)).toBe(37.5);
  expect(bandScale(0, [0, 100]).width).toBe(80);
});

test('numbers in three digits', () => {
  expect([0, 0.125, 0.00012345, 1.5, 12.34, 123.4, 1500, 20e6, -2500].map(shortNumber)).toEqual([
    '0',
    '0.125',
    '0.000123',
    '1.5',
    '12.3',
    '123',
    '1.5 k',
    '20 M',
    '-2.5 k',
  ]);
  expect([0, 512, 1536, 5 * 2 ** 20].map(shortBytes)).toEqual(['0 B', '512 B', '1.5 KiB', '5 MiB']);
});
