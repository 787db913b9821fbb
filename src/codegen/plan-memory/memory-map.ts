import { loopAt } from '../../ir/loops.ts';
import type { BufferId, MemoryPlan, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import { placeNames } from '../place-names.ts';
import { type ArenaModel, findLives, type Life, modelArena } from './arena-model.ts';

export { renderMemoryMap } from './render-memory-map.ts';

/** A memory plan as plain data, for reports. No buffers and no calls where they would be too many for anyone to read. */
export interface MemoryMap {
  readonly arenaBytes: number;
  readonly lowerBoundBytes: number;
  /** Index into `calls`. */
  readonly peakCall: number;
  /** By offset, then by id; buffers that nothing uses are left out. */
  readonly buffers: readonly MappedBuffer[];
  readonly calls: readonly MappedCall[];
}

export interface MappedBuffer {
  readonly id: BufferId;
  /** Its C name. */
  readonly place: string;
  /** The ONNX value it holds: may be hostile text. */
  readonly name: string;
  readonly role: string;
  readonly offset: number;
  readonly bytes: number;
  /** Indices of the calls that read or write it, ascending. */
  readonly calls: readonly number[];
  /** The buffer it is a slice of. */
  readonly within: BufferId | null;
  /** -1: the caller fills it before the first call. */
  readonly firstCall: number;
  /** The number of calls: the caller reads it after the last call. */
  readonly lastCall: number;
}

export interface MappedCall {
  readonly symbol: string;
  /** How often a run makes it; where it works on rows, these are those of the first turn. */
  readonly turns: number;
  /** What must keep its bytes during the call, by offset. Regions overlap where a result replaces a dying input. */
  readonly regions: readonly Region[];
  /** Bytes that are in use, each counted once. */
  readonly usedBytes: number;
}

export interface Region {
  /** The buffer, or the one it is a slice of. */
  readonly buffer: BufferId;
  readonly offset: number;
  readonly bytes: number;
}

/** Who lies where and when. */
export function memoryMap(program: Program, plan: MemoryPlan): MemoryMap {
  const model = modelArena(program);
  const lives = findLives(model);
  const { arenaBytes, lowerBoundBytes, peakCall } = plan;
  if (isTooLong(lives)) return { arenaBytes, lowerBoundBytes, peakCall, buffers: [], calls: [] };
  const calls = program.calls.map((call, index) => {
    const regions = regionsAt(model, lives, plan, index);
    return {
      symbol: call.symbol,
      turns: loopAt(program.loops, index)?.turns ?? 1,
      regions,
      usedBytes: unionBytes(regions),
    };
  });
  return { arenaBytes, lowerBoundBytes, peakCall, buffers: mapBuffers(program, model, plan), calls };
}

/** All rows together would show more than this many regions. */
const MAX_REGIONS = 200_000;

function isTooLong(lives: readonly Life[]): boolean {
  return lives.reduce((sum, { born, dies }) => sum + Math.max(0, dies - born + 1), 0) > MAX_REGIONS;
}

function mapBuffers(program: Program, model: ArenaModel, plan: MemoryPlan): MappedBuffer[] {
  const inputs = new Set(program.inputs.map((port) => port.buffer));
  const outputs = new Set(program.outputs.map((port) => port.buffer));
  const fed = program.inputs.find(({ value }) => value === program.fed);
  const places = placeNames(program);
  const touched = new Map<BufferId, number[]>();
  program.calls.forEach((call, index) => {
    for (const { buffer } of call.arguments) {
      const calls = touched.get(buffer);
      if (calls) calls.push(index);
      else touched.set(buffer, [index]);
    }
  });
  const mapped = program.buffers.flatMap(({ id, name, role, bytes, within }) => {
    if (id === fed?.buffer) return [];
    const calls = [...new Set(touched.get(id))];
    const life = [...calls];
    if (role === 'input' || role === 'state' || inputs.has(id)) life.unshift(-1);
    if (role === 'output' || role === 'state' || outputs.has(id)) life.push(model.callCount);
    if (life.length === 0) return [];
    const [firstCall, lastCall] = [life[0], life[life.length - 1]];
    const offset = must(plan.offsets.get(id), `offset of buffer ${id}`);
    const place = must(places.get(id), `name of buffer ${id}`);
    return [{ id, place, name, role, offset, bytes, calls, within: within?.buffer ?? null, firstCall, lastCall }];
  });
  return mapped.sort((a, b) => a.offset - b.offset || a.id - b.id);
}

/** Pieces alive at a call; neighbours of one buffer become one region. */
function regionsAt(model: ArenaModel, lives: readonly Life[], plan: MemoryPlan, call: number): Region[] {
  const regions: Region[] = [];
  model.pieces.forEach(({ body, start, end }, piece) => {
    if (call < lives[piece].born || lives[piece].dies < call) return;
    const buffer = model.bodies[body].id;
    const offset = must(plan.offsets.get(buffer), `offset of buffer ${buffer}`) + start;
    const last = regions.at(-1);
    if (last && last.buffer === buffer && last.offset + last.bytes === offset) {
      regions[regions.length - 1] = { ...last, bytes: last.bytes + end - start };
    } else {
      regions.push({ buffer, offset, bytes: end - start });
    }
  });
  return regions.sort((a, b) => a.offset - b.offset || a.buffer - b.buffer);
}

function unionBytes(byOffset: readonly Region[]): number {
  let bytes = 0;
  let reached = 0;
  for (const region of byOffset) {
    const end = region.offset + region.bytes;
    bytes += Math.max(0, end - Math.max(reached, region.offset));
    reached = Math.max(reached, end);
  }
  return bytes;
}
