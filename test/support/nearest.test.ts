import { expect, test } from 'vitest';
import { nearestName } from '../../src/support/nearest.ts';

test.each([
  ['lable', ['files', 'labels', 'layout'], 'labels'],
  ['DPS', ['mve', 'dsp'], 'dsp'],
  ['Scale', ['scale'], 'scale'],
  ['xy', ['ay', 'xb'], 'ay'],
  ['passes', ['weights'], null],
  ['x', [], null],
])('nearest to %s of %j: %s', (word, known, nearest) => {
  expect(nearestName(word, known)).toBe(nearest);
});
