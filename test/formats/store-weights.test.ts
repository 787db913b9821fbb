import { expect, test } from 'vitest';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import { step } from '../../src/passes/pass.ts';
import { runPass } from '../../src/passes/pipeline.ts';
import { storeWeights } from '../../src/passes/quantize/store-weights.ts';
import { UserError } from '../../src/support/errors.ts';

const CODES = '{scale=0.5, zero=0}';
const GRAPH = parseGraph(`
  input x: i8[1,3]${CODES}
  const v: i8[2,3]{axis=0, scale=[0.5,0.25], zero=0} = 1, -1, 0, 0, 1, 1
  const w: i8[2,2]{axis=0, scale=[0.5,0.25], zero=0} = 7, -8, 0, 3
  a: i8[1,2]${CODES} = Gemm(x, v) transB=1 @body/first
  b: i8[1,2]${CODES} = Gemm(a, w) transB=1 @head
  return b`);

interface Expected {
  readonly message: string;
  readonly because?: readonly string[];
  readonly hint?: RegExp;
}

const store = async (layers: string, format: string) =>
  printGraph((await runPass(step(storeWeights, { layers, format }), GRAPH)).graph);
const formats = (text: string) =>
  [...text.matchAll(/^const (\w+): .*?(?:format=(\S+))?}/gm)].map((m) => `${m[1]} ${m[2]}`);

test('names the format and changes no code', async () => {
  const text = await store('*', 'int4');
  expect(formats(text)).toEqual(['v int4', 'w int4']);
  expect(text.replaceAll(', format=int4', '')).toBe(printGraph(GRAPH));
});

test.each([
  ['body/*', ['v ternary+huffman', 'w undefined']],
  ['a', ['v ternary+huffman', 'w undefined']],
  [':first', ['v ternary+huffman', 'w undefined']],
])('%s picks layers', async (pattern, wanted) => {
  expect(formats(await store(pattern, 'ternary+huffman'))).toEqual(wanted);
});

test(':last', async () => {
  expect(formats(await store(':last', 'codebook-4'))).toEqual(['v undefined', 'w codebook-4']);
});

test.each([
  [
    '*',
    'ternary',
    { message: 'weights cannot be stored as ternary', because: ["Gemm 'head': code 7 is not -1, 0 or 1"] },
  ],
  [
    'nothing*',
    'int4',
    { message: "store-weights: no quantized layer with weights matches 'nothing*'", hint: /body\/first, head/ },
  ],
  ['*', 'int44', { message: "there is no weight format 'int44'", hint: /int4/ }],
] satisfies [string, string, Expected][])(
  '%s as %s is refused',
  async (layers, format, { message, because, hint }: Expected) => {
    const error: unknown = await store(layers, format).catch((caught: unknown) => caught);
    if (!(error instanceof UserError)) throw error;
    expect(error.problem).toMatchObject({ code: 'BAD_ARGUMENT', message });
    if (because) expect(error.problem.because).toEqual(because);
    if (hint) expect(error.problem.hint).toMatch(hint);
  },
);

test('a float model has nothing to store', async () => {
  const float = parseGraph('input x: f32[1,1]\nconst w: f32[1,1] = 1\ny: f32[1,1] = Gemm(x, w)\nreturn y');
  await expect(runPass(step(storeWeights), float)).rejects.toThrow("no quantized layer with weights matches '*'");
});
