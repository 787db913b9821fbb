import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { orderCalls } from '../../src/codegen/plan-memory/order-calls.ts';
import type { Program } from '../../src/ir/program.ts';
import { apart, execute, findClobber, randomProgram, sketchProgram } from './plan-memory-programs.ts';

const exact = { maxSteps: 400_000 };
const quick = { maxSteps: 20_000 };
const symbols = (program: Program) => program.calls.map((call) => call.symbol.slice(1, 3)).join(' ');

test('finishes one branch before it starts the next', () => {
  // Both branches widen to 100 bytes and narrow to 10: never both wide at once.
  const program = sketchProgram({
    buffers: { x: 10, a: 100, b: 100, c: 10, d: 10, y: 10 },
    inputs: ['x'],
    outputs: ['y'],
    calls: [
      { uses: ['x', '>a'] },
      { uses: ['x', '>b'] },
      { uses: ['a', '>c'] },
      { uses: ['b', '>d'] },
      { uses: ['c', 'd', '>y'] },
    ],
  });
  expect(planMemory(program).arenaBytes).toBe(210);
  const ordered = orderCalls(program);
  expect(symbols(ordered)).toBe('00 02 01 03 04');
  expect(planMemory(ordered).arenaBytes).toBe(120);
});

test('of two ways to the same point it keeps the better one', () => {
  // x b d, then x d a c: 160 bytes; x a c, then x c b d: 120 bytes.
  const program = sketchProgram({
    buffers: { x: 10, a: 100, b: 60, c: 10, d: 40, y: 10 },
    inputs: ['x'],
    outputs: ['y'],
    calls: [
      { uses: ['x', '>b'] },
      { uses: ['x', '>a'] },
      { uses: ['b', '>d'] },
      { uses: ['a', '>c'] },
      { uses: ['c', 'd', '>y'] },
    ],
  });
  const ordered = orderCalls(program);
  expect(symbols(ordered)).toBe('01 03 00 02 04');
  expect([program, ordered].map((one) => planMemory(one).arenaBytes)).toEqual([200, 120]);
});

test('knows that a result may slide over an input that dies', () => {
  // The 60-byte branch can run in place over x, but only as the last reader of x.
  const program = sketchProgram({
    buffers: { x: 60, a: 60, b: 20, y: 10 },
    inputs: ['x'],
    outputs: ['y'],
    calls: [
      { uses: ['x', '>a'], overlaps: [['x', 'a', 0]] },
      { uses: ['x', '>b'], overlaps: [['x', 'b', 0]] },
      { uses: ['a', 'b', '>y'] },
    ],
  });
  const ordered = orderCalls(program);
  expect(symbols(ordered)).toBe('01 00 02');
  expect([program, ordered].map((one) => planMemory(one).arenaBytes)).toEqual([120, 90]);
});

test('reads of a joined buffer stay behind all its slices', () => {
  const program = sketchProgram({
    buffers: { x: 4, t: 50, a: { bytes: 10, within: ['y', 0] }, b: { bytes: 10, within: ['y', 10] }, y: 20, z: 2 },
    inputs: ['x'],
    outputs: ['z'],
    calls: [{ uses: ['x', '>t'] }, { uses: ['x', '>a'] }, { uses: ['t', '>b'] }, { uses: ['y', '>z'] }],
  });
  expect(symbols(orderCalls(program)).endsWith('03')).toBe(true);
});

test('keeps the program itself when no order is better', () => {
  const program = sketchProgram({
    buffers: { x: 8, a: 8, b: 8, y: 8 },
    inputs: ['x'],
    outputs: ['y'],
    calls: [{ uses: ['x', '>a'] }, { uses: ['x', '>b'] }, { uses: ['a', 'b', '>y'] }],
  });
  expect(orderCalls(program)).toBe(program);
});

test('every call still reads the same bytes, and the arena never grows', () => {
  let improved = 0;
  fc.assert(
    fc.property(randomProgram({ calls: 10, bytes: 30, slices: true }), (program) => {
      const ordered = orderCalls(program, quick);
      const plan = planMemory(ordered, quick);
      expect(findClobber(ordered, plan.offsets, execute(program, apart(program)))).toBeNull();
      expect(plan.arenaBytes).toBeLessThanOrEqual(planMemory(program, quick).arenaBytes);
      if (ordered !== program) improved++;
    }),
    { numRuns: 150, seed: 1 },
  );
  expect(improved).toBeGreaterThan(5);
}, 30_000);

test('small programs: no other order has a smaller plan', () => {
  fc.assert(
    fc.property(randomProgram({ calls: 5, bytes: 20, slices: false }), (program) => {
      const best = Math.min(...allOrders(program).map((one) => planMemory(one, exact).arenaBytes));
      expect(planMemory(orderCalls(program, exact), exact).arenaBytes).toBe(best);
    }),
    { numRuns: 60, seed: 2 },
  );
}, 30_000);

/** Every order in which each call reads only what is written. */
function allOrders(program: Program): Program[] {
  const reference = JSON.stringify([...execute(program, apart(program))].sort());
  const permute = <T>(items: readonly T[]): T[][] =>
    items.length === 0
      ? [[]]
      : items.flatMap((item, i) => permute(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
  return permute(program.calls)
    .map((calls) => ({ ...program, calls }))
    .filter((one) => JSON.stringify([...execute(one, apart(one))].sort()) === reference);
}

test('a wide graph of 145 calls is ordered by the beam', () => {
  // Sixteen branches of nine calls: 10^16 starts; the beam keeps the best of them.
  const branches = Array.from({ length: 16 }, (_, b) => b);
  const steps = Array.from({ length: 9 }, (_, s) => s);
  const name = (b: number, s: number) => (s < 0 ? 'x' : `b${b}s${s}`);
  const sizes = branches.flatMap((b) =>
    steps.map((s) => [name(b, s), s === 8 ? 8 : 40 + ((b * 31 + s * 17) % 60)] as const),
  );
  const program = sketchProgram({
    buffers: { x: 64, ...Object.fromEntries(sizes), y: 8 },
    inputs: ['x'],
    outputs: ['y'],
    calls: [
      ...steps.flatMap((s) => branches.map((b) => ({ uses: [name(b, s - 1), `>${name(b, s)}`] }))),
      { uses: [...branches.map((b) => name(b, 8)), '>y'] },
    ],
  });
  const ordered = orderCalls(program);
  expect(planMemory(ordered).arenaBytes).toBeLessThan(planMemory(program).arenaBytes / 3.5);
}, 60_000);
