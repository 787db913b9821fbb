import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGraph } from '../../src/ir/text.ts';
import { fineBias, fractionBits, startOf } from '../../src/quant/fine-bias.ts';

const scales = [0.01, 0.01];

test('none where whole steps do as well, or where sums leave no room', () => {
  expect(fineBias([3, -20], { sums: [1000, 1000], scales })).toBeNull();
  expect(fineBias([1e6 + 2 ** -3, 0], { sums: [1000, 1000], scales })).toBeNull();
  expect(fineBias([0.5, 0], { sums: [2 ** 27, 1], scales })).toBeNull();
  expect(fineBias([0.5, 0], { sums: [1000, 1000], scales: [2 ** 13, 1] })).toBeNull();
});

test('as fine as the sums allow, at most 2^-12 of a step', () => {
  expect(fineBias([0.3, -7.25], { sums: [1000, 9], scales })).toEqual({
    codes: Int32Array.of(Math.round(0.3 * 4096), -7.25 * 4096),
    bits: 12,
  });
  expect(fineBias([0.3, 0], { sums: [2 ** 22, 9], scales })?.bits).toBe(7);
});

test('a bias that takes every sum beyond the codes leaves others their fractions', () => {
  const fine = fineBias([2 ** 28, -(2 ** 28), 0.3], { sums: [1000, 1000, 1000], scales: [0.01, 0.01, 0.01] });
  const enough = (1000 + 512 / 0.01) * 4096;
  expect(fine).toEqual({ codes: Int32Array.of(enough, -enough, Math.round(0.3 * 4096)), bits: 12 });
});

const layer = (bits: number, codes: readonly number[]) =>
  parseGraph(`
input x: i8[1,2]{scale=0.5, zero=0}
const w: i8[2,${codes.length}]{scale=0.25, zero=0} = ${new Array(2 * codes.length).fill(1)}
const b: i32[${codes.length}]{axis=0, scale=[${codes.map(() => 0.125 / 2 ** bits)}], zero=[${codes.map(() => 0)}]} = ${codes}
y: i8[1,${codes.length}]{scale=1, zero=0} = MatMul(x, w, b) rounding="even-steps"
return y
`);

/** As nn_requantize_s8_fine takes it apart. */
function fine(acc: number, bits: number): number {
  const fraction = (acc + 2 ** (30 - bits)) >> (31 - bits);
  return (acc - fraction * 2 ** (31 - bits)) * 2 ** bits + fraction;
}

test('what the accumulator starts with takes products as any other, and both parts come out again', () => {
  const cases = fc.integer({ min: 4, max: 12 }).chain((bits) => {
    const most = 2 ** (30 - bits) - 1;
    const sum = fc.integer({ min: -most, max: most });
    return fc.tuple(fc.constant(bits), sum, sum, fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) }));
  });
  fc.assert(
    fc.property(cases, ([bits, bias, end, fraction]) => {
      fc.pre(Math.abs(end) < 2 ** (30 - bits) - 1);
      const code = bias * 2 ** bits + fraction;
      const graph = layer(bits, [code, 0]);
      const [node] = graph.nodes;
      expect(fractionBits(graph, node)).toBe(bits);
      const start = startOf(graph, node)[0];
      const acc = start + (end - bias);
      expect(Math.abs(start)).toBeLessThan(2 ** 31);
      expect(acc).toBe(acc | 0);
      expect(fine(acc, bits)).toBe(code + (end - bias) * 2 ** bits);
    }),
  );
});

test('a bias in steps of the sums is what it is', () => {
  const graph = layer(0, [5, -7]);
  expect(fractionBits(graph, graph.nodes[0])).toBe(0);
  expect(Array.from(startOf(graph, graph.nodes[0]))).toEqual([5, -7]);
});
