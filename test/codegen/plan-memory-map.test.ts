import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import { memoryMap, renderMemoryMap } from '../../src/codegen/plan-memory/memory-map.ts';
import { randomProgram, sketchProgram } from './plan-memory-programs.ts';

const residual = sketchProgram({
  buffers: { x: 1600, a: 1600, b: 1600, t: 64, y: 1600 },
  inputs: ['x'],
  outputs: ['y'],
  calls: [
    { uses: ['x', '>a', '~t'], overlaps: [['x', 'a', 110]] },
    { uses: ['a', '>b'], overlaps: [['a', 'b', 110]] },
    {
      uses: ['b', 'x', '>y'],
      overlaps: [
        ['b', 'y', 0],
        ['x', 'y', 0],
      ],
    },
  ],
});

test('the map of a residual block', () => {
  const map = memoryMap(residual, planMemory(residual));
  expect(map.buffers.find((buffer) => buffer.name === 'x')).toMatchObject({ bytes: 1600, firstCall: -1, lastCall: 2 });
  expect(map.buffers.find((buffer) => buffer.name === 'y')).toMatchObject({
    role: 'output',
    firstCall: 2,
    lastCall: 3,
  });
  expect(map.calls.map((call) => call.usedBytes)).toEqual([3264, 3310, 3200]);
  expect(renderMemoryMap(map)).toMatchInlineSnapshot(`
    "arena 3310 bytes, lower bound 3310 bytes, most needed in l01_call
    one column is 52 bytes; [7==] buffer 7, 7+8## a result over an input that dies, right: bytes in use
    l00_call |[][1============================[0=============================]| 3264
    l01_call |[22+1##########################=[0=============================]| 3310
    l02_call |2+4############################.[0=============================]| 3200
    buffer  place  offset  bytes  life
         2  l01_y       0   1600  activation, l01_call .. l02_call
         3  l00_t       0     64  scratch, l00_call
         4  l02_y       0   1600  output, l02_call .. after the run
         1  l00_y     110   1600  activation, l00_call .. l01_call
         0  input    1710   1600  input, before the run .. l02_call
    "
  `);
});

test('slices are listed with their parent and drawn as part of it', () => {
  const program = sketchProgram({
    buffers: { x: 4, a: { bytes: 8, within: ['y', 0] }, b: { bytes: 8, within: ['y', 8] }, y: 16 },
    inputs: ['x'],
    outputs: ['y'],
    calls: [{ uses: ['x', '>a'] }, { uses: ['x', '>b'] }],
  });
  const map = memoryMap(program, planMemory(program));
  expect(map.calls.map((call) => call.regions.map((region) => [region.buffer, region.bytes]).sort())).toEqual([
    [
      [0, 4],
      [3, 8],
    ],
    [
      [0, 4],
      [3, 16],
    ],
  ]);
  expect(renderMemoryMap(map)).toContain('slice of 3, l01_call');
});

test('no text of the model gets into the drawing', () => {
  const hostile = '*/ #include "/etc/passwd" \\\n ??/ é';
  const program = {
    ...residual,
    buffers: residual.buffers.map((buffer) => ({ ...buffer, name: hostile })),
    calls: residual.calls.map((call) => ({ ...call, symbol: hostile, op: hostile, node: hostile, summary: hostile })),
  };
  const text = renderMemoryMap(memoryMap(program, planMemory(program)));
  expect(text).not.toMatch(/[^\x20-\x7e\n]|\/|\\|\?|"|passwd/);
});

test('rows are ASCII and at most 100 columns wide', () => {
  fc.assert(
    fc.property(randomProgram({ calls: 12, bytes: 3000, slices: true }), (program) => {
      const text = renderMemoryMap(memoryMap(program, planMemory(program, { maxSteps: 1000 })));
      for (const line of text.split('\n')) expect(line).toMatch(/^[\x20-\x7e]{0,100}$/);
    }),
    { numRuns: 100 },
  );
});

test('an empty program has a map', () => {
  const program = sketchProgram({ buffers: {}, calls: [] });
  expect(renderMemoryMap(memoryMap(program, planMemory(program)))).toContain('arena 0 bytes');
});
