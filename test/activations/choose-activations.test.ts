import { expect, test } from 'vitest';
import type { Json } from '../../src/ir/program.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import { chooseActivations } from '../../src/passes/quantize/choose-activations.ts';
import { uniformActivations } from '../../src/passes/quantize/uniform-activations.ts';
import { UserError } from '../../src/support/errors.ts';

const NETWORK = parseGraph(`
  input x: f32[1,2,4,4]
  const v: f32[2,2,1,1] = 1, 2, 3, 4
  const w: f32[3,8] = ${Array.from({ length: 24 }, (_, i) => i).join(', ')}
  const u: f32[2,3] = 1, 2, 3, 4, 5, 6
  const shape: i64[2] = 1, 8
  a: f32[1,2,4,4] = Conv(x, v) kernel_shape=[1,1] @first
  b: f32[1,2,2,2] = MaxPool(a) kernel_shape=[2,2] strides=[2,2]
  c: f32[1,8] = Reshape(b, shape)
  d: f32[1,3] = Gemm(c, w) transB=1 @hidden
  e: f32[1,2] = Gemm(d, u) transB=1 @last
  f: f32[1,2] = Softmax(e)
  return f`);

/** The values that these entries give so many bits. */
const valuesOf = (wanted: number, entries: Json) =>
  [...chooseActivations(entries, NETWORK)].flatMap(([value, { bits }]) => (bits === wanted ? [value] : [])).sort();
const fourBit = (entries: Json) => valuesOf(4, entries);

test('all but the borders; values that share a scale go together', () => {
  expect(fourBit({ match: '*', bits: 4 })).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(fourBit({ match: 'c', bits: 4 })).toEqual(['a', 'b', 'c']);
  expect(fourBit({ match: 'first', bits: 4 })).toEqual(['a', 'b', 'c']);
  expect(fourBit([])).toEqual([]);
});

test('later entries win; :first and :last are what the first and last layers with weights meet', () => {
  const all = { match: '*', bits: 4 };
  expect(fourBit([all, { match: ':last', bits: 8 }])).toEqual(['a', 'b', 'c']);
  expect(fourBit([all, { match: 'b', bits: 8 }, { match: 'hidden', bits: 8 }])).toEqual(['e']);
  expect(fourBit([{ match: 'b', bits: 8 }, all])).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(fourBit({ match: ':first', bits: 4 })).toEqual([]);
});

test('a border is reached by its name in full', () => {
  expect(fourBit({ match: 'x', bits: 4 })).toEqual(['x']);
});

test(':all reaches the borders', () => {
  const all = { match: ':all', bits: 16 };
  expect(valuesOf(16, all)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'x']);
  expect(valuesOf(16, [all, { match: 'x', bits: 8 }])).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('a method of its own', () => {
  const choices = chooseActivations([{ match: 'd', bits: 4, method: 'minmax' }], NETWORK);
  expect(choices.get('d')).toEqual({ bits: 4, method: 'minmax' });
});

test('a model without weights has no last layer', () => {
  const bare = parseGraph('input x: f32[1,8]\nr: f32[1,8] = Abs(x)\ny: f32[1,8] = Softmax(r) axis=1\nreturn y');
  expect(
    chooseActivations(
      uniformActivations(4).map((entry) => ({ ...entry })),
      bare,
    ).get('r')?.bits,
  ).toBe(4);
  expect(() => chooseActivations([{ match: ':middle', bits: 8 }], bare)).toThrow(UserError);
});

test.each<[Json, RegExp]>([
  [[4], /activations\[0\]: an entry is an object/],
  [[{ match: '*', bits: 3 }], /"bits" must be 4, 8 or 16, not 3/],
  [[{ match: '*' }], /"bits" must be 4, 8 or 16, not null/],
  [[{ match: 7, bits: 4 }], /"match" must be a text/],
  [[{ match: '*', bits: 4, method: 'guess' }], /there is no method 'guess'/],
  [[{ match: '*', bits: 4, width: 1 }], /there is no key 'width'/],
  [[{ match: 'nowhere', bits: 4 }], /no float value and no node that makes one matches 'nowhere'/],
  [[{ match: 'w', bits: 4 }], /matches 'w'/],
  [[{ match: 'f', bits: 4 }], /Softmax 'f' always gives codes of 8 bits/],
])('%j is refused', (entries, because) => {
  expect(() => chooseActivations(entries, NETWORK)).toThrow(
    expect.objectContaining({
      problem: expect.objectContaining({ code: 'BAD_ARGUMENT', because: [expect.stringMatching(because)] }),
    }),
  );
});
