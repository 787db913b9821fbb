import { expect, test } from 'vitest';
import { fuseActivations } from '../../../src/passes/float/fuse-activations.ts';
import { after } from '../support.ts';

const fused = (text: string) => after(fuseActivations, text);
const BOUNDS = `
  const zero: f32[] = 0
  const one: f32[] = 1
  const six: f32[] = 6`;

test('Relu and Clip become the clamp of their producer', async () => {
  expect(
    await fused(`
      input x: f32[1,1,2,2] ${BOUNDS}
      const w: f32[2,1,1,1] = 1, -2
      a: f32[1,2,2,2] = Conv(x, w)
      b: f32[1,2,2,2] = Relu(a)
      c: f32[1,2,2,2] = Add(b, b)
      d: f32[1,2,2,2] = Clip(c, zero, six)
      y: f32[1,2,1,1] = GlobalAveragePool(d)
      z: f32[1,2,1,1] = Clip(y, _, one)
      return z`),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,2,2]
    const w: f32[2,1,1,1] = 1, -2
    a: f32[1,2,2,2] = Conv(x, w) clip=[0,inf]
    c: f32[1,2,2,2] = Add(a, a) clip=[0,6]
    z: f32[1,2,1,1] = GlobalAveragePool(c) clip=[-inf,1] @y
    return z"
  `);
});

test('a clamp of a clamp is one clamp, even when they do not meet', async () => {
  expect(
    await fused(`
      input x: f32[2] ${BOUNDS}
      const minus: f32[] = -1
      a: f32[2] = Add(x, six) clip=[0,3]
      b: f32[2] = Clip(a, one, six)
      c: f32[2] = Mul(x, six) clip=[2,3]
      d: f32[2] = Clip(c, zero, one)
      e: f32[2] = Relu(x)
      f: f32[2] = Clip(e, minus, six)
      g: f32[2] = Clip(x, minus)
      h: f32[2] = Relu(g)
      return b, d, f, h`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2]
    const six: f32[] = 6
    const f.min: f32[] = 0
    const f.max: f32[] = 6
    b: f32[2] = Add(x, six) clip=[1,3] @a
    d: f32[2] = Mul(x, six) clip=[1,1] @c
    f: f32[2] = Clip(x, f.min, f.max)
    h: f32[2] = Relu(x)
    return b, d, f, h"
  `);
});

test('a clamp moves before Reshape and Transpose', async () => {
  expect(
    await fused(`
      input x: f32[2,3]
      const w: f32[3,2] = 1, 2, 3, 4, 5, 6
      const shape: i64[1] = 4
      a: f32[2,2] = MatMul(x, w)
      b: f32[2,2] = Transpose(a) perm=[1,0]
      c: f32[4] = Reshape(b, shape)
      y: f32[4] = Relu(c)
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2,3]
    const w: f32[3,2] = 1, 2, 3, 4, 5, 6
    const shape: i64[1] = 4
    a: f32[2,2] = MatMul(x, w) clip=[0,inf]
    b: f32[2,2] = Transpose(a) perm=[1,0]
    y: f32[4] = Reshape(b, shape) @c
    return y"
  `);
});

test('a Clip with min above max gives max', async () => {
  expect(
    await fused(`
      input x: f32[2] ${BOUNDS}
      a: f32[2] = Sub(x, one)
      y: f32[2] = Clip(a, six, one)
      return y`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2]
    const one: f32[] = 1
    y: f32[2] = Sub(x, one) clip=[1,1] @a
    return y"
  `);
});

test('what others read, computed bounds and other producers are left alone', async () => {
  const text = `input x: f32[2]
input m: f32[]
a: f32[2] = Add(x, x)
b: f32[2] = Relu(a)
c: f32[2] = Sub(x, a)
d: f32[2] = Clip(c, _, m)
e: f32[2] = Neg(d)
f: f32[2] = Relu(e)
return b, f`;
  expect(await fused(text)).toBe(text);
});

test('a clamp without effect goes, even when others read what it clamps', async () => {
  expect(
    await fused(`
      input x: f32[2] ${BOUNDS}
      a: f32[2] = Add(x, x) clip=[0,6]
      b: f32[2] = Relu(a)
      y: f32[2] = Mul(a, b)
      c: f32[2] = Clip(x, zero, one)
      d: f32[2] = Clip(c, _, six)
      z: f32[2] = Mul(c, d)
      return y, z`),
  ).toMatchInlineSnapshot(`
    "input x: f32[2]
    const zero: f32[] = 0
    const one: f32[] = 1
    a: f32[2] = Add(x, x) clip=[0,6]
    y: f32[2] = Mul(a, a)
    c: f32[2] = Clip(x, zero, one)
    z: f32[2] = Mul(c, c)
    return y, z"
  `);
});
