import { expect, test } from 'vitest';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { compareWithOrt, type GraphCase } from '../helpers/cases.ts';
import { describeWith } from '../verify/native.ts';

const normal: GraphCase['values'] = (_, __, rng) => rng.normal();
/** onnxruntime's own DFT is off by several 1e-6. */
const CLOSE = { relative: 2e-5, absolute: 2e-5 };

async function expectClose(cases: readonly GraphCase[]) {
  const results = await compareWithOrt(cases, CLOSE);
  expect([...results].filter(([, wrong]) => wrong !== null)).toEqual([]);
  expect(results.size).toBe(cases.length);
}

const einsum = (equation: string, output: readonly number[], ...inputs: readonly (readonly number[])[]): GraphCase => ({
  name: equation,
  values: normal,
  text: [
    ...inputs.map((shape, i) => `input x${i}: f32[${shape}]`),
    `y: f32[${output}] = Einsum(${inputs.map((_, i) => `x${i}`).join(', ')}) equation="${equation}"`,
    'return y',
  ].join('\n'),
});

await describeWith(
  'operators of several steps against onnxruntime',
  () => toolAvailable('gcc'),
  () => {
    test('Einsum', { timeout: 120_000 }, async () => {
      await expectClose([
        einsum('ij,jk->ik', [2, 4], [2, 3], [3, 4]),
        einsum('ij,jk', [2, 4], [2, 3], [3, 4]),
        einsum('bij,bjk->bik', [2, 3, 5], [2, 3, 4], [2, 4, 5]),
        einsum('...ij,...jk->...ik', [2, 6, 3, 5], [2, 6, 3, 4], [1, 6, 4, 5]),
        einsum('ii->i', [4], [4, 4]),
        einsum('ij->ji', [3, 2], [2, 3]),
        einsum('ij->', [], [2, 3]),
        einsum('i,j,k->ijk', [2, 3, 4], [2], [3], [4]),
      ]);
    });

    test('DFT and STFT', { timeout: 120_000 }, async () => {
      const dft = (x: string, attributes: string, y: string, length = ''): GraphCase => ({
        name: `DFT ${x} ${attributes} ${length}`,
        values: normal,
        text: `input x: ${x}\nconst axis: i64[] = 1\n${length}\ny: ${y} = DFT(x, ${length ? 'n' : '_'}, axis) ${attributes}\nreturn y`,
      });
      await expectClose([
        dft('f32[2,10,1]', '', 'f32[2,10,2]'),
        dft('f32[2,10,3,2]', '', 'f32[2,10,3,2]'),
        dft('f32[2,10,2]', 'inverse=1', 'f32[2,10,2]'),
        dft('f32[2,9,1]', 'onesided=1', 'f32[2,5,2]'),
        dft('f32[2,10,2]', '', 'f32[2,16,2]', 'const n: i64[] = 16'),
        {
          name: 'STFT',
          values: normal,
          text: `input x: f32[2,40,1]\nconst step: i64[] = 6\nconst w: f32[8] = 0, 0.5, 1, 1, 1, 1, 0.5, 0.25\ny: f32[2,6,5,2] = STFT(x, step, w)\nreturn y`,
        },
      ]);
    });

    test('Attention', { timeout: 120_000 }, async () => {
      const q = 'input q: f32[2,4,3,8]\ninput k: f32[2,2,5,8]\ninput v: f32[2,2,5,6]';
      await expectClose([
        { name: 'grouped', values: normal, text: `${q}\ny: f32[2,4,3,6] = Attention(q, k, v)\nreturn y` },
        { name: 'causal', values: normal, text: `${q}\ny: f32[2,4,3,6] = Attention(q, k, v) is_causal=1\nreturn y` },
        {
          name: 'mask',
          values: normal,
          text: `${q}\ninput m: f32[3,5]\ny: f32[2,4,3,6] = Attention(q, k, v, m) scale=0.25\nreturn y`,
        },
        {
          name: 'rank 3 with a cache',
          values: normal,
          text: `input q: f32[1,3,16]\ninput k: f32[1,3,16]\ninput v: f32[1,3,16]\ninput pk: f32[1,2,4,8]\ninput pv: f32[1,2,4,8]\ny: f32[1,3,16], nk: f32[1,2,7,8], nv: f32[1,2,7,8] = Attention(q, k, v, _, pk, pv) q_num_heads=2 kv_num_heads=2\nreturn y, nk, nv`,
        },
      ]);
    });

    test('RotaryEmbedding', { timeout: 120_000 }, async () => {
      const x = 'input x: f32[2,3,4,8]\ninput c: f32[2,4,4]\ninput s: f32[2,4,4]';
      const position: GraphCase['values'] = (input, _, rng) => (input === 'p' ? rng.int(0, 9) : rng.normal());
      await expectClose([
        { name: 'halves', values: normal, text: `${x}\ny: f32[2,3,4,8] = RotaryEmbedding(x, c, s)\nreturn y` },
        {
          name: 'neighbours',
          values: normal,
          text: `${x}\ny: f32[2,3,4,8] = RotaryEmbedding(x, c, s) interleaved=1\nreturn y`,
        },
        {
          name: 'positions, part of a head',
          values: position,
          text: `input x: f32[2,4,24]\ninput c: f32[10,2]\ninput s: f32[10,2]\ninput p: i64[2,4]\ny: f32[2,4,24] = RotaryEmbedding(x, c, s, p) num_heads=3 rotary_embedding_dim=4\nreturn y`,
        },
      ]);
    });

    test('TfIdfVectorizer', { timeout: 120_000 }, async () => {
      const small: GraphCase['values'] = (_, __, rng) => rng.int(0, 4);
      const text = (mode: string) =>
        `input x: i64[3,12]\ny: f32[3,5] = TfIdfVectorizer(x) mode="${mode}" min_gram_length=1 max_gram_length=2 max_skip_count=2 ngram_counts=[0,2] ngram_indexes=[0,1,2,4,3] pool_int64s=[1,2,1,2,3,3,0,4] weights=[0.5,2,3,4,5]\nreturn y`;
      await expectClose(['TF', 'IDF', 'TFIDF'].map((mode) => ({ name: mode, values: small, text: text(mode) })));
    });
  },
);
