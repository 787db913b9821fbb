import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { freezePortion, type Partition } from '../../../src/passes/retrain/partition.ts';

const cases = fc.record({
  weights: fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 60 }),
  portions: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
  partition: fc.constantFrom<Partition>('magnitude', 'random'),
  seed: fc.nat(),
});

test('freezes the portion of what is not pruned, and lets nothing go again', () => {
  fc.assert(
    fc.property(cases, ({ weights, portions, partition, seed }) => {
      const rng = createRng(seed);
      const pruned = Uint8Array.from(weights, (w) => Number(Math.abs(w) < 0.5));
      const kept = pruned.filter((one) => one === 0).length;
      const frozen = pruned.slice();
      for (const portion of [...portions.sort((a, b) => a - b), 1]) {
        const before = frozen.slice();
        const chosen = freezePortion(weights, frozen, pruned, { portion, partition, rng });
        expect(frozen.every((one, i) => one >= before[i])).toBe(true);
        expect(chosen.every((i) => before[i] === 0 && frozen[i] === 1)).toBe(true);
        const done = frozen.filter((one, i) => one === 1 && pruned[i] === 0).length;
        expect(done).toBe(Math.max(Math.round(portion * kept), before.filter((one, i) => one && !pruned[i]).length));
      }
      expect(frozen.every((one) => one === 1)).toBe(true);
    }),
  );
});

test('takes the largest magnitudes first, or any', () => {
  const weights = Array.from({ length: 1000 }, (_, i) => (i % 2 ? -1 : 1) * (i + 1));
  const first = (partition: Partition) => {
    const frozen = new Uint8Array(1000);
    const how = { portion: 0.3, partition, rng: createRng(1) };
    return freezePortion(weights, frozen, new Uint8Array(1000), how);
  };
  expect(Math.min(...first('magnitude'))).toBe(700);
  const spread = first('random').filter((i) => i < 500).length;
  expect(first('random')).toHaveLength(300);
  expect(spread).toBeGreaterThan(110);
  expect(spread).toBeLessThan(190);
});
