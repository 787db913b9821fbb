import { parseGraph } from '../../../src/ir/text.ts';
import type { Graph, Tensor } from '../../../src/ir/types.ts';
import { createRng, type Rng } from '../../../src/numerics/rng.ts';
import { type CurvatureKind, curvature } from '../../../src/passes/curvature/curvature.ts';
import type { Dataset } from '../../../src/passes/pass.ts';
import { openTrainingSession } from '../../../src/runtime/training-session.ts';

export function measure(kind: CurvatureKind, graph: Graph, dataset: Dataset | null, { seed = 1, samples = 4096 } = {}) {
  const ctx = { open: openTrainingSession, rng: createRng(seed), dataset, signal: null, progress() {} };
  return curvature(kind, graph, ctx, { samples });
}

/** Rows of weights, layer by layer; Relu between layers. */
export type Mlp = readonly (readonly (readonly number[])[])[];

export function randomMlp(widths: readonly number[], rng: Rng): Mlp {
  return widths.slice(1).map((m, l) => Array.from({ length: m }, () => randomRow(widths[l], rng)));
}

export function randomRow(length: number, rng: Rng): number[] {
  return Array.from({ length }, () => Math.fround(rng.normal()));
}

/** Input x0, weights w0, w1, ..., logits as the output. */
export function mlpGraph(layers: Mlp): Graph {
  const text = layers.map((rows, l) => {
    const clip = l === layers.length - 1 ? '' : ' clip=[0,inf]';
    return `const w${l}: f32[${rows.length},${rows[0].length}] = ${rows.flat().join(', ')}
      x${l + 1}: f32[1,${rows.length}] = Gemm(x${l}, w${l}) transB=1${clip}`;
  });
  return parseGraph(`input x0: f32[1,${layers[0][0].length}]\n${text.join('\n')}\nreturn x${layers.length}`);
}

export function rowsDataset(rows: readonly (readonly number[])[], labels: Int32Array | null = null): Dataset {
  const tensor = (row: readonly number[]): Tensor => ({
    dtype: 'f32',
    shape: [1, row.length],
    data: Float32Array.from(row),
  });
  return { length: rows.length, labels, sample: (i) => new Map([['x0', tensor(rows[i])]]) };
}

export function probabilities(layers: Mlp, x: readonly number[]): number[] {
  const logits = layers.reduce<readonly number[]>((a, rows, l) => {
    const z = rows.map((row) => row.reduce((sum, w, i) => sum + w * a[i], 0));
    return l === layers.length - 1 ? z : z.map((value) => Math.max(value, 0));
  }, x);
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  return logits.map((z) => Math.exp(z) / total);
}

/** Of -log p(label) by every weight of a layer, in double precision, by second differences. */
export function secondDifferences(layers: Mlp, l: number, x: readonly number[], label: number): number[] {
  const step = 1e-4;
  const loss = (r: number, c: number, by: number) => {
    const moved = layers.map((rows, k) =>
      rows.map((row, i) => row.map((w, j) => (k === l && i === r && j === c ? w + by : w))),
    );
    return -Math.log(probabilities(moved, x)[label]);
  };
  return layers[l].flatMap((row, r) =>
    row.map((_, c) => (loss(r, c, step) - 2 * loss(r, c, 0) + loss(r, c, -step)) / step ** 2),
  );
}

/** Largest difference in parts of the largest value wanted. */
export function farthest(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Infinity;
  const values = Array.from(wanted);
  const scale = Math.max(1e-3, ...values.map(Math.abs));
  return Math.max(...values.map((value, i) => Math.abs(got[i] - value) / scale));
}
