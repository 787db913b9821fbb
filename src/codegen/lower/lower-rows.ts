import type { Argument, BufferId, Call, MovingRing, RowLayer, RowPlace, RowSource } from '../../ir/program.ts';
import { channelsLast } from '../../ir/storage.ts';
import { arenaArray, arenaBytes } from '../../ir/tensor.ts';
import type { TensorType, ValueName } from '../../ir/types.ts';
import { cType } from '../../ops/support/c-text.ts';
import { passingRows, type Ring, type RowMaker, type RowPlan, rowOverlap } from '../../schedule/index.ts';
import { must } from '../../support/errors.ts';
import { type LoweredRow, type LowerNode, lowerRow, rowsType } from './lower-row.ts';
import type { ProgramBuilder } from './program-builder.ts';

/** Layers as one call that makes them row by row; false where one of them has no kernel for its rows, and nothing is added. */
export function lowerRows(program: ProgramBuilder, plan: RowPlan, lowerNode: LowerNode): boolean {
  const layers: LoweredRow[] = [];
  for (const [i, step] of plan.steps.entries()) {
    const layer = lowerRow(program, step, `${program.prefix()}${letters(i)}`, lowerNode);
    if (layer === null || !runsInPlace(layer)) return false;
    layers.push(layer);
  }
  for (const { tables } of layers) program.adoptTables(tables);
  program.addCall(rowsCall(program, plan, layers), 'rows');
  return true;
}

/** Where it reads what lies where its row goes, its kernel has to read each element before it writes that. */
function runsInPlace({ step, call, reads }: LoweredRow): boolean {
  return step.reads.every(({ value, home }) => {
    if (home === value) return true;
    const [name] = must(
      [...reads].find(([, read]) => read === value),
      value,
    );
    const { buffer } = must(
      call.arguments.find((argument) => argument.name === name),
      name,
    );
    const overlap = call.overlaps.find(({ read }) => read === buffer);
    return overlap !== undefined && (overlap.exactly ? overlap.distance === 0 : overlap.distance <= 0);
  });
}

function rowsCall(program: ProgramBuilder, plan: RowPlan, layers: readonly LoweredRow[]): Omit<Call, 'symbol'> {
  const { graph } = program;
  const all: Argument[] = [];
  const names = new Map<ValueName, string>();
  const add = (name: string, { type, access, buffer }: Omit<Argument, 'name' | 'ctype'> & { type: TensorType }) => {
    all.push({ name, ctype: cType(arenaArray(type).dtype), access, buffer });
    return name;
  };
  const inputs = plan.inputs.map((value) => {
    const port = program.port(value);
    return program.relaid(port, channelsLast(port.shape));
  });
  inputs.forEach((port, i) => {
    names.set(port.value, add(inputs.length === 1 ? 'x' : `x${i}`, { ...port, access: 'read' }));
  });
  const output = program.addValue(plan.output, channelsLast(must(graph.types.get(plan.output), plan.output).shape));
  names.set(plan.output, add('y', { ...output, access: 'write' }));
  const makers: readonly RowMaker[] = [...(plan.fed ? [plan.fed] : []), ...plan.steps];
  const rings = new Set(makers.flatMap(({ ring }) => ring ?? []));
  const passing = passingRows(graph, plan, layers.map(passingBytes));
  const lasting = [...rings].filter(({ value }) => !passing.rows.has(value));
  for (const [i, { value, rows }] of lasting.entries()) {
    const type = rowsType(graph, value, rows);
    names.set(value, add(`rows${i}`, { type, access: 'scratch', buffer: program.addScratch(arenaBytes(type)) }));
  }
  if (plan.fed) all.push({ name: 'fed', ctype: 'int32_t', access: 'scratch', buffer: program.addScratch(4) });
  if (passing.bytes > 0)
    all.push({ name: 'scratch', ctype: 'uint8_t', access: 'scratch', buffer: program.addScratch(passing.bytes) });
  for (const { step, call, scratch } of layers) {
    if (!step.gathers) continue;
    // Temporary memory that lasts as long as the rows.
    const { ctype } = must(
      call.arguments.find(({ access }) => access === 'scratch'),
      call.node,
    );
    all.push({ ...{ name: 'sums', ctype, access: 'scratch' }, buffer: program.addScratch(scratch[0].bytes) });
  }

  const sum = (of: (call: Call) => number | undefined) =>
    layers.reduce((total, { call }) => total + (of(call) ?? 0), 0);
  const nodes = plan.steps.map(({ node }) => node.name);
  return {
    op: 'Rows',
    node: must(nodes.at(-1), 'a layer'),
    template: 'rows',
    params: {},
    kernel: 'rows',
    instructions: sum(({ instructions }) => instructions),
    decoding: sum(({ decoding }) => decoding),
    rowLoop: {
      ticks: plan.ticks,
      layers: layers.map((layer, i) => rowLayer(layer, passing.scratch[i])),
      ...(plan.fed && { fed: rowSource(plan.fed) }),
    },
    instances: layers.flatMap(({ call }) => call.instances ?? []),
    arguments: all,
    overlaps: inputs.map(({ value, buffer }) => {
      return { read: buffer, write: output.buffer, distance: rowOverlap(graph, plan, value) };
    }),
    macs: sum(({ macs }) => macs),
    constants: [...new Set(layers.flatMap(({ call }) => call.constants))],
    summary: `${nodes.length} layers row by row: ${nodes.join(', ')}`,
    result: output,
  };

  function rowLayer({ call, scratch, step, windows, reads }: LoweredRow, scratchAt: number): RowLayer {
    const { ring, moves, from, every, rows } = step;
    const places = call.arguments.map(({ name, access, buffer }): RowPlace => {
      if (access === 'scratch') return step.gathers ? KEPT : scratchPlace(scratch, buffer, scratchAt);
      if (access === 'write') return step.gathers ? { ...newestRow(ring), stride: 0 } : newestRow(ring);
      const { home, stride, pad, slot } = must(
        step.reads.find(({ value }) => value === reads.get(name)),
        name,
      );
      const at = passing.rows.get(home);
      return at === undefined ? { ...memoryOf(home), stride, pad, slot } : bytesAt('scratch', at);
    });
    return { call, from, every, rows, places, windows, ring: moves ? movingRing(ring) : null, gathers: step.gathers };
  }

  function rowSource({ rows, ring }: RowMaker): RowSource {
    return { rows, place: newestRow(ring), ring: movingRing(ring) };
  }

  function newestRow(ring: Ring | null): RowPlace {
    const at = ring && passing.rows.get(ring.value);
    if (at != null) return bytesAt('scratch', at);
    return { ...memoryOf(ring?.value ?? plan.output), stride: 1, pad: 0, slot: ring && ring.rows - 1 };
  }

  function movingRing(ring: Ring | null): MovingRing | null {
    if (!ring || passing.rows.has(ring.value)) return null;
    return { argument: memoryOf(ring.value).argument, rows: ring.rows, moves: ring.moves };
  }

  function memoryOf(value: ValueName): Pick<RowPlace, 'argument' | 'rowElements'> {
    return { argument: must(names.get(value), value), rowElements: arenaArray(rowsType(graph, value, 1)).length };
  }
}

function bytesAt(argument: string, bytes: number): RowPlace {
  return { argument, rowElements: 0, stride: 0, pad: 0, slot: bytes };
}

const KEPT = bytesAt('sums', 0);

/** What is gathered lasts longer. */
function passingBytes({ step, scratch }: LoweredRow): number {
  return step.gathers ? 0 : scratch.reduce((sum, { bytes }) => sum + bytes, 0);
}

function scratchPlace(scratch: LoweredRow['scratch'], buffer: BufferId, first: number): RowPlace {
  const before = scratch.slice(
    0,
    scratch.findIndex((one) => one.buffer === buffer),
  );
  return bytesAt(
    'scratch',
    before.reduce((sum, { bytes }) => sum + bytes, first),
  );
}

/** 0: 'a', 25: 'z', 26: 'ba': a layer within a call. */
function letters(index: number): string {
  return (index >= 26 ? letters(Math.floor(index / 26)) : '') + String.fromCharCode(97 + (index % 26));
}
