import { expect, test } from 'vitest';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import { widenHalf } from '../../src/passes/float/widen-half.ts';
import { runPass } from '../../src/passes/pipeline.ts';

test('halves become float inside, the interface keeps them', async () => {
  const before = parseGraph(`
    input x: f16[2]
    const w: f16[2] = 15360, 49152
    c: f16[2] = Add(x, w)
    y: f16[2] = Relu(c)
    z: i32[2] = Cast(c) to=6
    return y, z`);
  const { graph } = await runPass(widenHalf, before);
  expect((await runPass(widenHalf, graph)).graph).toBe(graph);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input x: f16[2]
    const w: f32[2] = 1, -2
    x.f32: f32[2] = Cast(x) to=1
    c: f32[2] = Add(x.f32, w)
    y.f32: f32[2] = Relu(c) @y
    z: i32[2] = Cast(c) to=6
    y: f16[2] = Cast(y.f32) to=10
    return y, z"
  `);
});

test('BitCast sees the bits of a half', async () => {
  const before = parseGraph(`
    input x: bf16[2]
    a: bf16[2] = Neg(x)
    b: i16[2] = BitCast(a) to=5
    c: f16[2] = BitCast(b) to=10
    y: f32[2] = Cast(c) to=1
    return y`);
  const { graph } = await runPass(widenHalf, before);
  expect((await runPass(widenHalf, graph)).graph).toBe(graph);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input x: bf16[2]
    x.f32: f32[2] = Cast(x) to=1
    a.f32: f32[2] = Neg(x.f32) @a
    a: bf16[2] = Cast(a.f32) to=16
    b: i16[2] = BitCast(a) to=5
    c: f16[2] = BitCast(b) to=10
    c.f32: f32[2] = Cast(c) to=1
    y: f32[2] = Cast(c.f32) to=1
    return y"
  `);
});
