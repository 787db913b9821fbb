import { expect, test } from 'vitest';
import { type Builder, buildOn } from '../../src/autodiff/builder.ts';
import { correctCount, crossEntropy, distillation } from '../../src/autodiff/losses.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, ValueName } from '../../src/ir/types.ts';
import { createSession } from '../../src/runtime/ort-session.ts';
import { checkGradients } from './finite-differences.ts';

const [BATCH, CLASSES] = [4, 3];
const LOGITS = `input x: f32[${BATCH},${CLASSES}]\nlogits: f32[${BATCH},${CLASSES}] = Identity(x)`;
const LABELS = `const labels: i64[${BATCH}] = 2, 0, 1, 1`;
const PROBABILITIES = `const target: f32[${BATCH},${CLASSES}] = 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0`;

function withLoss(text: string, loss: (build: Builder) => ValueName): Graph {
  const build = buildOn(parseGraph(text));
  const value = loss(build);
  build.draft.addOutput(value);
  const graph = build.draft.finish();
  return { ...graph, outputs: [value] };
}

async function lossAt(graph: Graph, x: readonly number[]): Promise<number> {
  const session = await createSession(exportOnnx(graph));
  const feeds = new Map([['x', { dtype: 'f32', shape: [BATCH, CLASSES], data: Float32Array.from(x) } as const]]);
  const result = await session.run(feeds);
  await session.release();
  return Number(result.get(graph.outputs[0])!.data[0]);
}

const X = [1, 2, 3, 0.5, 0.25, 0, -1, 1, 0, 2, 2.5, 1];

test('cross-entropy of labels is that of their one-hot probabilities', async () => {
  const labels = withLoss(`${LOGITS}\n${LABELS}\nreturn logits, labels`, (build) =>
    crossEntropy(build, 'logits', 'labels'),
  );
  const hot = withLoss(`${LOGITS}\n${PROBABILITIES}\nreturn logits, target`, (build) =>
    crossEntropy(build, 'logits', 'target'),
  );
  const rows = [0, 3, 6, 9].map((i) => X.slice(i, i + 3));
  const logSum = (row: number[]) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
  const wanted = [2, 0, 1, 1].reduce((sum, label, i) => sum + logSum(rows[i]) - rows[i][label], 0) / BATCH;
  expect(await lossAt(labels, X)).toBeCloseTo(wanted, 5);
  expect(await lossAt(hot, X)).toBeCloseTo(wanted, 5);
  expect((await checkGradients(labels)).error).toBeLessThan(1e-3);
  expect((await checkGradients(hot)).error).toBeLessThan(1e-3);
});

test('distillation is zero at the teacher and positive elsewhere', async () => {
  const text = `${LOGITS}\nconst teacher: f32[${BATCH},${CLASSES}] = ${X.join(', ')}\nreturn logits, teacher`;
  const graph = withLoss(text, (build) => distillation(build, 'logits', 'teacher', 4));
  expect(await lossAt(graph, X)).toBeCloseTo(0, 6);
  expect(await lossAt(graph, [...X].reverse())).toBeGreaterThan(0.1);
  expect((await checkGradients(graph, { step: 0.05 })).error).toBeLessThan(2e-3);
});

test('the number of samples that are right', async () => {
  const graph = withLoss(`${LOGITS}\n${LABELS}\nreturn logits, labels`, (build) =>
    correctCount(build, 'logits', 'labels'),
  );
  expect(await lossAt(graph, X)).toBe(4);
  expect(await lossAt(graph, [...X.slice(3, 6), ...X.slice(0, 3), ...X.slice(6)])).toBe(2);
});
