import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalCode, codeWords, LONGEST_WORD, wordLengths } from '../../src/formats/prefix-code.ts';

const cost = (counts: readonly number[], lengths: readonly number[]) =>
  counts.reduce((sum, n, i) => sum + n * lengths[i], 0);
const kraft = (lengths: readonly number[]) => lengths.reduce((sum, length) => sum + 2 ** -length, 0);
const countLists = fc.array(fc.integer({ min: 1, max: 100000 }), { minLength: 2, maxLength: 256 });

test('word lengths are complete and never above the limit', () => {
  fc.assert(
    fc.property(countLists, (counts) => {
      const lengths = wordLengths(counts);
      expect(kraft(lengths)).toBe(1);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(LONGEST_WORD);
    }),
  );
});

test('without a limit that binds they cost what Huffman trees cost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 12 }), (counts) => {
      expect(cost(counts, wordLengths(counts))).toBe(huffmanCost(counts));
    }),
  );
});

test('with a limit that binds they are the best of all codes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 5, maxLength: 6 }), (counts) => {
      expect(cost(counts, wordLengths(counts, 3))).toBe(bestCost(counts, 3));
    }),
  );
});

test('Fibonacci counts would make long words', () => {
  const counts = [1, 1];
  while (counts.length < 30) counts.push(counts[counts.length - 1] + counts[counts.length - 2]);
  const lengths = wordLengths(counts);
  expect(Math.max(...lengths)).toBe(12);
});

test('words are canonical: no word begins another, equal lengths in the order of the values', () => {
  const code = canonicalCode([5, -1, 0, 9], [2, 3, 1, 3]);
  expect(code).toEqual({ values: [0, 5, -1, 9], lengths: [1, 1, 2] });
  const words = [...codeWords(code)].map(([value, { word, bits }]) => [value, word.toString(2).padStart(bits, '0')]);
  expect(words).toEqual([
    [0, '0'],
    [5, '10'],
    [-1, '110'],
    [9, '111'],
  ]);
});

test('one symbol takes one bit', () => {
  expect(wordLengths([7])).toEqual([1]);
});

function huffmanCost(counts: readonly number[]): number {
  const heap = [...counts];
  let sum = 0;
  while (heap.length > 1) {
    heap.sort((a, b) => a - b);
    const merged = heap.shift()! + heap.shift()!;
    heap.push(merged);
    sum += merged;
  }
  return sum;
}

/** Over all lengths up to the limit that a prefix code can have. */
function bestCost(counts: readonly number[], limit: number, left = 1): number {
  if (counts.length === 0) return left >= 0 ? 0 : Number.POSITIVE_INFINITY;
  let best = Number.POSITIVE_INFINITY;
  for (let bits = 1; bits <= limit && left >= 0; bits++) {
    best = Math.min(best, counts[0] * bits + bestCost(counts.slice(1), limit, left - 2 ** -bits));
  }
  return best;
}
