import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/numerics/rng.ts';
import { lowerBound } from '../../src/search/lower-bound.ts';
import {
  type Assignment,
  type Choice,
  type Costs,
  NO_LIMITS,
  predictedCosts,
  type SearchProblem,
} from '../../src/search/problem.ts';
import { paretoFrontier } from '../../src/search/solve.ts';

const FORMATS = ['int8', 'int4', 'int3', 'ternary'];

const choices = fc.uniqueArray(fc.constantFrom(...FORMATS), { minLength: 1 }).chain((formats) =>
  fc.tuple(
    ...formats.map((format) =>
      fc.record<Choice>({
        format: fc.constant(format),
        kernel: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        loss: fc.integer({ min: 0, max: 12 }),
        flashBytes: fc.integer({ min: 1, max: 20 }),
        instructions: fc.integer({ min: 1, max: 9 }),
        ramBytes: fc.integer({ min: 1, max: 6 }),
      }),
    ),
  ),
);

const problems = fc.record<SearchProblem>({
  base: fc.constant({ loss: 1, flashBytes: 5, instructions: 3, ramBytes: 2 }),
  layers: fc.array(choices, { minLength: 1, maxLength: 4 }),
  codeBytes: fc
    .array(fc.record({ once: fc.integer({ min: 0, max: 15 }), again: fc.integer({ min: 0, max: 9 }) }), {
      minLength: 4,
      maxLength: 4,
    })
    .map((bytes) => new Map(bytes.map((one, k) => ['abcd'[k], one]))),
});

const sometimes = (max: number) => fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max }));
const limitsOf = fc.record<Costs>({
  loss: sometimes(50),
  flashBytes: sometimes(110),
  instructions: sometimes(40),
  ramBytes: sometimes(7),
});

function everyAssignment({ base, layers, codeBytes }: SearchProblem): Assignment[] {
  let all: (Assignment & { kernels: readonly string[] })[] = [{ ...base, formats: [], kernels: [] }];
  for (const options of layers) {
    all = all.flatMap((part) =>
      options.map((choice) => ({
        loss: part.loss + choice.loss,
        flashBytes: part.flashBytes + choice.flashBytes,
        instructions: part.instructions + choice.instructions,
        ramBytes: Math.max(part.ramBytes, choice.ramBytes),
        formats: [...part.formats, choice.format],
        kernels: [...part.kernels, choice.kernel],
      })),
    );
  }
  return all.map(({ kernels, ...one }) => {
    const code = [...codeBytes].reduce((sum, [kernel, { once, again }]) => {
      const uses = kernels.filter((other) => other === kernel).length;
      return sum + (uses > 0 ? once : 0) + (uses > 1 ? again : 0);
    }, 0);
    return { ...one, flashBytes: one.flashBytes + code };
  });
}

function within(costs: Costs, limits: Costs): boolean {
  return (Object.keys(limits) as (keyof Costs)[]).every((cost) => costs[cost] <= limits[cost]);
}

/** Sorted, without repetition: what a frontier is apart from the choice among equals. */
function points(assignments: readonly Assignment[], timed: boolean): string[] {
  return [...new Set(assignments.map((a) => `${a.flashBytes} ${a.loss} ${timed ? a.instructions : ''}`))].sort();
}

describe('paretoFrontier', () => {
  test('is what trying everything gives', () => {
    fc.assert(
      fc.property(problems, limitsOf, (problem, limits) => {
        const timed = limits.instructions < Number.POSITIVE_INFINITY;
        const allowed = everyAssignment(problem).filter((one) => within(one, limits));
        const time = (one: Assignment) => (timed ? one.instructions : 0);
        const best = allowed.filter(
          (one) =>
            !allowed.some(
              (other) =>
                other.loss <= one.loss &&
                other.flashBytes <= one.flashBytes &&
                time(other) <= time(one) &&
                (other.loss < one.loss || other.flashBytes < one.flashBytes || time(other) < time(one)),
            ),
        );
        const { assignments, exact } = paretoFrontier(problem, limits);
        expect(exact).toBe(true);
        expect(points(assignments, timed)).toEqual(points(best, timed));
      }),
      { numRuns: 200 },
    );
  });

  test('costs are those of the formats named', () => {
    fc.assert(
      fc.property(problems, limitsOf, (problem, limits) => {
        const all = everyAssignment(problem);
        for (const found of paretoFrontier(problem, limits).assignments) {
          expect(all).toContainEqual(found);
          const { formats, ...costs } = found;
          expect(predictedCosts(problem, formats)).toEqual(costs);
        }
      }),
    );
  });

  test('with few labels it still stays within the limits, and says that it is not exact', () => {
    const rng = createRng(1);
    const layers = Array.from({ length: 24 }, () => {
      const weights = 100 + Math.round(rng.uniform() * 1000);
      return FORMATS.map((format, f) => ({
        format,
        kernel: format,
        loss: f * rng.uniform(),
        flashBytes: (8 - 2 * f) * weights,
        instructions: 1,
        ramBytes: 1,
      }));
    });
    const problem = { base: { loss: 0, flashBytes: 0, instructions: 0, ramBytes: 0 }, layers, codeBytes: new Map() };
    const limits = { ...NO_LIMITS, flashBytes: 50_000 };
    const best = (most?: number) => {
      const { assignments, exact } = paretoFrontier(problem, limits, most);
      return { exact, loss: Math.min(...assignments.map(({ loss }) => loss)), assignments };
    };
    const [rough, fine] = [best(20), best()];
    expect([rough.exact, fine.exact]).toEqual([false, true]);
    expect(rough.assignments.every(({ flashBytes }) => flashBytes <= 50_000)).toBe(true);
    const bound = lowerBound(problem, limits, 'loss');
    expect(rough.loss).toBeGreaterThanOrEqual(fine.loss);
    expect(bound).toBeLessThanOrEqual(fine.loss);
    expect((fine.loss - bound) / fine.loss).toBeLessThan(0.05);
  });
});

describe('lowerBound', () => {
  test.each(['loss', 'flashBytes', 'instructions'] as const)('never exceeds the least %s', (objective) => {
    fc.assert(
      fc.property(problems, limitsOf, (problem, limits) => {
        const allowed = everyAssignment(problem).filter((one) => within(one, limits));
        const bound = lowerBound(problem, limits, objective);
        for (const one of allowed) expect(bound).toBeLessThanOrEqual(one[objective] + 1e-9);
      }),
    );
  });
});
