import { expect, test } from 'vitest';
import { matmulToGemm } from '../../../src/passes/float/matmul-to-gemm.ts';
import { after } from '../support.ts';

test('by a constant matrix', async () => {
  expect(
    await after(
      matmulToGemm,
      `
      input x: f32[2,3]
      input u: f32[3]
      input v: f32[2,1,3]
      const w: f32[3,2] = 1, 2, 3, 4, 5, 6
      a: f32[2,2] = MatMul(x, w)
      b: f32[2] = MatMul(u, w)
      c: f32[2,1,2] = MatMul(v, w) clip=[0,inf]
      return a, b, c`,
    ),
  ).toMatchInlineSnapshot(`
    "input x: f32[2,3]
    input u: f32[3]
    input v: f32[2,1,3]
    const w: f32[3,2] = 1, 2, 3, 4, 5, 6
    const b.rows: i64[2] = 1, 3
    const b.shape: i64[1] = 2
    const c.rows: i64[2] = 2, 3
    const c.shape: i64[3] = 2, 1, 2
    a: f32[2,2] = Gemm(x, w, _)
    b.in: f32[1,3] = Reshape(u, b.rows)
    b.out: f32[1,2] = Gemm(b.in, w, _) @b
    b: f32[2] = Reshape(b.out, b.shape) @b.view
    c.in: f32[2,3] = Reshape(v, c.rows)
    c.out: f32[2,2] = Gemm(c.in, w, _) clip=[0,inf] @c
    c: f32[2,1,2] = Reshape(c.out, c.shape) @c.view
    return a, b, c"
  `);
});

test('not by anything else', async () => {
  const text = `input x: f32[2,3]
input w: f32[3,2]
const v: f32[3] = 1, 2, 3
const u: f32[1,3,1] = 1, 2, 3
a: f32[2,2] = MatMul(x, w)
b: f32[2] = MatMul(x, v)
c: f32[1,2,1] = MatMul(x, u)
return a, b, c`;
  expect(await after(matmulToGemm, text)).toBe(text);
});
