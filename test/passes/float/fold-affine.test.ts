import { expect, test } from 'vitest';
import { foldAffine } from '../../../src/passes/float/fold-affine.ts';
import { after } from '../support.ts';

const folded = (text: string) => after(foldAffine, text);

test('behind a Conv: a factor and a shift per channel', async () => {
  expect(
    await folded(`
      input x: f32[1,1,2,2]
      const w: f32[2,1,1,1] = 1, 2
      const s: f32[1,2,1,1] = 2, 3
      const t: f32[2,1,1] = 10, 20
      c: f32[1,2,2,2] = Conv(x, w)
      d: f32[1,2,2,2] = Mul(s, c)
      y: f32[1,2,2,2] = Add(d, t) clip=[0,inf]
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,2,2]
    const w.1: f32[2,1,1,1] = 2, 6
    const c.bias: f32[2] = 10, 20
    y: f32[1,2,2,2] = Conv(x, w.1, c.bias) clip=[0,inf] @c
    return y"
  `);
});

test('behind a ConvTranspose and a MatMul: numbers; a number minus the layer', async () => {
  expect(
    await folded(`
      input x: f32[1,1,1,2]
      input u: f32[1,2,2]
      const w: f32[1,2,1,1] = 1, 2
      const m: f32[2,2] = 1, 2, 3, 4
      const two: f32[] = 2
      c: f32[1,2,1,2] = ConvTranspose(x, w)
      d: f32[1,2,1,2] = Sub(two, c)
      y: f32[1,2,1,2] = Sub(d, two)
      e: f32[1,2,2] = MatMul(u, m)
      z: f32[1,2,2] = Div(e, two)
      return y, z`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,1,2]
    input u: f32[1,2,2]
    const w.1: f32[1,2,1,1] = -1, -2
    const m.1: f32[2,2] = 0.5, 1, 1.5, 2
    const c.bias.1: f32[2] = 0, 0
    y: f32[1,2,1,2] = ConvTranspose(x, w.1, c.bias.1) @c
    z: f32[1,2,2] = MatMul(u, m.1) @e
    return y, z"
  `);
});

test('behind a Gemm, through a Reshape that keeps its rows', async () => {
  expect(
    await folded(`
      input x: f32[4,2]
      const w: f32[2,2] = 1, 2, 3, 4
      const b: f32[] = 1
      const shape: i64[3] = 2, 2, 2
      const t: f32[2] = 10, 20
      c: f32[4,2] = Gemm(x, w, b) alpha=0.5 beta=2
      r: f32[2,2,2] = Reshape(c, shape)
      y: f32[2,2,2] = Add(r, t)
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[4,2]
    const shape: i64[3] = 2, 2, 2
    const w.1: f32[2,2] = 0.5, 1, 1.5, 2
    const b.1.1: f32[2] = 12, 22
    c: f32[4,2] = Gemm(x, w.1, b.1.1)
    y: f32[2,2,2] = Reshape(c, shape) @r
    return y"
  `);
});

test('before layers: a normalization of the input', async () => {
  expect(
    await folded(`
      input x: f32[1,2,2,2]
      input u: f32[1,2]
      const mean: f32[2,1,1] = 1, 2
      const std: f32[2,1,1] = 0.5, 0.25
      const w: f32[1,2,1,1] = 1, 2
      const k: f32[1,2,2,2] = 1, 2, 3, 4, 5, 6, 7, 8
      const m: f32[2,3] = 1, 2, 3, 4, 5, 6
      const v: f32[2] = 1, 2
      a: f32[1,2,2,2] = Sub(x, mean)
      b: f32[1,2,2,2] = Div(a, std)
      y: f32[1,1,2,2] = Conv(b, w)
      e: f32[1,2,2,2] = Mul(x, std)
      z: f32[1,1,3,3] = Conv(e, k) pads=[1,1,1,1]
      f: f32[1,2] = Add(u, v)
      g: f32[1,3] = Gemm(f, m, _)
      return y, z, g`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,2,2,2]
    input u: f32[1,2]
    const m: f32[2,3] = 1, 2, 3, 4, 5, 6
    const w.1: f32[1,2,1,1] = 2, 8
    const k.1: f32[1,2,2,2] = 0.5, 1, 1.5, 2, 1.25, 1.5, 1.75, 2
    const g.bias: f32[3] = 9, 12, 15
    const y.bias: f32[1] = -18
    y: f32[1,1,2,2] = Conv(x, w.1, y.bias)
    z: f32[1,1,3,3] = Conv(x, k.1, _) pads=[1,1,1,1]
    g: f32[1,3] = Gemm(u, m, g.bias)
    return y, z, g"
  `);
});

test('before a grouped Conv', async () => {
  expect(
    await folded(`
      input x: f32[1,4,1,1]
      const s: f32[4,1,1] = 1, 2, 3, 4
      const t: f32[4,1,1] = 10, 20, 30, 40
      const w: f32[2,2,1,1] = 1, 10, 100, 1000
      a: f32[1,4,1,1] = Mul(x, s)
      b: f32[1,4,1,1] = Add(a, t)
      y: f32[1,2,1,1] = Conv(b, w) group=2
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,4,1,1]
    const w.1: f32[2,2,1,1] = 1, 20, 300, 4000
    const y.bias.1: f32[2] = 210, 43000
    y: f32[1,2,1,1] = Conv(x, w.1, y.bias.1) group=2
    return y"
  `);
});

test('what varies along rows, shifts padding, divides by zero or is read elsewhere stays', async () => {
  const text = `input x: f32[1,1,2,2]
input u: f32[2,2]
const w: f32[1,1,1,1] = 3
const rows: f32[2,1] = 1, 2
const one: f32[] = 1
const zero: f32[] = 0
const v: f32[2,2] = 1, 2, 3, 4
const shape: i64[2] = 4, 1
const cell: f32[1] = 2
const pair: f32[2] = 1, 2
const far: f32[2] = 1, -1000
a: f32[1,1,2,2] = Conv(x, w)
b: f32[1,1,2,2] = Mul(a, rows)
c: f32[1,1,2,2] = Add(x, one)
d: f32[1,1,4,4] = Conv(c, w) pads=[1,1,1,1]
e: f32[1,1,2,2] = Conv(x, w)
f: f32[1,1,2,2] = Add(e, one)
g: f32[1,1,2,2] = Mul(e, f)
h: f32[1,1,2,2] = Conv(x, w) strides=[1,1]
i: f32[1,1,2,2] = Div(h, zero)
j: f32[2,2] = MatMul(u, v)
k: f32[2,2] = Add(j, one)
l: f32[1,1,2,2] = Conv(x, w) strides=[1,1] pads=[0,0,0,0]
m: f32[1,1,2,2] = Div(one, l)
n: f32[2,2] = Gemm(u, v, _)
o: f32[4,1] = Reshape(n, shape)
p: f32[4,1] = Mul(o, cell)
q: f32[2,2] = Add(u, pair)
r: f32[2,2] = Gemm(q, v, _) transA=1
s: f32[2,2] = Add(u, far)
t: f32[2,2] = Gemm(s, v, _)
return b, d, g, i, k, m, p, r, t`;
  expect(await folded(text)).toBe(text);
});
