import { expect, test } from 'vitest';
import { prune } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { canonicalize } from '../../../src/passes/float/canonicalize.ts';
import { foldConstants } from '../../../src/passes/float/fold-constants.ts';
import { fuseAttention } from '../../../src/passes/float/fuse-attention.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { expectSameMeaning } from '../support.ts';
import { type AttentionSpelling, attentionSpellings, spelledAttention } from './spelled-attention.ts';

const evaluator = createEvaluator();

/** The operators left, of a graph that computes the same. */
async function fused(text: string): Promise<string[]> {
  const graph = prune(parseGraph(text));
  const passes = [canonicalize, foldConstants, canonicalize, fuseAttention, canonicalize, foldConstants];
  const result = (await runPipeline(graph, passes, { evaluate: evaluator.evaluate })).graph;
  await expectSameMeaning(graph, result, 1e-5, 7);
  return result.nodes.map(({ op }) => op);
}

const MOVES = ['Transpose', 'Reshape', 'Neg', 'Not', 'Expand'];

test.each(attentionSpellings)('%s', async (_, spelling) => {
  const ops = await fused(spelledAttention(spelling));
  expect(ops.filter((op) => !MOVES.includes(op))).toEqual(['Attention']);
  // Rows are read as they lie.
  if (spelling.turned) expect(ops).not.toContain('Transpose');
});

/** FORMS_CASES=n tries as many. */
test('random spellings, operands in any order', async () => {
  const rng = createRng(3);
  const pick = <T>(options: readonly T[]) => options[rng.int(0, options.length - 1)]!;
  for (let i = 0; i < Number(process.env.FORMS_CASES ?? 40); i++) {
    const rank = pick([2, 3, 4] as const);
    const turned = rank === 4 && pick([true, false]);
    const spelling: AttentionSpelling = {
      heads: rng.int(1, 3),
      rows: rng.int(1, 5),
      keys: rng.int(2, 6),
      size: rng.int(1, 5),
      rank,
      turned,
      keysAtOnce: pick([true, false]),
      scale: pick(['quotient', 'product', 'both', 'queries', 'none']),
      mask: pick(['none', 'triangle', 'numbers', 'computed', 'where', 'hides', 'input']),
      guard: pick([true, false]),
      swap: pick([true, false]),
    };
    const text = spelledAttention(spelling);
    const ops = await fused(text);
    // A query without a key gets zeros only where PyTorch's guard says so: else the mask stays one of numbers.
    const numbers = spelling.mask === 'input' && !spelling.guard ? ['Where'] : [];
    expect(
      ops.filter((op) => !MOVES.includes(op)),
      text,
    ).toEqual([...numbers, 'Attention']);
  }
});

test('weights that somebody else reads stay', async () => {
  const text = spelledAttention({ ...attentionSpellings[0]![1], rank: 4 }).replace('return y', 'return y, w');
  expect(await fused(text)).toContain('Softmax');
});
