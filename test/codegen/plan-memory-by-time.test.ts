import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findLives, modelArena } from '../../src/codegen/plan-memory/arena-model.ts';
import { boundArena } from '../../src/codegen/plan-memory/bound.ts';
import { isCrowded, planByTime } from '../../src/codegen/plan-memory/by-time.ts';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import type { BufferId, Program } from '../../src/ir/program.ts';
import { findClobber, randomProgram, sketchProgram } from './plan-memory-programs.ts';

function byTime(program: Program): { bytes: number; offsets: Map<BufferId, number> } {
  const model = modelArena(program);
  const found = planByTime(model, findLives(model));
  const places = [...model.places].map(([id, { body, offset }]) => [id, found.offsets[body] + offset] as const);
  return { bytes: found.bytes, offsets: new Map(places) };
}

test('no call overwrites what another one needs', () => {
  fc.assert(
    fc.property(randomProgram({ calls: 8, bytes: 60, slices: true }), (program) => {
      const { bytes, offsets } = byTime(program);
      expect(findClobber(program, offsets)).toBeNull();
      expect(bytes).toBeGreaterThanOrEqual(boundArena(modelArena(program)).bytes);
    }),
    { numRuns: 300 },
  );
});

test('results of a chain take the place of what they are made of', () => {
  const names = Array.from({ length: 6 }, (_, i) => `v${i}`);
  const program = sketchProgram({
    buffers: Object.fromEntries(names.map((name) => [name, 32])),
    inputs: ['v0'],
    outputs: ['v5'],
    calls: names.slice(1).map((name, i) => ({
      uses: [`v${i}`, `>${name}`],
      overlaps: [[`v${i}`, name, 0] as const],
    })),
  });
  expect(byTime(program).bytes).toBe(32);
});

test('hundreds of buffers that are alive together are planned without a search', () => {
  const names = Array.from({ length: 600 }, (_, i) => `v${i}`);
  const program = sketchProgram({
    buffers: { x: 16, ...Object.fromEntries(names.map((name) => [name, 16])) },
    inputs: ['x'],
    outputs: names,
    calls: names.map((name) => ({ uses: ['x', `>${name}`] })),
  });
  expect(isCrowded(findLives(modelArena(program)))).toBe(true);
  const plan = planMemory(program);
  expect(findClobber(program, plan.offsets)).toBeNull();
  expect(plan.arenaBytes).toBe(601 * 16);
});
