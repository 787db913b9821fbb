import { expect, test } from 'vitest';
import { canonicalize } from '../../../src/passes/float/canonicalize.ts';
import { after } from '../support.ts';

const simplified = (text: string) => after(canonicalize, text);

test('rows that are written into a cache lie between slices of it', async () => {
  expect(
    await simplified(`
      input cache: f32[1,6,2]
      input x: f32[1,2,2]
      const places: i64[1,2,2] = 0, -4, 0, 3
      y: f32[1,6,2] = ScatterND(cache, places, x)
      return y`),
  ).toMatchInlineSnapshot(`
    "input cache: f32[1,6,2]
    input x: f32[1,2,2]
    const cache.start: i64[1] = 0
    const cache.end: i64[1] = 2
    const cache.axis: i64[1] = 1
    const cache.start.1: i64[1] = 4
    const cache.end.1: i64[1] = 6
    cache.part: f32[1,2,2] = Slice(cache, cache.start, cache.end, cache.axis)
    cache.part.1: f32[1,2,2] = Slice(cache, cache.start.1, cache.end.1, cache.axis)
    y: f32[1,6,2] = Concat(cache.part, x, cache.part.1) axis=1
    return y"
  `);
});

test('a whole cache that is written over in parts is the parts, and what reads one reads it alone', async () => {
  expect(
    await simplified(`
      input cache: f32[4,2]
      input a: f32[1,2]
      input b: f32[3,2]
      const first: i64[1,1] = 0
      const others: i64[3,1] = 1, 2, 3
      const one: i64[1] = 1
      const end: i64[1] = 4
      const axis: i64[1] = 0
      const last: i64[] = -1
      new: f32[4,2] = ScatterND(cache, first, a)
      y: f32[4,2] = ScatterND(new, others, b)
      rest: f32[3,2] = Slice(new, one, end, axis)
      z: f32[2] = Gather(rest, last) axis=0
      return y, z`),
  ).toMatchInlineSnapshot(`
    "input cache: f32[4,2]
    input a: f32[1,2]
    input b: f32[3,2]
    const rest.part.shape: i64[1] = 2
    const cache.start.1: i64[1] = 3
    const cache.end.1: i64[1] = 4
    const cache.axis.1: i64[1] = 0
    y: f32[4,2] = Concat(a, b) axis=0
    rest.part: f32[1,2] = Slice(cache, cache.start.1, cache.end.1, cache.axis.1)
    z: f32[2] = Reshape(rest.part, rest.part.shape)
    return y, z"
  `);
});

test('a box within a plane', async () => {
  expect(
    await simplified(`
      input cache: f32[3,3]
      input x: f32[2,1]
      const places: i64[2,1,2] = 1, 1, 2, 1
      y: f32[3,3] = ScatterND(cache, places, x)
      return y`),
  ).toMatchInlineSnapshot(`
    "input cache: f32[3,3]
    input x: f32[2,1]
    const cache.start: i64[1] = 0
    const cache.end: i64[1] = 1
    const cache.end.1: i64[1] = 3
    const cache.part.1.start.1: i64[1] = 2
    cache.part: f32[1,3] = Slice(cache, cache.start, cache.end, cache.start)
    cache.part.1: f32[2,3] = Slice(cache, cache.end, cache.end.1, cache.start)
    cache.part.1.part: f32[2,1] = Slice(cache.part.1, cache.start, cache.end, cache.end)
    cache.part.1.part.1: f32[2,1] = Slice(cache.part.1, cache.part.1.start.1, cache.end.1, cache.end)
    cache.part.2: f32[2,3] = Concat(cache.part.1.part, x, cache.part.1.part.1) axis=1
    y: f32[3,3] = Concat(cache.part, cache.part.2) axis=0
    return y"
  `);
});

test.each([
  ['places in another order', '1, 0', ''],
  ['a place twice', '1, 1', ''],
  ['a sum', '0, 1', ' reduction="add"'],
])('not %s', async (_, places, reduction) => {
  const text = await simplified(`
    input cache: f32[3,2]
    input x: f32[2,2]
    const places: i64[2,1] = ${places}
    y: f32[3,2] = ScatterND(cache, places, x)${reduction}
    return y`);
  expect(text).toContain('ScatterND');
});

test('slices of slices and of concatenations read what these were made of', async () => {
  expect(
    await simplified(`
      input x: f32[2,6]
      input v: f32[2,3]
      const one: i64[1] = 1
      const two: i64[1] = 2
      const four: i64[1] = 4
      const nine: i64[1] = 9
      a: f32[2,5] = Slice(x, one, nine, one)
      b: f32[2,2] = Slice(a, two, four, one)
      c: f32[2,5] = Concat(b, v) axis=1
      d: f32[2,8] = Concat(c, v) axis=-1
      y: f32[2,6] = Slice(d, two, nine, one)
      part: f32[2,2] = Slice(d, two, four, one)
      return y, part, d`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2,6]
    input v: f32[2,3]
    const x.start: i64[1] = 3
    const x.end: i64[1] = 5
    const x.axis: i64[1] = 1
    const v.start: i64[1] = 0
    const v.end: i64[1] = 2
    b: f32[2,2] = Slice(x, x.start, x.end, x.axis)
    d: f32[2,8] = Concat(b, v, v) axis=-1
    y: f32[2,6] = Concat(v, v) axis=1
    part: f32[2,2] = Slice(v, v.start, v.end, x.axis)
    return y, part, d"
  `);
});
