import { expect, test } from 'vitest';
import { parseGraph } from '../../../src/ir/text.ts';
import { foldBatchNorm } from '../../../src/passes/float/fold-batchnorm.ts';
import { runPass } from '../../../src/passes/pipeline.ts';
import { after } from '../support.ts';

const PARAMETERS = `
  const gamma: f32[2] = 1, 2
  const beta: f32[2] = 0.5, 0
  const mean: f32[2] = 0, 1
  const var: f32[2] = 1, 0.25`;

test('into the Conv before it', async () => {
  expect(
    await after(
      foldBatchNorm,
      `
      input x: f32[1,1,2,2] ${PARAMETERS}
      const w: f32[2,1,1,1] = 1, 1.5
      const b: f32[2] = 0, 0.5
      c: f32[1,2,2,2] = Conv(x, w, b)
      y: f32[1,2,2,2] = BatchNormalization(c, gamma, beta, mean, var) epsilon=0
      return y`,
    ),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,1,2,2]
    const w.1: f32[2,1,1,1] = 1, 6
    const b.1: f32[2] = 0.5, -2
    y: f32[1,2,2,2] = Conv(x, w.1, b.1) @c
    return y"
  `);
});

test('into a grouped ConvTranspose without bias', async () => {
  expect(
    await after(
      foldBatchNorm,
      `
      input x: f32[1,2,2,2] ${PARAMETERS}
      const w: f32[2,1,1,2] = 1, 2, 3, 4
      c: f32[1,2,2,3] = ConvTranspose(x, w) group=2
      y: f32[1,2,2,3] = BatchNormalization(c, gamma, beta, mean, var) epsilon=0
      return y`,
    ),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,2,2,2]
    const w.1: f32[2,1,1,2] = 1, 2, 12, 16
    const c.bias: f32[2] = 0.5, -4
    y: f32[1,2,2,3] = ConvTranspose(x, w.1, c.bias) group=2 @c
    return y"
  `);
});

test('into a transposed Gemm with alpha and beta', async () => {
  expect(
    await after(
      foldBatchNorm,
      `
      input x: f32[3,2] ${PARAMETERS}
      const w: f32[2,2] = 1, 2, 3, 4
      const b: f32[1,2] = 1, 2
      c: f32[3,2] = Gemm(x, w, b) alpha=2 beta=0.5 transB=1
      y: f32[3,2] = BatchNormalization(c, gamma, beta, mean, var) epsilon=0
      return y`,
    ),
  ).toMatchInlineSnapshot(`
    "input x: f32[3,2]
    const w.1: f32[2,2] = 2, 4, 24, 32
    const b.1: f32[2] = 1, 0
    y: f32[3,2] = Gemm(x, w.1, b.1) transB=1 @c
    return y"
  `);
});

test('as Mul and Add where it cannot fold', async () => {
  expect(
    await after(
      foldBatchNorm,
      `
      input x: f32[1,2,2,2] ${PARAMETERS}
      const w: f32[2,2,1,1] = 1, 2, 3, 4
      c: f32[1,2,2,2] = Conv(x, w) clip=[0,inf]
      d: f32[1,2,2,2] = BatchNormalization(c, gamma, beta, mean, var) epsilon=0
      y: f32[1,2,2,2] = BatchNormalization(d, gamma, beta, mean, var) epsilon=0
      return y, c`,
    ),
  ).toMatchInlineSnapshot(`
    "input x: f32[1,2,2,2]
    const w: f32[2,2,1,1] = 1, 2, 3, 4
    const d.scale: f32[2,1,1] = 1, 4
    const d.shift: f32[2,1,1] = 0.5, -4
    const y.scale: f32[2,1,1] = 1, 4
    const y.shift: f32[2,1,1] = 0.5, -4
    c: f32[1,2,2,2] = Conv(x, w) clip=[0,inf]
    d.scaled: f32[1,2,2,2] = Mul(c, d.scale)
    d: f32[1,2,2,2] = Add(d.scaled, d.shift)
    y.scaled: f32[1,2,2,2] = Mul(d, y.scale)
    y: f32[1,2,2,2] = Add(y.scaled, y.shift)
    return y, c"
  `);
});

test('a computed parameter or training mode keeps it, with a remark', async () => {
  const { remarks } = await runPass(
    foldBatchNorm,
    parseGraph(`
      input x: f32[1,2] ${PARAMETERS.replace(/const gamma.*/, '')}
      input g: f32[2]
      y: f32[1,2] = BatchNormalization(x, g, beta, mean, var)
      z: f32[1,2] = BatchNormalization(x, beta, beta, mean, var) training_mode=1
      return y, z`),
  );
  const text = 'kept: it needs constant parameters and inference mode';
  expect(remarks).toEqual([
    { pass: 'fold-batchnorm', node: 'y', op: 'BatchNormalization', text },
    { pass: 'fold-batchnorm', node: 'z', op: 'BatchNormalization', text },
  ]);
});
