import { expect, test } from 'vitest';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { planSlices } from '../../src/codegen/plan-memory/plan-slices.ts';
import type { Program } from '../../src/ir/program.ts';
import {
  apart,
  type BufferSketch,
  type CallSketch,
  execute,
  findClobber,
  sketchProgram,
} from './plan-memory-programs.ts';

interface Slice {
  readonly offset: number;
  readonly bytes: number;
}

/** x -> a of 30 bytes; its last 20 -> b; b -> y. */
function program(
  slice: Slice = { offset: 10, bytes: 20 },
  change: { buffers?: Record<string, number | BufferSketch>; calls?: CallSketch[]; outputs?: string[] } = {},
): Program {
  const sketch = sketchProgram({
    buffers: { x: 4, a: 30, b: 20, y: 4, ...change.buffers },
    inputs: ['x'],
    outputs: change.outputs ?? ['y'],
    calls: [{ uses: ['x', '>a'] }, { uses: ['a', '>b'] }, { uses: ['b', '>y'] }, ...(change.calls ?? [])],
  });
  const calls = sketch.calls.map((call, i) => (i === 1 ? { ...call, template: 'slice', params: { ...slice } } : call));
  return { ...sketch, calls };
}

const within = (planned: Program) => planned.buffers.find(({ name }) => name === 'b')!.within;

test('a run of bytes is seen where it lies, and nothing is copied', () => {
  const planned = planSlices(program());
  expect(planned.calls.map(({ symbol }) => symbol)).toEqual(['l00_call', 'l02_call']);
  expect(within(planned)).toEqual({ buffer: 1, offset: 10 });
  const plan = planMemory(planned);
  expect(plan.arenaBytes).toBe(34);
  expect(findClobber(planned, plan.offsets, execute(planned, apart(planned)))).toBeNull();
});

test.each<[why: string, program: Program]>([
  ['an output has memory of its own', program(undefined, { outputs: ['b', 'y'] })],
  [
    'its place breaks the alignment',
    program({ offset: 10, bytes: 20 }, { buffers: { a: { bytes: 30, align: 4 }, b: { bytes: 20, align: 4 } } }),
  ],
  ['the source changes afterwards', program(undefined, { calls: [{ uses: ['x', '>a'] }, { uses: ['b', '>y'] }] })],
  ['it is changed afterwards', program(undefined, { calls: [{ uses: ['x', '>b'] }, { uses: ['b', '>y'] }] })],
  ['it is not the whole of the result', program({ offset: 10, bytes: 16 })],
])('a copy stays: %s', (_, given) => {
  expect(planSlices(given)).toEqual(given);
});

test('a slice of a slice', () => {
  const given = program(undefined, {
    buffers: { c: 5 },
    calls: [{ uses: ['b', '>c'] }, { uses: ['c', '>y'] }],
  });
  const calls = given.calls.map((call, i) =>
    i === 3 ? { ...call, template: 'slice', params: { offset: 5, bytes: 5 } } : call,
  );
  const planned = planSlices({ ...given, calls });
  expect(planned.calls).toHaveLength(3);
  expect(planned.buffers.find(({ name }) => name === 'c')!.within).toEqual({ buffer: 2, offset: 5 });
  const plan = planMemory(planned);
  expect(findClobber(planned, plan.offsets, execute(planned, apart(planned)))).toBeNull();
});
