import { expect, test } from 'vitest';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { type LayerWeights, weightsByCall } from '../../src/report/layer-weights.ts';

const FLOAT = parseGraph(`
  input x: f32[1,4]
  const w: f32[2,4] = 0.5, -0.5, 0.1, 0, 0.5, 0.5, 0, 0
  a: f32[1,2] = Gemm(x, w) transB=1
  return a`);

/** The codes 0 four times, 2 twice, 1 and -1 once. */
function weightsAs(format: string): LayerWeights {
  const graph = parseGraph(`
    input x: i8[1,4]{scale=0.5, zero=0}
    const w: i8[2,4]{axis=0, scale=[0.5,0.25], zero=0${format}} = 1, -1, 0, 0, 2, 2, 0, 0
    a: i8[1,2]{scale=0.5, zero=0} = Gemm(x, w) transB=1
    return a`);
  const [weights] = weightsByCall(lowerGraph(graph, { name: 'net' }), graph, FLOAT).values();
  return weights;
}

test('int4: two codes in a byte, no tables', () => {
  expect(weightsAs(', format=int4')).toMatchObject({
    shape: [2, 4],
    count: 8,
    format: 'int4',
    reading: 'inline',
    nominalBits: 4,
    entropyBits: 4 * (1 / 8) * 1 + 2 * (1 / 8) * 2 + 2 * (1 / 8) * 3,
    codeBytes: 4,
    lookupBytes: 0,
    achievedBits: 4,
    float32Ratio: 8,
    int8Ratio: 2,
    uses: 1,
  });
});

test('Huffman: 4 * 1 + 2 * 2 + 2 * 3 bits, a table of four values and one of three counts', () => {
  expect(weightsAs(', format=int4+huffman')).toMatchObject({
    reading: 'unpacked',
    nominalBits: null,
    entropyBits: 1.75,
    codeBytes: Math.ceil(14 / 8),
    lookupBytes: 4 + 3 * 2,
    achievedBits: (8 * 12) / 8,
    float32Ratio: 32 / 12,
  });
});

test('without a format it is a byte each', () => {
  expect(weightsAs('')).toMatchObject({
    format: 'int8',
    reading: 'bytes',
    nominalBits: 8,
    codeBytes: 8,
    achievedBits: 8,
    int8Ratio: 1,
  });
});

test('SQNR against the float weights: one is off by 0.1', () => {
  const signal = 4 * 0.25 + 0.01;
  expect(weightsAs(', format=int4').sqnrDb).toBeCloseTo(10 * Math.log10(signal / 0.01), 5);
});

test('the histogram is in steps of the channel', () => {
  const { levels, from, binWidth, bins, float, below, above } = weightsAs('').histogram;
  expect(levels).toEqual([
    { code: -1, count: 1 },
    { code: 0, count: 4 },
    { code: 1, count: 1 },
    { code: 2, count: 2 },
  ]);
  const bar = (steps: number) => float?.[Math.floor((steps - from) / binWidth)];
  expect([-1, 0, 0.2, 1, 2].map(bar)).toEqual([1, 3, 1, 1, 2]);
  expect(float?.length).toBe(bins);
  expect([below, above]).toEqual([0, 0]);
});

test('a model in float32 has none', () => {
  expect(weightsByCall(lowerGraph(FLOAT, { name: 'net' }), FLOAT, FLOAT).size).toBe(0);
});

test('a table for each group of rows: the entropy is that of the groups', () => {
  expect(weightsAs(', format=codebook-3/2')).toMatchObject({
    nominalBits: 2,
    // Rows 1, -1, 0, 0 and 2, 2, 0, 0.
    entropyBits: (1.5 + 1) / 2,
    // The place of the segment, then eight indices of two bits.
    codeBytes: 4 + 2,
    // Two tables of 2^2 codes, half a byte for each row.
    lookupBytes: 2 * 4 + 1,
  });
});
