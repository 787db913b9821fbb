import { expect, test } from 'vitest';
import { createRng } from '../../src/numerics/rng.ts';
import { arrayText, floatLiteral } from '../../src/ops/support/c-text.ts';

/** What floatLiteral() does by arithmetic, by text: the first precision that reads back as the same float. */
function fewestDigits(float: number): string {
  const texts = Array.from({ length: 9 }, (_, i) => String(Number(float.toPrecision(i + 1))));
  const shortest = texts.find((text) => Math.fround(Number(text)) === float);
  return `${/[.e]/.test(shortest!) ? shortest : `${shortest}.0`}f`;
}

test('literals of floats are the decimals of fewest digits, those with ties and at the edges of the arithmetic too', () => {
  const rng = createRng(1);
  const bits = new Uint32Array(1);
  const random = Array.from({ length: 4000 }, () => {
    bits[0] = rng.uint32();
    return new Float32Array(bits.buffer)[0];
  });
  const scaled = random.map((_, i) => (rng.uniform() - 0.5) * 10 ** ((i % 9) - 6));
  const powers = Array.from({ length: 277 }, (_, k) => 2 ** (k - 149));
  const edges = [0, 1e-6, 9.999999e-7, 9.999999, 10, 123456789, 0.1, 0.99999994, 3 * 2 ** -12, 2 ** 24 + 2];
  const floats = [...random, ...scaled, ...powers, ...powers.map((power) => 3 * power), ...edges]
    .map(Math.fround)
    .filter(Number.isFinite);
  const all = [...floats, ...floats.map((float) => -float)];
  expect(all.map(floatLiteral)).toEqual(all.map(fewestDigits));
});

test('initialisers break before 110 characters', () => {
  const lines = arrayText(
    Int8Array.from({ length: 60 }, () => -128),
    'i8',
  ).split('\n');
  expect(lines.map((line) => line.length)).toEqual([105, 105, 105, 57]);
  expect(lines[3]).toMatch(/^ {4}(-128, ){8}-128,$/);
});
