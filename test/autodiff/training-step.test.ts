import { describe, expect, test } from 'vitest';
import { adam, type Optimizer, sgd } from '../../src/autodiff/optimizers.ts';
import { type TrainingSpec, trainingStep, withParameters } from '../../src/autodiff/training-step.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createSession } from '../../src/runtime/ort-session.ts';

/** loss = sum(x w): its gradient by w is x. */
const GRAPH = parseGraph(`
  input x: f32[3]
  const w: f32[3] = 1, 2, 3
  p: f32[3] = Mul(x, w)
  loss: f32[] = ReduceSum(p) keepdims=0
  return loss`);
const X = [0.5, -1, 2];
const f32 = (data: readonly number[], shape = [data.length]): Tensor => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from(data),
});

/** w after each of `count` steps. */
async function steps(
  optimizer: Optimizer,
  count: number,
  rate: number,
  more: Partial<TrainingSpec> = {},
  mask?: number[],
): Promise<number[][]> {
  const step = trainingStep(GRAPH, { loss: 'loss', parameters: ['w'], optimizer, ...more });
  verifyGraph(step.graph);
  const session = await createSession(exportOnnx(step.graph));
  let values = step.initial;
  const seen: number[][] = [];
  for (let t = 1; t <= count; t++) {
    const feeds = new Map([...values, ['x', f32(X)], [step.rate, f32([optimizer.rateAt(rate, t)], [])]]);
    for (const input of step.masks.values()) feeds.set(input, f32(mask!));
    const results = await session.run(feeds);
    values = new Map([...step.successors].map(([name, next]) => [name, results.get(next)!]));
    seen.push(Array.from(values.get('w')!.data as Float32Array));
  }
  await session.release();
  return seen;
}

const close = (got: number[], wanted: number[]) => {
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 5);
};

describe('optimizers, step by step', () => {
  test('SGD with momentum and weight decay', async () => {
    let [w, v] = [
      [1, 2, 3],
      [0, 0, 0],
    ];
    for (const got of await steps(sgd({ momentum: 0.9, weightDecay: 0.1 }), 3, 0.2)) {
      v = v.map((old, i) => 0.9 * old + X[i] + 0.1 * w[i]);
      w = w.map((old, i) => old - 0.2 * v[i]);
      close(got, w);
    }
  });

  test('plain SGD', async () => {
    close((await steps(sgd({ momentum: 0 }), 1, 0.1))[0], [0.95, 2.1, 2.8]);
  });

  test('Adam with decoupled weight decay', async () => {
    let [w, m, s] = [
      [1, 2, 3],
      [0, 0, 0],
      [0, 0, 0],
    ];
    const rows = await steps(adam(), 4, 0.1);
    for (const [t, got] of rows.entries()) {
      m = m.map((old, i) => 0.9 * old + 0.1 * X[i]);
      s = s.map((old, i) => 0.999 * old + 0.001 * X[i] ** 2);
      w = w.map(
        (old, i) => old - (0.1 * (m[i] / (1 - 0.9 ** (t + 1)))) / (Math.sqrt(s[i] / (1 - 0.999 ** (t + 1))) + 1e-8),
      );
      close(got, w);
    }
    const [decayed] = await steps(adam({ weightDecay: 0.5 }), 1, 0.1);
    const rate = adam().rateAt(0.1, 1);
    close(
      decayed,
      [1, 2, 3].map((old, i) => rows[0][i] - rate * 0.5 * old),
    );
  });
});

test('a mask keeps its zeros as they are, under momentum and decay too', async () => {
  const got = await steps(sgd({ weightDecay: 0.1 }), 3, 0.2, { masked: ['w'] }, [0, 1, 0]);
  expect(got.map(([first]) => first)).toEqual([1, 1, 1]);
  expect(got.map((row) => row[2])).toEqual([3, 3, 3]);
  expect(got[2][1]).not.toBe(2);
});

test('the norm of the gradients is limited', async () => {
  const norm = Math.hypot(...X);
  close(
    (await steps(sgd({ momentum: 0 }), 1, 1, { clipNorm: 0.1 }))[0],
    [1, 2, 3].map((w, i) => w - (0.1 * X[i]) / norm),
  );
  close(
    (await steps(sgd({ momentum: 0 }), 1, 1, { clipNorm: 100 }))[0],
    [1, 2, 3].map((w, i) => w - X[i]),
  );
});

test('a parameter may have a rate of its own', async () => {
  close(
    (await steps(sgd({ momentum: 0 }), 1, 1, { rates: new Map([['w', 0.5]]) }))[0],
    [1, 2, 3].map((w, i) => w - 0.5 * X[i]),
  );
});

test('trained values go back into the graph', () => {
  const changed = withParameters(
    GRAPH,
    new Map([
      ['w', f32([7, 8, 9])],
      ['w.velocity', f32([0, 0, 0])],
    ]),
  );
  expect(changed.constants.get('w')!.data).toEqual(Float32Array.from([7, 8, 9]));
  expect([...changed.constants.keys()]).toEqual(['w']);
});

test('only float constants can be trained', () => {
  expect(() => trainingStep(GRAPH, { loss: 'loss', parameters: ['x'], optimizer: sgd() })).toThrow(
    /x cannot be trained/,
  );
});
