import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { orderCalls } from '../../src/codegen/plan-memory/order-calls.ts';
import { planConcat } from '../../src/codegen/plan-memory/plan-concat.ts';
import type { Program } from '../../src/ir/program.ts';
import { must } from '../../src/support/errors.ts';
import {
  apart,
  type BufferSketch,
  type CallSketch,
  execute,
  findClobber,
  sketchProgram,
} from './plan-memory-programs.ts';

const blocks = [
  { bytes: 10, offset: 0 },
  { bytes: 20, offset: 10 },
];
const branches: CallSketch[] = [{ uses: ['x', '>a'] }, { uses: ['x', '>b'] }];
const join: CallSketch = { uses: ['a', 'b', '>y'], blocks };
const end: CallSketch = { uses: ['y', '>z'] };

function slicesOf(program: Program): Record<string, readonly [string, number]> {
  const name = (id: number) =>
    must(
      program.buffers.find((buffer) => buffer.id === id),
      'buffer',
    ).name;
  return Object.fromEntries(
    program.buffers.flatMap((b) => (b.within ? [[b.name, [name(b.within.buffer), b.within.offset] as const]] : [])),
  );
}

function twoBranches(
  change: { buffers?: Record<string, number | BufferSketch>; calls?: CallSketch[]; outputs?: string[] } = {},
) {
  const buffers = { x: 4, a: 10, b: 20, y: 30, z: 1, ...change.buffers };
  const program = sketchProgram({
    buffers,
    inputs: ['x'],
    outputs: change.outputs ?? ['z'],
    calls: change.calls ?? [...branches, join, end],
  });
  const planned = planConcat(program);
  expect(findClobber(planned, planMemory(planned).offsets, execute(program, apart(program)))).toBeNull();
  return planned;
}

test('branches write straight into the joined buffer', () => {
  const program = twoBranches();
  expect(slicesOf(program)).toEqual({ a: ['y', 0], b: ['y', 10] });
  expect(program.calls.map((call) => call.symbol)).toEqual(['l00_call', 'l01_call', 'l03_call']);
  expect(planMemory(program).arenaBytes).toBe(34);
});

test.each<[why: string, sliced: string[], change: Parameters<typeof twoBranches>[0]]>([
  ['another reader later', ['a', 'b'], { calls: [...branches, join, end, { uses: ['a', '>w'] }], buffers: { w: 1 } }],
  ['the result is an output', ['a', 'b'], { calls: [...branches, join], outputs: ['y'] }],
  ['an output of the program stays where it is', ['b'], { outputs: ['a', 'z'] }],
  [
    'an input of the program stays where it is',
    ['b'],
    {
      calls: [
        { uses: ['x', '>b'] },
        {
          uses: ['x', 'b', '>y'],
          blocks: [
            { bytes: 4, offset: 0 },
            { bytes: 20, offset: 4 },
          ],
        },
        end,
      ],
    },
  ],
  [
    'twice in one concatenation',
    ['b'],
    {
      buffers: { y: 40 },
      calls: [...branches, { uses: ['a', 'b', 'a', '>y'], blocks: [...blocks, { bytes: 10, offset: 30 }] }, end],
    },
  ],
  ['a misaligned block', ['a'], { buffers: { b: { bytes: 20, align: 4 } } }],
  ['larger than its block', ['b'], { buffers: { a: 12 } }],
  ['written again later', ['b'], { calls: [...branches, join, { uses: ['x', '>a'] }, end] }],
  ['the result is written elsewhere too', [], { calls: [...branches, join, { uses: ['x', '>y'] }, end] }],
])('%s', (_why, sliced, change) => {
  expect(Object.keys(slicesOf(twoBranches(change)))).toEqual(sliced);
});

test('a concatenation that stays copies only the rest', () => {
  const [call] = twoBranches({ outputs: ['a', 'z'] }).calls.filter((one) => one.template === 'concat');
  expect(call.params).toEqual({ outer: 1, blocks: [{ bytes: 10, offset: 0 }] });
  expect(call.arguments.map(({ name, access, buffer }) => [name, access, buffer])).toEqual([
    ['x0', 'read', 1],
    ['y', 'write', 3],
  ]);
});

test('outer > 1 interleaves rows and stays a copy', () => {
  const program = sketchProgram({
    buffers: { x: 4, a: 10, b: 20, y: 60 },
    inputs: ['x'],
    outputs: ['y'],
    calls: [...branches, join],
  });
  const calls = program.calls.map((call) =>
    call.template === 'concat' ? { ...call, params: { ...call.params, outer: 2 } } : call,
  );
  expect(planConcat({ ...program, calls })).toEqual({ ...program, calls });
});

test('a concatenation of concatenations nests, alignment included', () => {
  const program = twoBranches({
    buffers: { a: { bytes: 12, align: 4 }, b: 20, y: 32, c: 8, w: 40 },
    calls: [
      ...branches,
      {
        uses: ['a', 'b', '>y'],
        blocks: [
          { bytes: 12, offset: 0 },
          { bytes: 20, offset: 12 },
        ],
      },
      { uses: ['y', '>c'] },
      {
        uses: ['c', 'y', '>w'],
        blocks: [
          { bytes: 8, offset: 0 },
          { bytes: 32, offset: 8 },
        ],
      },
      { uses: ['w', '>z'] },
    ],
  });
  expect(slicesOf(program)).toEqual({ a: ['y', 0], b: ['y', 12], y: ['w', 8], c: ['w', 0] });
});

test('random concatenations: every call still reads the same bytes', () => {
  const sizes = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 12 }), align: fc.constantFrom(1, 2, 4) }), {
    minLength: 2,
    maxLength: 5,
  });
  const joins = fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
  const distances = fc.array(fc.integer({ min: -4, max: 12 }), { minLength: 10, maxLength: 10 });
  let sliced = 0;
  fc.assert(
    fc.property(sizes, joins, distances, (first, picks, far) => {
      const buffers: Record<string, BufferSketch> = { x: { bytes: 8 } };
      const calls: CallSketch[] = [];
      const names: string[] = [];
      const add = (
        name: string,
        buffer: BufferSketch,
        reads: readonly string[],
        more: Partial<CallSketch> = {},
      ): void => {
        buffers[name] = buffer;
        const overlaps = reads.map((read, i) => [read, name, far[(calls.length + i) % far.length]] as const);
        calls.push({ uses: [...reads, `>${name}`], overlaps, ...more });
        names.push(name);
      };
      for (const [i, buffer] of first.entries()) add(`b${i}`, buffer, [names.at(-1) ?? 'x']);
      picks.forEach((pick, i) => {
        const reads = pick.map((p) => names[p % names.length]);
        let offset = 0;
        const parts = reads.map((read) => {
          offset += buffers[read].bytes;
          return { bytes: buffers[read].bytes, offset: offset - buffers[read].bytes };
        });
        add(`j${i}`, { bytes: offset }, reads, { blocks: parts, overlaps: [] });
        add(`c${i}`, { bytes: 6 }, [`j${i}`]);
      });
      const program = sketchProgram({ buffers, inputs: ['x'], outputs: [must(names.at(-1), 'name')], calls });
      const reference = execute(program, apart(program));
      const planned = planConcat(program);
      sliced += Object.keys(slicesOf(planned)).length;
      for (const one of [planned, orderCalls(planned, { maxSteps: 10_000 })]) {
        expect(findClobber(one, planMemory(one, { maxSteps: 10_000 }).offsets, reference)).toBeNull();
      }
    }),
    { numRuns: 150, seed: 3 },
  );
  expect(sliced).toBeGreaterThan(100);
}, 30_000);

test('an output that is a row among others is computed there and copied', () => {
  const rows = ['a', 'b', 'c'];
  const program = sketchProgram({
    buffers: { x: 4, a: 8, b: 8, c: 8, y: 24 },
    inputs: ['x'],
    outputs: ['y', 'c'],
    calls: [
      { uses: ['x', '>a'] },
      { uses: ['a', '>b'] },
      { uses: ['b', '>c'] },
      { uses: [...rows, '>y'], blocks: rows.map((_, i) => ({ bytes: 8, offset: 8 * i })) },
    ],
  });
  const planned = planConcat(program);
  expect(planned.buffers.filter(({ within }) => within).map(({ within }) => within?.offset)).toEqual([0, 8, 16]);
  const copy = planned.calls.at(-1);
  expect(copy?.template).toBe('copy_bytes');
  expect(copy?.arguments.map(({ buffer }) => planned.buffers[buffer].role)).toEqual(['activation', 'output']);
  expect(planned.calls).toHaveLength(4);
  expect(planned.outputs.map(({ buffer }) => buffer)).toEqual(program.outputs.map(({ buffer }) => buffer));
  expect(findClobber(planned, planMemory(planned).offsets, execute(planned, apart(planned)))).toBeNull();
});
