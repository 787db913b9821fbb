import { expect, test } from 'vitest';
import { parseGraph, printGraph } from '../../../src/ir/text.ts';
import { foldConstants } from '../../../src/passes/float/fold-constants.ts';
import { step } from '../../../src/passes/pass.ts';
import { runPass } from '../../../src/passes/pipeline.ts';
import { after, evaluate } from '../support.ts';

test('what depends on constants alone is computed in one run', async () => {
  const before = parseGraph(`
    input x: f32[2]
    const w: f32[2] = 1, 2
    a: f32[2] = Neg(w)
    b: f32[2] = Exp(a)
    c: f32[1] = ReduceSum(w)
    d: f32[1], e: f32[1] = Split(b) num_outputs=2
    y: f32[2] = Add(x, a)
    z: f32[2] = Mul(x, e)
    return y, z, c`);
  let runs = 0;
  const counted: typeof evaluate = (graph, feeds) => {
    runs++;
    return evaluate(graph, feeds);
  };
  const { graph } = await runPass(foldConstants, before, { evaluate: counted });
  expect(runs).toBe(1);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input x: f32[2]
    const a: f32[2] = -1, -2
    const c: f32[1] = 3
    const e: f32[1] = 0.13533528
    y: f32[2] = Add(x, a)
    z: f32[2] = Mul(x, e)
    return y, z, c"
  `);
});

test('the shape chain of an exported recurrent state folds completely', async () => {
  const text = `
    input x: f32[1,28,4]
    const i: i64[] = 0
    const axes: i64[1] = 0
    const layers: i64[1] = 1
    const size: i64[1] = 3
    const zero: f32[] = 0
    shape: i64[3] = Shape(x)
    batch: i64[] = Gather(shape, i)
    batch1: i64[1] = Unsqueeze(batch, axes)
    dims: i64[3] = Concat(layers, batch1, size) axis=0
    h: f32[1,1,3] = Expand(zero, dims)
    count: i64[] = Size(x)
    tail: i64[1] = Shape(x) start=-2 end=-1
    y: f32[1,1,3] = Neg(h)
    return h, y, count, tail`;
  expect(await after(foldConstants, text)).toMatchInlineSnapshot(`
    "input x: f32[1,28,4]
    const count: i64[] = 112
    const tail: i64[1] = 28
    const h: f32[1,1,3] = 0, 0, 0
    const y: f32[1,1,3] = -0, -0, -0
    return h, y, count, tail"
  `);
});

const EXPANDED = `
  input x: f32[1,2,8,8]
  const one: f32[1] = 1
  const dims: i64[4] = 1, 2, 8, 8
  const half: f32[1] = 0.5
  big: f32[1,2,8,8] = Expand(one, dims)
  scaled: f32[1,2,8,8] = Mul(big, half)
  y: f32[1,2,8,8] = Add(x, scaled)
  return y`;

test('a result that is much larger than what it comes from stays computed', async () => {
  const limits = step(foldConstants, { maxBytes: 100, maxGrowth: 4 });
  expect(await after(limits, EXPANDED)).toBe(printGraph(parseGraph(EXPANDED)));
  expect(await after(foldConstants, EXPANDED)).toMatch(/const scaled: f32\[1,2,8,8\] = #/);
});

test('the same result is computed when it is the weights of a layer', async () => {
  const limits = step(foldConstants, { maxBytes: 100, maxGrowth: 4 });
  expect(
    await after(
      limits,
      `
      input x: f32[1,2,4,4]
      const one: f32[1] = 1
      const dims: i64[4] = 4, 2, 3, 3
      w: f32[4,2,3,3] = Expand(one, dims)
      y: f32[1,4,2,2] = Conv(x, w)
      return y`,
    ),
  ).toMatch(/const w: f32\[4,2,3,3\] = #/);
});

test('random numbers and quantization steps are not folded', async () => {
  const text = `input x: f32[1]
const w: i8[1] = 3
const s: f32[] = 0.5
r: f32[1] = RandomNormal() shape=[1]
d: f32[1] = DequantizeLinear(w, s)
y: f32[1] = Sum(x, r, d)
return y`;
  const { graph } = await runPass(foldConstants, parseGraph(text), { evaluate });
  expect(printGraph(graph)).toBe(text);
});

test('a graph of constants alone folds to its outputs', async () => {
  expect(await after(foldConstants, 'const w: f32[2] = 1, 2\ny: f32[2] = Neg(w)\nreturn y')).toMatchInlineSnapshot(`
    "const y: f32[2] = -1, -2
    return y"
  `);
});

test('what onnxruntime has no kernel for stays, with a remark; the rest folds', async () => {
  const before = parseGraph(`
    input x: f32[2]
    const w: u16[2] = 8, 16
    const n: u16[2] = 1, 2
    const k: f32[2] = 1, 2
    s: u16[2] = BitShift(w, n) direction="RIGHT"
    a: f32[2] = Cast(s) to=1
    b: f32[2] = Neg(k)
    c: f32[2] = Add(x, a)
    y: f32[2] = Add(c, b)
    return y`);
  const { graph, remarks } = await runPass(foldConstants, before, { evaluate });
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input x: f32[2]
    const w: u16[2] = 8, 16
    const n: u16[2] = 1, 2
    const b: f32[2] = -1, -2
    s: u16[2] = BitShift(w, n) direction="RIGHT"
    a: f32[2] = Cast(s) to=1
    c: f32[2] = Add(x, a)
    y: f32[2] = Add(c, b)
    return y"
  `);
  expect(remarks).toEqual([
    { pass: 'fold-constants', node: 'a', op: 'Cast', text: expect.stringMatching(/^kept: .*BitShift/) },
  ]);
});

test('types that onnxruntime does not hand out are passed on the way', async () => {
  const text = `input x: f32[2]
const w: f32[2] = 0.33333334, 3
a: bf16[2] = Cast(w) to=16
b: f32[2] = Cast(a) to=1
y: f32[2] = Add(x, b)
return y`;
  const { graph } = await runPass(foldConstants, parseGraph(text), { evaluate });
  expect(printGraph(graph)).toBe(`input x: f32[2]
const b: f32[2] = 0.33398438, 3
y: f32[2] = Add(x, b)
return y`);
});
