import { expect, test } from 'vitest';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import { widenHalf } from '../../src/passes/float/widen-half.ts';
import { runPass } from '../../src/passes/pipeline.ts';
import { dropRoundings } from '../../src/passes/quantize/drop-roundings.ts';

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

test('a Cast of the file rounds; one of small integers, or of a half itself, need not', async () => {
  const before = parseGraph(`
    input x: f32[2]
    input n: i32[2]
    input c: u8[2]
    a: f16[2] = Cast(x) to=10
    b: f16[2] = Cast(n) to=10
    d: f16[2] = Cast(c) to=10
    e: f16[2] = Add(a, b)
    f: bf16[2] = Cast(e) to=16
    g: f16[2] = CastLike(f, a)
    h: f16[2] = Mul(g, d)
    y: f32[2] = Cast(h) to=1
    return y, a`);
  const { graph } = await runPass(widenHalf, before);
  expect((await runPass(widenHalf, graph)).graph).toBe(graph);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input x: f32[2]
    input n: i32[2]
    input c: u8[2]
    a: f16[2] = Cast(x) to=10
    b: f16[2] = Cast(n) to=10
    d: f32[2] = Cast(c) to=1
    a.f32: f32[2] = Cast(a) to=1
    b.f32: f32[2] = Cast(b) to=1
    e: f32[2] = Add(a.f32, b.f32)
    f: bf16[2] = Cast(e) to=16
    f.f32: f32[2] = Cast(f) to=1
    g: f16[2] = Cast(f.f32) to=10
    g.f32: f32[2] = Cast(g) to=1
    h: f32[2] = Mul(g.f32, d)
    y: f32[2] = Cast(h) to=1
    return y, a"
  `);
});

test('the int8 pipeline drops roundings that codes do not see', async () => {
  const before = parseGraph(`
    input x: f32[2]
    a: f16[2] = Cast(x) to=10
    b: f32[2] = Cast(a) to=1
    c: f32[2] = Relu(b)
    d: bf16[2] = Cast(c) to=16
    e: f32[2] = Cast(d) to=1
    f: f32[2] = Neg(e)
    return f, d`);
  const { graph } = await runPass(dropRoundings, before);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input x: f32[2]
    c: f32[2] = Relu(x)
    d: bf16[2] = Cast(c) to=16
    e: f32[2] = Cast(d) to=1
    f: f32[2] = Neg(e)
    return f, d"
  `);
});
