import { expect, test } from 'vitest';
import { prune } from '../../../src/ir/graph.ts';
import { parseGraph, printGraph } from '../../../src/ir/text.ts';
import { fusePad } from '../../../src/passes/float/fuse-pad.ts';
import { after } from '../support.ts';

const fused = (text: string) => after(fusePad, text);
const INPUT = `
  input x: f32[1,1,4,4]
  const pads: i64[8] = 0, 0, 1, 0, 0, 0, 1, 2
  const w: f32[1,1,3,3] = 1, 2, 3, 4, 5, 6, 7, 8, 9`;

test('into a Conv, added to its own padding', async () => {
  expect(
    await fused(`${INPUT}
      p: f32[1,1,6,6] = Pad(x, pads)
      y: f32[1,1,6,6] = Conv(p, w) pads=[1,1,1,1]
      z: f32[1,1,4,4] = Conv(p, w)
      return y, z`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,4,4]
    const w: f32[1,1,3,3] = 1, 2, 3, 4, 5, 6, 7, 8, 9
    y: f32[1,1,6,6] = Conv(x, w) pads=[2,1,2,3]
    z: f32[1,1,4,4] = Conv(x, w) pads=[1,0,1,2]
    return y, z"
  `);
});

test('with axes and a value', async () => {
  expect(
    await fused(`${INPUT}
      const two: i64[4] = 1, 0, 2, 1
      const zero: f32[] = 0
      const axes: i64[2] = -1, 2
      p: f32[1,1,5,7] = Pad(x, two, zero, axes)
      y: f32[1,1,3,5] = Conv(p, w)
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,4,4]
    const w: f32[1,1,3,3] = 1, 2, 3, 4, 5, 6, 7, 8, 9
    y: f32[1,1,3,5] = Conv(x, w) pads=[0,1,1,2]
    return y"
  `);
});

test('into pools: an average counts the zeros, a maximum takes minus infinity or zeros below a Relu', async () => {
  expect(
    await fused(`${INPUT}
      const low: f32[] = -inf
      p: f32[1,1,6,6] = Pad(x, pads)
      a: f32[1,1,4,4] = AveragePool(p) kernel_shape=[3,3]
      q: f32[1,1,6,6] = Pad(x, pads, low)
      b: f32[1,1,4,4] = MaxPool(q) kernel_shape=[3,3]
      r: f32[1,1,4,4] = Relu(x)
      s: f32[1,1,6,6] = Pad(r, pads)
      c: f32[1,1,4,4] = MaxPool(s) kernel_shape=[3,3]
      return a, b, c`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,4,4]
    a: f32[1,1,4,4] = AveragePool(x) kernel_shape=[3,3] count_include_pad=1 pads=[1,0,1,2]
    b: f32[1,1,4,4] = MaxPool(x) kernel_shape=[3,3] pads=[1,0,1,2]
    r: f32[1,1,4,4] = Relu(x)
    c: f32[1,1,4,4] = MaxPool(r) kernel_shape=[3,3] pads=[1,0,1,2]
    return a, b, c"
  `);
});

test.each([
  [
    'zeros into a maximum of any sign',
    'p: f32[1,1,6,6] = Pad(x, pads)\ny: f32[1,1,4,4] = MaxPool(p) kernel_shape=[3,3]',
  ],
  ['another value', 'const v: f32[] = 2\np: f32[1,1,6,6] = Pad(x, pads, v)\ny: f32[1,1,4,4] = Conv(p, w)'],
  ['another mode', 'p: f32[1,1,6,6] = Pad(x, pads) mode="edge"\ny: f32[1,1,4,4] = Conv(p, w)'],
  [
    'a pool that would lie in the padding',
    'p: f32[1,1,6,6] = Pad(x, pads)\ny: f32[1,1,5,5] = AveragePool(p) kernel_shape=[2,2]',
  ],
  [
    'an average with padding of its own that it does not count',
    'const c: i64[8] = 0, 0, 1, 0, 0, 0, 0, 0\np: f32[1,1,5,4] = Pad(x, c)\ny: f32[1,1,5,4] = AveragePool(p) kernel_shape=[3,3] pads=[1,1,1,1]',
  ],
  [
    'rounding up',
    'p: f32[1,1,6,6] = Pad(x, pads)\ny: f32[1,1,3,3] = AveragePool(p) kernel_shape=[3,3] strides=[2,2] ceil_mode=1',
  ],
  ['cropping', 'const c: i64[8] = 0, 0, -1, 0, 0, 0, 0, 0\np: f32[1,1,3,4] = Pad(x, c)\ny: f32[1,1,1,2] = Conv(p, w)'],
  [
    'channels',
    'const c: i64[8] = 0, 1, 0, 0, 0, 0, 0, 0\nconst k: f32[1,2,1,1] = 1, 2\np: f32[1,2,4,4] = Pad(x, c)\ny: f32[1,1,4,4] = Conv(p, k)',
  ],
])('not: %s', async (_why, body) => {
  const text = printGraph(prune(parseGraph(`${INPUT}\n${body}\nreturn y`)));
  expect(await fused(text)).toBe(text);
});
