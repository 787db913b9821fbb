import { expect, test } from 'vitest';
import { prune } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { canonicalize } from '../../../src/passes/float/canonicalize.ts';
import { floatPasses } from '../../../src/passes/float/index.ts';
import type { Pipeline } from '../../../src/passes/pipeline.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { expectSameMeaning } from '../support.ts';

const evaluator = createEvaluator();

/** The operators of a graph that computes the same. */
async function spelled(text: string, passes: Pipeline = [canonicalize]): Promise<string[]> {
  const graph = prune(parseGraph(text));
  const result = (await runPipeline(graph, passes, { evaluate: evaluator.evaluate })).graph;
  await expectSameMeaning(graph, result, 1e-5, 7);
  return result.nodes.map(({ op }) => op);
}

function einsum(equation: string, output: readonly number[], ...inputs: readonly (readonly number[])[]): string {
  return [
    ...inputs.map((shape, i) => `input x${i}: f32[${shape}]`),
    `y: f32[${output}] = Einsum(${inputs.map((_, i) => `x${i}`).join(', ')}) equation="${equation}"`,
    'return y',
  ].join('\n');
}

test.each([
  ['a product of matrices', einsum('ij,jk', [2, 4], [2, 3], [3, 4]), ['MatMul']],
  ['of a batch', einsum('bij,bjk->bik', [2, 3, 5], [2, 3, 4], [2, 4, 5]), ['MatMul']],
  ['spread', einsum('...ij,...jk->...ik', [2, 6, 3, 5], [2, 6, 3, 4], [1, 6, 4, 5]), ['MatMul']],
  ['the other way round', einsum('ij,kj->ki', [4, 2], [2, 3], [4, 3]), ['Transpose', 'MatMul']],
  ['by a vector', einsum('ij,j->i', [2], [2, 3], [3]), ['Reshape', 'MatMul', 'Reshape']],
  ['a sum', einsum('ij->', [], [2, 3]), ['ReduceSum']],
  ['a transpose', einsum('ij->ji', [3, 2], [2, 3]), ['Transpose']],
  ['of all', einsum('ij,ij->', [], [2, 3], [2, 3]), ['Reshape', 'Reshape', 'MatMul', 'Reshape']],
  ['a sum before a product', einsum('ijk,jl->jl', [3, 5], [2, 3, 4], [3, 5]), ['ReduceSum', 'Reshape', 'Mul']],
  ['element by element', einsum('ij,ij->ij', [2, 3], [2, 3], [2, 3]), ['Mul']],
  ['a diagonal', einsum('ii->i', [4], [4, 4]), ['Reshape', 'Slice']],
  ['a trace of matrices', einsum('bii->b', [2], [2, 4, 4]), ['Reshape', 'Slice', 'ReduceSum']],
  ['three in a row', einsum('ij,jk,kl->il', [2, 5], [2, 3], [3, 4], [4, 5]), ['MatMul', 'MatMul']],
  ['of integers', einsum('ij,jk', [2, 4], [2, 3], [3, 4]).replaceAll('f32', 'i32'), ['Einsum']],
  ['three with a product too large', einsum('ai,bi,ci->abc', [2, 2, 2], [2, 9], [2, 9], [2, 9]), ['Einsum']],
])('%s', async (_, text, ops) => {
  expect(await spelled(text)).toEqual(ops);
});

test('by constant weights of several heads it is a dense layer, whichever operand they are', async () => {
  const weights = `const w: f32[6,2,3] = ${Array.from({ length: 36 }, (_, i) => (i * 7) % 11).join(', ')}`;
  const body = (operands: string, terms: string) =>
    `input x: f32[1,5,6]\n${weights}\ny: f32[1,5,2,3] = Einsum(${operands}) equation="${terms}->btnh"\nreturn y`;
  for (const text of [body('x, w', 'btd,dnh'), body('w, x', 'dnh,btd')]) {
    expect((await spelled(text, floatPasses)).filter((op) => op !== 'Reshape')).toEqual(['Gemm']);
  }
});

test('attention in sums of products is one operator', async () => {
  const text = `input q: f32[1,4,2,3]\ninput k: f32[1,5,2,3]\ninput v: f32[1,5,2,3]
    const c: f32[] = 0.5
    s: f32[1,2,4,5] = Einsum(q, k) equation="bqhd,bkhd->bhqk"
    t: f32[1,2,4,5] = Mul(s, c)
    p: f32[1,2,4,5] = Softmax(t)
    y: f32[1,4,2,3] = Einsum(p, v) equation="bhqk,bkhd->bqhd"
    return y`;
  const ops = await spelled(text, floatPasses);
  expect(ops.filter((op) => op !== 'Reshape')).toEqual(['Attention']);
});

/** EINSUM_CASES=n tries as many. */
test('random equations', async () => {
  const rng = createRng(5);
  for (let i = 0; i < Number(process.env.EINSUM_CASES ?? 60); i++) {
    const sizes = new Map([...'abcde'].map((letter) => [letter, rng.int(1, 3)]));
    const terms = Array.from({ length: rng.int(1, 3) }, () =>
      Array.from({ length: rng.int(1, 4) }, () => 'abcde'[rng.int(0, 4)]!).join(''),
    );
    const all = [...new Set(terms.join(''))].sort(() => rng.int(0, 1) - 0.5);
    const output = all.slice(0, rng.int(0, all.length)).join('');
    const shape = (letters: string) => [...letters].map((letter) => sizes.get(letter)!);
    const inputs = terms.map((letters) =>
      shape(letters).map((size) => (rng.int(0, 4) === 0 && !repeats(letters) ? 1 : size)),
    );
    const extents = [...output].map((letter) =>
      Math.max(...terms.flatMap((term, t) => [...term].flatMap((one, d) => (one === letter ? [inputs[t]![d]!] : [])))),
    );
    await spelled(einsum(`${terms.join()}->${output}`, extents, ...inputs));
  }
});

function repeats(letters: string): boolean {
  return new Set(letters).size < letters.length;
}
