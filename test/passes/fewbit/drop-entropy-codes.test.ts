import { expect, test } from 'vitest';
import { typeOf } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { Graph } from '../../../src/ir/types.ts';
import { dropEntropyCodes } from '../../../src/passes/fewbit/drop-entropy-codes.ts';
import { runPass } from '../../../src/passes/pipeline.ts';

const CODES = '{scale=0.5, zero=0}';

/** Codes of int4, nine of ten 0: Huffman words and rANS take less than a third. */
const codes = (count: number) => Array.from({ length: count }, (_, i) => (i % 10 === 0 ? (i % 7) - 3 : 0)).join(', ');

/** Layers of `out` and of 2 rows of 64 weights, in these formats. */
function net(out: number, first: string, second: string): Graph {
  const scales = (rows: number) => `axis=0, scale=[${Array(rows).fill('0.5').join(',')}], zero=0`;
  return parseGraph(`
    input x: i8[1,64]${CODES}
    const v: i8[${out},64]{${scales(out)}, format=${first}} = ${codes(64 * out)}
    const w: i8[2,${out}]{${scales(2)}, format=${second}} = ${codes(2 * out)}
    a: i8[1,${out}]${CODES} = Gemm(x, v) transB=1 @body
    b: i8[1,2]${CODES} = Gemm(a, w) transB=1 @head
    return b`);
}

async function dropped(graph: Graph) {
  const { graph: after, remarks } = await runPass(dropEntropyCodes, graph);
  return { formats: ['v', 'w'].map((name) => typeOf(after, name).quant?.format), remarks };
}

test('layers that save less together than the code for it takes are stored in the base format, and say so', async () => {
  const { formats, remarks } = await dropped(net(8, 'int4+rans', 'int4+rans'));
  expect(formats).toEqual(['int4', 'int4']);
  expect(remarks.map(({ node, text }) => `${node}: ${text}`)).toEqual([
    expect.stringMatching(/^body: stored as int4: rans saves \d+ bytes in all weights and takes up to \d+ of code$/),
    expect.stringMatching(/^head: stored as int4: rans saves/),
  ]);
});

test('a layer that saves enough pays for those that share its decoder', async () => {
  const { formats, remarks } = await dropped(net(128, 'int4+huffman', 'int4+huffman'));
  expect(formats).toEqual(['int4+huffman', 'int4+huffman']);
  expect(remarks).toEqual([]);
});

test('each entropy code has to pay for itself', async () => {
  const { formats, remarks } = await dropped(net(128, 'int4+huffman', 'int4+rans'));
  expect(formats).toEqual(['int4+huffman', 'int4']);
  expect(remarks.map(({ node }) => node)).toEqual(['head']);
});

test('other formats stay as they are', async () => {
  const { formats, remarks } = await dropped(net(8, 'int4', 'int8'));
  expect([formats, remarks]).toEqual([['int4', 'int8'], []]);
});
