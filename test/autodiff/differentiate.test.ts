import { describe, expect, test } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { UserError } from '../../src/support/errors.ts';
import { checkGradients } from './finite-differences.ts';

const problemOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.problem;
    throw error;
  }
  throw new Error('no error');
};

test('a product as text', () => {
  const graph = parseGraph(`
    input x: f32[1,2]
    const w: f32[2,1] = 3, 4
    y: f32[1,1] = MatMul(x, w)
    return y`);
  const { graph: result, gradients } = differentiate(graph, 'y', ['x', 'w']);
  verifyGraph(result);
  expect([...gradients]).toEqual([
    ['x', 'x.gradient'],
    ['w', 'w.gradient'],
  ]);
  expect(printGraph(result)).toMatchInlineSnapshot(`
    "input x: f32[1,2]
    const w: f32[2,1] = 3, 4
    const build/y.seed: f32[1,1] = 1
    y: f32[1,1] = MatMul(x, w)
    gradient/y/Gemm: f32[1,2] = Gemm(build/y.seed, w) transA=0 transB=1
    gradient/y/Gemm.1: f32[2,1] = Gemm(x, build/y.seed) transA=1 transB=0
    x.gradient: f32[1,2] = Identity(gradient/y/Gemm)
    w.gradient: f32[2,1] = Identity(gradient/y/Gemm.1)
    return y, x.gradient, w.gradient"
  `);
});

test('a value that is read often sums what comes back', async () => {
  const graph = parseGraph(`
    input x: f32[3]
    a: f32[3] = Mul(x, x)
    b: f32[3] = Add(a, x)
    c: f32[3] = Mul(a, b)
    d: f32[3] = Sub(c, a)
    return d, b`);
  expect((await checkGradients(graph, { step: 4e-3 })).error).toBeLessThan(1e-3);
});

describe('refuses', () => {
  test('all operators without a gradient at once', () => {
    const problem = problemOf(() =>
      differentiate(
        parseGraph(`
          input x: f32[2]
          a: f32[2] = Round(x)
          b: f32[2] = Det(a)
          y: f32[] = ReduceSum(b) keepdims=0
          return y`),
        'y',
        ['x'],
      ),
    );
    expect(problem.code).toBe('UNSUPPORTED');
    expect(problem.because?.map((line) => line.slice(0, 20))).toEqual(['a: f32[2] = Round(x)', 'b: f32[2] = Det(a): ']);
  });

  test('a loss that is no scalar, and values it does not depend on', () => {
    const graph = parseGraph('input x: f32[2]\ninput z: f32[1]\ny: f32[2] = Neg(x)\nl: f32[1] = Neg(z)\nreturn y, l');
    expect(problemOf(() => differentiate(graph, 'y', ['x'])).message).toContain('is not one float32 number');
    expect(problemOf(() => differentiate(graph, 'l', ['x', 'z'])).message).toContain("does not depend on 'x'");
  });
});
