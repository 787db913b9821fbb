import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/search/assess.ts';
import { type Choosing, choose } from '../../src/search/choose.ts';
import { NO_LIMITS, predictedCosts, type SearchProblem } from '../../src/search/problem.ts';
import { paretoFrontier } from '../../src/search/solve.ts';
import type { Goal } from '../../src/search/types.ts';

/** Six layers; bits cost flash and save loss, in different proportions. */
const PROBLEM: SearchProblem = {
  base: { loss: 0.01, flashBytes: 1000, instructions: 0, ramBytes: 100 },
  layers: Array.from({ length: 6 }, (_, l) =>
    [8, 4, 3].map((bits) => ({
      format: `int${bits}`,
      kernel: `int${bits}`,
      loss: (8 - bits) ** 2 * (0.01 + 0.003 * ((l * 5) % 7)),
      flashBytes: bits * 100,
      instructions: 0,
      ramBytes: 10,
    })),
  ),
  codeBytes: new Map(),
};

/** `truth` changes what is predicted into what is measured. */
function task(goal: Goal, flashBytes: number, truth: (costs: Assessment) => Partial<Assessment>): Choosing {
  const limits = { ...NO_LIMITS, flashBytes };
  const measure = (formats: readonly string[]) => {
    const costs = { ...predictedCosts(PROBLEM, formats), instructions: null, score: 0.5 } as unknown as Assessment;
    return { ...costs, ...truth(costs) };
  };
  return {
    problem: PROBLEM,
    limits,
    within: paretoFrontier(PROBLEM, { ...limits, flashBytes: flashBytes + 400 }).assignments,
    goal,
    count: 4,
    floatScore: 0.9,
    metric: 'top1',
    assess: async (formats) => measure(formats),
    flashOf: async (formats) => measure(formats).flashBytes,
    progress: () => {},
  };
}

describe('least loss', () => {
  test('when predictions are right: the best that fits', async () => {
    const { chosen } = await choose(task({ kind: 'least-loss' }, 4000, () => ({})));
    const best = paretoFrontier(PROBLEM, { ...NO_LIMITS, flashBytes: 4000 }).assignments.at(-1);
    expect(chosen.formats).toEqual(best?.formats);
  });

  test('what turns out too large is passed over, before it is encoded', async () => {
    const own = task({ kind: 'least-loss' }, 4000, ({ flashBytes }) => ({ flashBytes: flashBytes + 300 }));
    const { chosen, candidates } = await choose(own);
    expect(chosen.measured.flashBytes).toBeLessThanOrEqual(4000);
    const mixed = candidates.filter(({ formats }) => new Set(formats).size > 1);
    expect(mixed.every(({ fits }) => fits)).toBe(true);
  });

  test('by what was measured, not by what was predicted', async () => {
    const { chosen, candidates } = await choose(task({ kind: 'least-loss' }, 4000, ({ loss }) => ({ loss: 1 / loss })));
    const fitting = candidates.filter(({ fits }) => fits);
    expect(chosen.measured.loss).toBe(Math.min(...fitting.map(({ measured }) => measured.loss)));
  });
});

describe('least flash', () => {
  test('the smallest whose measured loss is small enough', async () => {
    const goal = { kind: 'max-loss', most: 0.5 } as const;
    const { chosen, candidates } = await choose(task(goal, 10_000, ({ loss }) => ({ loss: loss / 2 })));
    expect(chosen.measured.loss).toBeLessThanOrEqual(0.5);
    for (const { measured } of candidates) {
      if (measured.flashBytes < chosen.measured.flashBytes) expect(measured.loss).toBeGreaterThan(0.5);
    }
  });

  test('points of top-1', async () => {
    const goal = { kind: 'max-drop', most: 2 } as const;
    const { chosen } = await choose(task(goal, 10_000, ({ loss }) => ({ score: 0.9 - loss / 20 })));
    expect(0.9 - (chosen.measured.score ?? 0)).toBeLessThanOrEqual(0.02 + 1e-9);
  });

  test('an error that says how near it came, when nothing is good enough', async () => {
    const goal = { kind: 'max-loss', most: 0.5 } as const;
    const failed = choose(task(goal, 10_000, () => ({ loss: 0.75 })));
    await expect(failed).rejects.toThrow(/none of \d+ assignments that were compiled and run keeps the limits/);
    await expect(failed).rejects.toMatchObject({
      problem: { code: 'DOES_NOT_FIT', because: [expect.stringMatching(/^flash: /), 'loss: limit 0.5, least 0.750'] },
    });
  });
});

test('every format by itself is among the candidates', async () => {
  const { candidates } = await choose(task({ kind: 'least-loss' }, 4000, () => ({})));
  const uniform = candidates.filter(({ formats }) => new Set(formats).size === 1).map(({ formats }) => formats[0]);
  expect(uniform.sort()).toEqual(['int3', 'int4', 'int8']);
});
