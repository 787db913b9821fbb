import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { CODE_BYTES, sparePairs } from '../../src/codegen/spare-flash.ts';
import type { Without } from '../../src/codegen/spare-memory.ts';
import type { Program } from '../../src/ir/program.ts';
import { randomJobs } from '../kernels/random-jobs.ts';

const jobs = randomJobs('threes', 3, 1);
/** Rounded as nibblec's own models are: Winograd has no other form. */
const graph = { ...jobs, nodes: jobs.nodes.map(({ rounding: _, ...node }) => node) };
const build = (kernels: object, flashBytes?: number): Program =>
  generate(graph, {
    name: 'jobs',
    features: new Set(['dsp']),
    kernels,
    ...(flashBytes !== undefined && { flashBytes }),
  }).program;
const kernelsOf = ({ calls }: Program) => calls.map(({ kernel }) => kernel);
const bytesOf = ({ tables }: Program) =>
  tables.reduce((sum, { data }) => sum + data.length * data.BYTES_PER_ELEMENT, 0);

test('kernels with larger tables are for the goal speed, and say so elsewhere', () => {
  expect(kernelsOf(build({ goal: 'speed' }))).toEqual(new Array(3).fill('conv2d_winograd_s8'));
  const [call] = build({ goal: 'balanced' }).calls;
  expect(call.kernel).not.toBe('conv2d_winograd_s8');
  expect(call.refused?.find(({ kernel }) => kernel === 'conv2d_winograd_s8')?.reason).toBe(
    "its tables are larger: for the goal 'speed' only",
  );
});

test('where the flash is too small the largest of them go, with a sentence', () => {
  const all = build({ goal: 'speed' });
  const some = build({ goal: 'speed' }, bytesOf(all) + CODE_BYTES - 1);
  const [given] = some.calls.filter(({ kernel }) => kernel !== 'conv2d_winograd_s8');
  expect(kernelsOf(some).filter((kernel) => kernel === 'conv2d_winograd_s8')).toHaveLength(2);
  expect(given.refused?.find(({ kernel }) => kernel === 'conv2d_winograd_s8')?.reason).toMatch(
    /^its tables take (\d+) bytes of flash, \d+ are left for them$/,
  );
  expect(kernelsOf(build({ goal: 'speed' }, 1024))).not.toContain('conv2d_winograd_s8');
});

test('a pinned one stays', () => {
  const pins = new Map([['threes0', 'conv2d_winograd_s8']]);
  expect(kernelsOf(build({ pins }, 1024)).filter((kernel) => kernel === 'conv2d_winograd_s8')).toHaveLength(1);
});

test('weights are looked up in pairs where the table is a quarter of what few bits save at most', () => {
  const refusedOf = (layers: number, bytesSaved: number) => {
    const graph = randomJobs('paired-dense', layers, 1);
    const lower = (without: Without) =>
      lowerGraph(graph, { name: 'jobs', features: new Set(['dsp']), kernels: { without } });
    const program = lower(new Map());
    const pairs = program.tables.filter(({ symbol }) => symbol.endsWith('_pairs'));
    const data = new Uint8Array(bytesOf(program) - bytesOf({ ...program, tables: pairs }) + bytesSaved);
    const asBytes = { ...program, tables: [{ ...program.tables[0], data }] };
    const without = sparePairs(lower, () => asBytes, new Map());
    expect(lower(without).calls.some(({ kernel = '' }) => kernel.endsWith('_pairs'))).toBe(without.size === 0);
    return [...without.values()].flat().map(({ reason }) => reason);
  };
  expect(refusedOf(4, 4096)).toEqual([]);
  expect(refusedOf(4, 4095)).toContain('its table takes 1024 bytes of flash, and few bits save 4095 in all weights');
});

test('what is left for code is above the largest that was measured, and not twice of it', () => {
  const file = new URL('../../docs/benchmarks/models.json', import.meta.url);
  const rows: { optimize: string; flashBytes: number; weightBytes: number }[] = JSON.parse(readFileSync(file, 'utf8'));
  const measured = rows.filter(({ optimize }) => optimize === '-O2').map((row) => row.flashBytes - row.weightBytes);
  const largest = Math.max(...measured);
  expect(CODE_BYTES).toBeGreaterThan(largest);
  expect(CODE_BYTES).toBeLessThan(2 * largest);
});
