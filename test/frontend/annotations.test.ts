import { expect, test } from 'vitest';
import { readAnnotations, writeAnnotations } from '../../src/frontend/annotations.ts';
import type { Annotations } from '../../src/ir/types.ts';

const entry = (text: string) => new Map([['nibblec', text]]);
const json = (change: object) =>
  entry(
    JSON.stringify({ version: 1, borders: 'codes', codes: [['w', { format: 'int4', bits: 4 }]], real: [], ...change }),
  );

test('annotations are read back as they were', () => {
  const annotations: Annotations = {
    codesAtBorders: true,
    codes: new Map([
      ['__proto__', { format: 'int4', bits: 4 }],
      ['w', { bits: 2 }],
      ['h', { first: true }],
    ]),
    real: new Set(['toString']),
  };
  expect(readAnnotations(writeAnnotations(annotations))).toEqual(annotations);
  expect(readAnnotations(json({}))?.codes.get('w')).toEqual({ format: 'int4', bits: 4 });
});

test('other metadata are none of ours', () => {
  expect(readAnnotations(new Map([['author', 'somebody']]))).toBe(null);
});

test.each([
  ['no JSON', entry('{')],
  ['no object', entry('3')],
  ['null', entry('null')],
  ['another version', json({ version: 2 })],
  ['other borders', json({ borders: 'float' })],
  ['codes that are no list', json({ codes: { w: {} } })],
  ['a name that is none', json({ codes: [[1, {}]] })],
  ['a note that is none', json({ codes: [['w', null]] })],
  ['a format that is none', json({ codes: [['w', { format: 4 }]] })],
  ['bits that are none', json({ codes: [['w', { bits: 0.5 }]] })],
  ['a first that is none', json({ codes: [['w', { first: false }]] })],
  ['real values that have no names', json({ real: [1] })],
  ['something else', json({ codes: [['w', { scale: [1] }]] })],
])('%s is refused', (_, metadata) => {
  expect(() => readAnnotations(metadata)).toThrow("the metadata entry 'nibblec' cannot be used");
});
