import { expect, test } from 'vitest';
import { linearLayers, linearOf } from '../../src/ir/linear.ts';
import { parseGraph } from '../../src/ir/text.ts';

const zeros = (count: number) => new Array(count).fill(0).join(', ');

const facts = (text: string) =>
  linearLayers(parseGraph(text)).map(
    ({ rowAxis, columnAxis, rows, depth, groups, inputAxis, outputAxis, takesBias }) => [
      [rowAxis, columnAxis],
      [rows, depth, groups],
      [inputAxis, outputAxis],
      takesBias,
    ],
  );

test('a grouped convolution: rows of (C / group) * kernel weights', () => {
  const text = `input x: f32[1,4,5,5]\nconst w: f32[6,2,3,3] = ${zeros(108)}\ny: f32[1,6,3,3] = Conv(x, w) group=2\nreturn y`;
  expect(facts(text)).toEqual([[[0, 1], [6, 18, 2], [1, 1], true]]);
});

test('matrix products: rows side by side, unless the weights are transposed', () => {
  const text = `input x: f32[2,4]\nconst w: f32[4,3] = ${zeros(12)}\nconst v: f32[5,3] = ${zeros(15)}
a: f32[2,3] = MatMul(x, w)\ny: f32[2,5] = Gemm(a, v) transB=1\nreturn y`;
  expect(facts(text)).toEqual([
    [[1, 0], [3, 4, 1], [1, 1], false],
    [[0, 1], [5, 3, 1], [1, 1], true],
  ]);
});

test('neither products of two computed values nor stacks of matrices', () => {
  const graph = parseGraph(`input x: f32[2,4,4]\nconst w: f32[2,4,3] = ${zeros(24)}
a: f32[2,4,4] = MatMul(x, x)\ny: f32[2,4,3] = MatMul(a, w)\nreturn y`);
  expect(graph.nodes.map((node) => linearOf(graph, node))).toEqual([null, null]);
});
