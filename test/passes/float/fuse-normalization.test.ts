import { expect, test } from 'vitest';
import { prune } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import type { Graph } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { canonicalize } from '../../../src/passes/float/canonicalize.ts';
import { foldConstants } from '../../../src/passes/float/fold-constants.ts';
import { fuseNormalization } from '../../../src/passes/float/fuse-normalization.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { randomFeeds } from '../support.ts';
import { type Spelling, spelledNorm, spellings } from './spelled-norms.ts';

const evaluator = createEvaluator();

async function fused(graph: Graph): Promise<Graph> {
  const passes = [canonicalize, foldConstants, canonicalize, fuseNormalization, canonicalize, foldConstants];
  return (await runPipeline(graph, passes, { evaluate: evaluator.evaluate })).graph;
}

/** One operator but for moves, which computes what the spelled graph computes. */
async function expectOne(text: string, op: RegExp): Promise<void> {
  const graph = prune(parseGraph(text));
  const result = await fused(graph);
  const ops = result.nodes.map((node) => node.op).filter((name) => name !== 'Transpose' && name !== 'Reshape');
  expect(ops.join(), text).toMatch(op);
  const feeds = randomFeeds(graph, 7);
  const [want, got] = [await evaluator.evaluate(graph, feeds), await evaluator.evaluate(result, feeds)];
  const [wanted, given] = [want, got].map((values) => Array.from(values.get('y')!.data as Float32Array));
  const range = Math.max(...wanted.map(Math.abs));
  expect(Math.max(...wanted.map((x, i) => Math.abs(x - given[i]))) / range, text).toBeLessThan(1e-5);
}

test.each(spellings)('%s', async (_, spelling: Spelling) => {
  await expectOne(spelledNorm(spelling), /^(LayerNormalization|RMSNormalization)$/);
});

/** FORMS_CASES=n tries as many. */
test('random spellings, operands in any order', async () => {
  const rng = createRng(3);
  const pick = <T>(options: readonly T[]) => options[rng.int(0, options.length - 1)]!;
  for (let i = 0; i < Number(process.env.FORMS_CASES ?? 60); i++) {
    const spelling: Spelling = {
      centred: pick([true, true, false]),
      variance: pick(['pow', 'product', 'squares', 'flax', 'sum']),
      root: pick(['divide', 'reciprocal', 'one-over', 'power']),
      order: pick(['scale last', 'scale first', 'expanded']),
      axes: pick([[2], [-1], [1, 2], [1]]),
      scale: pick([true, false]),
      bias: pick([true, false]),
      swap: () => rng.int(0, 1) === 1,
    };
    await expectOne(spelledNorm(spelling), /^(LayerNormalization|RMSNormalization)(,Add)?$/);
  }
});

test('a norm of channels, of one channel each and of all of an image', async () => {
  const norm = (axes: string, shape: string) => `
    input x: f32[2,4,3,5]
    const a: i64[${axes.split(',').length}] = ${axes}
    const e: f32[] = 0.001
    const g: f32[4,1,1] = 1, 2, -1, 0.5
    const b: f32[4,1,1] = 0, 1, 2, 3
    m: f32[${shape}] = ReduceMean(x, a)
    d: f32[2,4,3,5] = Sub(x, m)
    s: f32[2,4,3,5] = Mul(d, d)
    v: f32[${shape}] = ReduceMean(s, a)
    w: f32[${shape}] = Add(v, e)
    r: f32[${shape}] = Sqrt(w)
    n: f32[2,4,3,5] = Div(d, r)
    t: f32[2,4,3,5] = Mul(g, n)
    y: f32[2,4,3,5] = Add(t, b)
    return y`;
  await expectOne(norm('1', '2,1,3,5'), /^LayerNormalization$/);
  await expectOne(norm('2,3', '2,4,1,1'), /^InstanceNormalization$/);
  await expectOne(norm('1,2,3', '2,1,1,1'), /^GroupNormalization$/);
});

test('groups as PyTorch exports them, unit length, a scale behind', async () => {
  await expectOne(
    `input x: f32[2,4,3,5]
    const rows: i64[3] = 0, 2, -1
    const whole: i64[4] = 2, 4, 3, 5
    const one: f32[2] = 1, 1
    const none: f32[2] = 0, 0
    const g: f32[4,1,1] = 1, 2, -1, 0.5
    const b: f32[4,1,1] = 0, 1, 2, 3
    r: f32[2,2,30] = Reshape(x, rows)
    n: f32[2,2,30] = InstanceNormalization(r, one, none)
    w: f32[2,4,3,5] = Reshape(n, whole)
    t: f32[2,4,3,5] = Mul(w, g)
    y: f32[2,4,3,5] = Add(t, b)
    return y`,
    /^GroupNormalization$/,
  );
  await expectOne(
    `input x: f32[2,4,3]
    const axes: i64[1] = 1
    const bound: f32[] = 1e-12
    const whole: i64[3] = 2, 4, 3
    l: f32[2,1,3] = ReduceL2(x, axes)
    c: f32[2,1,3] = Clip(l, bound)
    e: f32[2,4,3] = Expand(c, whole)
    y: f32[2,4,3] = Div(x, e)
    return y`,
    /^LpNormalization$/,
  );
  await expectOne(
    `input x: f32[2,4,3]
    const g: f32[3] = 1, 2, 3
    const s: f32[] = 0.5
    n: f32[2,4,3] = RMSNormalization(x, g) epsilon=0.01
    y: f32[2,4,3] = Mul(s, n)
    return y`,
    /^RMSNormalization$/,
  );
});

test('a difference from another mean is none', async () => {
  await expectOne(
    `input x: f32[4,8]
    const a: i64[1] = 1
    const c: i64[1] = 0
    const e: f32[] = 0.01
    m: f32[1,8] = ReduceMean(x, c)
    d: f32[4,8] = Sub(x, m)
    q: f32[4,8] = Mul(d, d)
    v: f32[4,1] = ReduceMean(q, a)
    w: f32[4,1] = Add(v, e)
    r: f32[4,1] = Sqrt(w)
    y: f32[4,8] = Div(d, r)
    return y`,
    /^ReduceMean,Sub,RMSNormalization$/,
  );
});
