import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { orderCalls } from '../../src/codegen/plan-memory/order-calls.ts';
import { rollLoops } from '../../src/codegen/roll/index.ts';
import { executions } from '../../src/ir/loops.ts';
import type { MemoryPlan, Program } from '../../src/ir/program.ts';
import { must } from '../../src/support/errors.ts';
import { apart, type BufferSketch, type CallSketch, sketchProgram } from './plan-memory-programs.ts';

/** A layer of steps: x and the state before it make two temporaries, these the state, in a row of all states or apart. */
interface Layer {
  readonly backwards: boolean;
  /** All states lie in rows of one buffer. */
  readonly rows: boolean;
  /** A call reads the old state after the new one is written. */
  readonly late: boolean;
  /** The first state: an input, or a constant that is brought into the arena. */
  readonly given: boolean;
}

const SIZE = 3;

function steps(count: number, layers: readonly Layer[]): Program {
  const buffers: { [name: string]: number | BufferSketch } = { x: count * SIZE };
  const calls: CallSketch[] = [];
  const inputs = ['x'];
  const outputs: string[] = [];
  let sources = Array.from({ length: count }, (_, t) => {
    buffers[`x${t}`] = { bytes: SIZE, within: ['x', t * SIZE] };
    return `x${t}`;
  });
  for (const [n, { backwards, rows, late, given }] of layers.entries()) {
    const name = (what: string, t: number) => `${what}${n}_${t}`;
    buffers[name('h', -1)] = SIZE;
    if (given) inputs.push(name('h', -1));
    else calls.push({ uses: [`>${name('h', -1)}`] });
    if (rows) buffers[`rows${n}`] = count * SIZE;
    let before = name('h', -1);
    const states: string[] = [];
    for (let i = 0; i < count; i++) {
      const t = backwards ? count - 1 - i : i;
      const [a, b, c, h] = ['a', 'b', 'c', 'h'].map((what) => name(what, t));
      Object.assign(buffers, { [a]: 2 * SIZE, [b]: SIZE, [c]: 1 });
      buffers[`${a}.part`] = { bytes: SIZE, within: [a, SIZE] };
      buffers[h] = rows ? { bytes: SIZE, within: [`rows${n}`, t * SIZE] } : SIZE;
      calls.push(
        { uses: [sources[t], `>${a}`] },
        { uses: [before, `${a}.part`, `>${b}`], overlaps: [[`${a}.part`, b, 0]] },
      );
      calls.push({ uses: [a, b, `>${h}`] });
      if (late) calls.push({ uses: [before, h, `>${c}`] }, { uses: [c, b, `>${name('d', t)}`] });
      if (late) buffers[name('d', t)] = 1;
      before = h;
      states[t] = h;
    }
    if (rows) outputs.push(`rows${n}`);
    else outputs.push(before);
    sources = states;
  }
  buffers.y = SIZE;
  calls.push({ uses: [must(sources.at(-1), 'a state'), must(sources[0], 'a state'), '>y'] });
  return sketchProgram({ buffers, inputs, outputs: [...new Set([...outputs, 'y'])], calls });
}

/** What the outputs hold, byte by byte: what a call writes depends on all it reads, and on nothing else. */
function outputsOf(program: Program, offsets: MemoryPlan['offsets']): number[][] {
  const memory = new Map<number, number>();
  const bytesAt = (buffer: number, moved = 0) =>
    Array.from({ length: program.buffers[buffer].bytes }, (_, i) => must(offsets.get(buffer), 'offset') + moved + i);
  for (const [n, { buffer }] of program.inputs.entries())
    for (const [i, at] of bytesAt(buffer).entries()) memory.set(at, 1000 * n + i);
  for (const { call, turn } of executions(program)) {
    const placed = call.arguments.map((argument) => ({
      ...argument,
      bytes: bytesAt(argument.buffer, turn * (argument.stride ?? 0)),
    }));
    const read = placed
      .filter(({ access }) => access === 'read')
      .flatMap(({ bytes }) => bytes.map((at) => memory.get(at)));
    for (const { access, bytes } of placed) if (access === 'scratch') for (const at of bytes) memory.set(at, -1);
    for (const { access, bytes } of placed) {
      if (access !== 'write') continue;
      const made = call.template === 'copy_bytes' ? read : bytes.map((_, i) => hash([i, ...read.map((x) => x ?? -2)]));
      for (const [i, at] of bytes.entries()) memory.set(at, made[i] ?? -3);
    }
  }
  return program.outputs.map(({ buffer }) => bytesAt(buffer).map((at) => memory.get(at) ?? -4));
}

function hash(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => (Math.imul(sum, 31) + number) | 0, 17);
}

const layer = fc.record({ backwards: fc.boolean(), rows: fc.boolean(), late: fc.constant(false), given: fc.boolean() });

test('a loop computes what its steps did, in the memory that the plan gives it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 7 }), fc.array(layer, { minLength: 1, maxLength: 3 }), (count, layers) => {
      const program = steps(count, layers);
      const rolled = orderCalls(rollLoops(program));
      expect(rolled.loops?.map(({ turns }) => turns)).toEqual(layers.map(() => count));
      const plan = planMemory(rolled);
      expect(outputsOf(rolled, plan.offsets)).toEqual(outputsOf(program, apart(program)));
      expect(plan.arenaBytes).toBeGreaterThanOrEqual(plan.lowerBoundBytes);
    }),
    { numRuns: 60, seed: 1 },
  );
});

test('a state that is read after the new one is written has a place beside it', () => {
  const program = steps(5, [{ backwards: false, rows: false, late: true, given: false }]);
  const rolled = rollLoops(program);
  expect(rolled.loops).toEqual([expect.objectContaining({ calls: 6, turns: 5 })]);
  expect(outputsOf(rolled, planMemory(rolled).offsets)).toEqual(outputsOf(program, apart(program)));
});

test('calls do not depend on how many turns there are', () => {
  const count = (turns: number) =>
    rollLoops(steps(turns, [{ backwards: true, rows: true, late: false, given: true }])).calls.length;
  expect(count(40)).toBe(count(4));
});

test('what is done twice is no loop', () => {
  const program = steps(2, [{ backwards: false, rows: false, late: false, given: false }]);
  expect(rollLoops(program)).toBe(program);
});

test('work, products and instructions of a loop are those of all its turns', () => {
  const program = steps(4, [{ backwards: false, rows: false, late: false, given: false }]);
  const calls = program.calls.map((call) => ({ ...call, macs: call.arguments.length, instructions: 10 }));
  const sum = (of: Program, what: 'macs' | 'instructions') =>
    of.calls.reduce((all, call) => all + (call[what] ?? 0), 0);
  const rolled = rollLoops({ ...program, calls });
  expect(rolled.loops).toHaveLength(1);
  expect(sum(rolled, 'macs')).toBe(sum({ ...program, calls }, 'macs'));
});
