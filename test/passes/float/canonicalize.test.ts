import { describe, expect, test } from 'vitest';
import { parseGraph, printGraph } from '../../../src/ir/text.ts';
import { canonicalize } from '../../../src/passes/float/canonicalize.ts';
import { runPass } from '../../../src/passes/pipeline.ts';
import { after } from '../support.ts';

const simplified = (text: string) => after(canonicalize, text);

test('views become Reshapes to a constant shape, and a row of them becomes one', async () => {
  expect(
    await simplified(`
      input x: f32[1,2,1,3]
      const axes: i64[1] = 2
      a: f32[1,2,3] = Squeeze(x, axes)
      b: f32[1,6] = Flatten(a) axis=1
      t: f32[2,1,1,3] = Transpose(x) perm=[1,0,2,3]
      r: f32[1,6] = Reshape(t, shape) allowzero=0
      const shape: i64[2] = 1, -1
      y: f32[1,6] = Mul(b, r)
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,2,1,3]
    const b.shape: i64[2] = 1, 6
    b: f32[1,6] = Reshape(x, b.shape)
    y: f32[1,6] = Mul(b, b)
    return y"
  `);
});

test('a Reshape to an empty shape says that zeros are meant', async () => {
  expect(await simplified('input x: f32[0,3]\ny: f32[1,0] = Flatten(x) axis=0\nreturn y')).toMatchInlineSnapshot(`
    "input x: f32[0,3]
    const y.shape: i64[2] = 1, 0
    y: f32[1,0] = Reshape(x, y.shape) allowzero=1
    return y"
  `);
});

test('what does nothing goes', async () => {
  expect(
    await simplified(`
      input x: f32[2,3]
      const one: f32[1] = 1
      const zero: f32[] = 0
      const zeros: i64[4] = 0, 0, 0, 0
      const start: i64[2] = 0, 0
      const end: i64[2] = 9, 9
      a: f32[2,3] = Identity(x)
      b: f32[2,3] = Dropout(a)
      c: f32[2,3] = Cast(b) to=1
      d: f32[2,3] = Mul(one, c)
      e: f32[2,3] = Add(d, zero)
      f: f32[2,3] = Pad(e, zeros)
      g: f32[2,3] = Slice(f, start, end)
      h: f32[2,3] = Concat(g) axis=0
      i: f32[2,3] = Clip(h)
      j: f32[2,3] = Transpose(i) perm=[0,1]
      k: f32[2,3] = Max(j)
      y: f32[2,3] = Neg(k)
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2,3]
    y: f32[2,3] = Neg(x)
    return y"
  `);
});

test('what looks like nothing but does something stays', async () => {
  const text = [
    'input x: f32[2,2]',
    'const one: f32[2,1] = 1, 2',
    'const start: i64[1] = -2',
    'const end: i64[1] = -9',
    'const axis: i64[1] = 0',
    'const step: i64[1] = -1',
    'a: f32[2,2] = Mul(x, one)',
    'b: f32[2,2] = Slice(a, start, end, axis, step)',
    'y: f32[2,2] = Transpose(b) perm=[1,0]',
    'return y',
  ].join('\n');
  expect(await simplified(text)).toBe(text);
});

test('a Dropout in training stays', async () => {
  const text = `input x: f32[2]
const ratio: f32[] = 0.5
const training: bool[] = 1
d: f32[2] = Dropout(x, ratio, training)
y: f32[2] = Neg(d)
return y`;
  expect(printGraph((await runPass(canonicalize, parseGraph(text))).graph)).toBe(text);
});

test('Transposes in a row are one, or none', async () => {
  expect(
    await simplified(`
      input x: f32[2,3,4]
      a: f32[3,4,2] = Transpose(x) perm=[1,2,0]
      b: f32[4,2,3] = Transpose(a) perm=[1,2,0]
      c: f32[2,3,4] = Transpose(b) perm=[1,2,0]
      d: f32[4,3,2] = Transpose(c)
      y: f32[4,3,2] = Relu(d)
      z: f32[2,3,4] = Neg(c)
      return y, z`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2,3,4]
    d: f32[4,3,2] = Transpose(x) perm=[2,1,0]
    y: f32[4,3,2] = Relu(d)
    z: f32[2,3,4] = Neg(x)
    return y, z"
  `);
});

test('Sum is a chain of Add', async () => {
  expect(
    await simplified(`
      input x: f32[2,1]
      input u: f32[3]
      input v: f32[1]
      y: f32[2,3] = Sum(x, u, v, x)
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2,1]
    input u: f32[3]
    input v: f32[1]
    y.sum: f32[2,3] = Add(x, u)
    y.sum.1: f32[2,3] = Add(y.sum, v)
    y: f32[2,3] = Add(y.sum.1, x)
    return y"
  `);
});

test('Max and Min with a number, and open bounds: Clip and Relu', async () => {
  expect(
    await simplified(`
      input x: f32[2]
      const zero: f32[] = 0
      const six: f32[1] = 6
      const huge: f32[] = 3.4028234663852886e+38
      const lowest: f32[] = -3.4028234663852886e+38
      a: f32[2] = Max(zero, x)
      b: f32[2] = Min(x, six)
      c: f32[2] = Clip(x, zero, huge)
      d: f32[2] = Clip(x, lowest, huge)
      e: f32[2] = Neg(d)
      return a, b, c, e`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2]
    const b.bound: f32[] = 6
    a: f32[2] = Relu(x)
    b: f32[2] = Clip(x, _, b.bound)
    c: f32[2] = Relu(x)
    e: f32[2] = Neg(x)
    return a, b, c, e"
  `);
});

test('the mean over all pixels is GlobalAveragePool', async () => {
  expect(
    await simplified(`
      input x: f32[1,2,3,3]
      const axes: i64[2] = -1, 2
      const channels: i64[1] = 1
      a: f32[1,2] = ReduceMean(x, axes) keepdims=0
      b: f32[1,2,1,1] = ReduceMean(x, axes) keepdims=1
      c: f32[1,1,3,3] = ReduceMean(x, channels) keepdims=1
      return a, b, c`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,2,3,3]
    const channels: i64[1] = 1
    const a.shape: i64[2] = 1, 2
    b: f32[1,2,1,1] = GlobalAveragePool(x) @a.pool
    a: f32[1,2] = Reshape(b, a.shape)
    c: f32[1,1,3,3] = ReduceMean(x, channels) keepdims=1
    return a, b, c"
  `);
});

test('equal constants and equal nodes are merged, random ones are not', async () => {
  expect(
    await simplified(
      `
      input x: f32[2]
      const one: f32[2] = 1, 2
      const two: f32[2] = 1, 2
      const three: f32[2] = 1, 3
      a: f32[2] = Add(x, one)
      b: f32[2] = Add(x, two)
      c: f32[2] = Add(x, three)
      d: f32[2] = LeakyRelu(a) alpha=0.5
      e: f32[2] = LeakyRelu(b) alpha=0.5
      f: f32[2] = LeakyRelu(b) alpha=0.25
      y: f32[4] = Concat(d, e) axis=0
      z: f32[2] = Sum(f, c)
      return y, z`,
    ),
  ).toMatchInlineSnapshot(`
    "input x: f32[2]
    const one: f32[2] = 1, 2
    const three: f32[2] = 1, 3
    a: f32[2] = Add(x, one)
    c: f32[2] = Add(x, three)
    d: f32[2] = LeakyRelu(a) alpha=0.5
    f: f32[2] = LeakyRelu(a) alpha=0.25
    y: f32[4] = Concat(d, d) axis=0
    z: f32[2] = Add(f, c)
    return y, z"
  `);
  const random =
    'a: f32[2] = RandomNormal() shape=[2]\nb: f32[2] = RandomNormal() shape=[2]\ny: f32[2] = Sub(a, b)\nreturn y';
  expect(printGraph((await runPass(canonicalize, parseGraph(random))).graph)).toBe(random);
});

describe('graph outputs keep their names and stay different', () => {
  test('an input, a constant or another output behind them', async () => {
    expect(
      await simplified(`
        input x: f32[2]
        const w: f32[2] = 1, 2
        a: f32[2] = Identity(x)
        b: f32[2] = Identity(w)
        n: f32[2] = Neg(x)
        c: f32[2] = Identity(n)
        d: f32[2] = Identity(n)
        return a, b, c, d`),
    ).toMatchInlineSnapshot(`
      "input x: f32[2]
      const b: f32[2] = 1, 2
      a: f32[2] = Identity(x)
      c: f32[2] = Neg(x) @n
      d: f32[2] = Identity(c)
      return a, b, c, d"
    `);
  });
});

test('zero states, zero biases and empty parts of a Concat are left out', async () => {
  expect(
    await simplified(`
      input x: f32[1,1,2]
      input i: f32[1,1,1,1]
      const w: f32[1,3,2] = 1, 2, 3, 4, 5, 6
      const r: f32[1,3,1] = 1, 2, 3
      const b: f32[1,6] = 1, 2, 3, 4, 5, 6
      const h: f32[1,1,1] = 0
      const k: f32[2,1,1,1] = 1, 2
      const zero: f32[2] = 0, 0
      const empty: f32[1,0,1,1] =
      y: f32[1,1,1,1] = GRU(x, w, r, b, _, h) hidden_size=1
      c: f32[1,2,1,1] = Conv(i, k, zero)
      z: f32[1,3,1,1] = Concat(c, empty, i) axis=1
      return y, z`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,2]
    input i: f32[1,1,1,1]
    const w: f32[1,3,2] = 1, 2, 3, 4, 5, 6
    const r: f32[1,3,1] = 1, 2, 3
    const b: f32[1,6] = 1, 2, 3, 4, 5, 6
    const k: f32[2,1,1,1] = 1, 2
    y: f32[1,1,1,1] = GRU(x, w, r, b, _, _) hidden_size=1
    c: f32[1,2,1,1] = Conv(i, k, _)
    z: f32[1,3,1,1] = Concat(c, i) axis=1
    return y, z"
  `);
});

const RECURRENT = `
  input x: f32[3,1,2]
  const w: f32[1,3,2] = 1, 2, 3, 4, 5, 6
  const r: f32[1,3,1] = 1, 2, 3
  const last: i64[] = -1
  const end: i64[1] = 3
  const two: i64[1] = 2
  const axis: i64[1] = 0
  const zero: i64[] = 0`;

test('the last of all states is the final state, and outputs that nobody reads are left out', async () => {
  expect(
    await simplified(`${RECURRENT}
      y: f32[3,1,1,1], h: f32[1,1,1] = GRU(x, w, r) hidden_size=1
      s: f32[3,1,1] = Squeeze(y, axis1)
      const axis1: i64[1] = 1
      t: f32[1,3,1] = Transpose(s) perm=[1,0,2]
      z: f32[1,1] = Gather(t, last) axis=1
      a: f32[3,1,1,1] = RNN(x, w1, r1) hidden_size=1
      const w1: f32[1,1,2] = 1, 2
      const r1: f32[1,1,1] = 1
      b: f32[1,1,1,1] = Slice(a, two, end, axis)
      return z, b`),
  ).toMatchInlineSnapshot(`
    "input x: f32[3,1,2]
    const w: f32[1,3,2] = 1, 2, 3, 4, 5, 6
    const r: f32[1,3,1] = 1, 2, 3
    const w1: f32[1,1,2] = 1, 2
    const r1: f32[1,1,1] = 1
    const t.part.shape: i64[2] = 1, 1
    const b.shape: i64[4] = 1, 1, 1, 1
    _, h: f32[1,1,1] = GRU(x, w, r) hidden_size=1 @y
    z: f32[1,1] = Reshape(h, t.part.shape)
    _, a.final: f32[1,1,1] = RNN(x, w1, r1) hidden_size=1 @a
    b: f32[1,1,1,1] = Reshape(a.final, b.shape)
    return z, b"
  `);
});

test('other states, other directions and other axes stay', async () => {
  const text = `input x: f32[3,1,2]
input x2: f32[4,2,2]
const w: f32[1,3,2] = 1, 2, 3, 4, 5, 6
const r: f32[1,3,1] = 1, 2, 3
const w2: f32[2,3,2] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
const r2: f32[2,3,1] = 1, 2, 3, 4, 5, 6
const shape: i64[2] = 2, 4
const zero: i64[1] = 0
const one: i64[1] = 1
const two: i64[1] = 2
const three: i64[1] = 3
const four: i64[1] = 4
y: f32[3,1,1,1] = GRU(x, w, r) hidden_size=1
a: f32[1,1,1,1] = Slice(y, zero, one, zero)
z: f32[3,1,1,1] = GRU(x, w, r) direction="reverse" hidden_size=1
b: f32[1,1,1,1] = Slice(z, two, three, zero)
u: f32[3,2,1,1] = GRU(x, w2, r2) direction="bidirectional" hidden_size=1
c: f32[3,1,1,1] = Slice(u, one, two, one)
v: f32[4,1,2,1] = GRU(x2, w, r) hidden_size=1
d: f32[2,4] = Reshape(v, shape)
e: f32[2,1] = Slice(d, three, four, one)
return a, b, c, e`;
  expect(await simplified(text)).toBe(text);
});

test('a Gather of one constant place is a Slice', async () => {
  expect(
    await simplified(`
      input x: f32[3,4]
      const last: i64[] = -1
      const pair: i64[2] = 0, 1
      a: f32[4] = Gather(x, last) axis=0
      b: f32[3,2] = Gather(x, pair) axis=1
      return a, b`),
  ).toMatchInlineSnapshot(`
    "input x: f32[3,4]
    const pair: i64[2] = 0, 1
    const x.start: i64[1] = 2
    const x.end: i64[1] = 3
    const x.axis: i64[1] = 0
    const x.part.shape: i64[1] = 4
    x.part: f32[1,4] = Slice(x, x.start, x.end, x.axis)
    a: f32[4] = Reshape(x.part, x.part.shape)
    b: f32[3,2] = Gather(x, pair) axis=1
    return a, b"
  `);
});

test('a mean over pixels in another layout is GlobalAveragePool as well', async () => {
  expect(
    await simplified(`
      input x: f32[1,2,3,4]
      const axes: i64[2] = 1, -2
      const channels: i64[1] = 3
      t: f32[1,3,4,2] = Transpose(x) perm=[0,2,3,1]
      a: f32[1,2] = ReduceMean(t, axes) keepdims=0
      b: f32[1,3,4] = ReduceMax(t, channels) keepdims=0
      u: f32[2,4,3,1] = Transpose(x) perm=[1,3,2,0]
      c: f32[2,4,1] = ReduceMax(u, two) keepdims=0
      d: f32[2,3,1] = ReduceSum(u, one) keepdims=0
      const one: i64[1] = 1
      const two: i64[1] = 2
      return a, b, c, d`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,2,3,4]
    const one: i64[1] = 1
    const two: i64[1] = 2
    const a.shape: i64[2] = 1, 2
    a.pool: f32[1,2,1,1] = GlobalAveragePool(x)
    a: f32[1,2] = Reshape(a.pool, a.shape)
    b: f32[1,3,4] = ReduceMax(x, one) keepdims=0
    u: f32[2,4,3,1] = Transpose(x) perm=[1,3,2,0]
    c: f32[2,4,1] = ReduceMax(u, two) keepdims=0
    d: f32[2,3,1] = ReduceSum(u, one) keepdims=0
    return a, b, c, d"
  `);
});
