import fc from 'fast-check';
import type { Argument, Buffer, BufferId, Call, MemoryPlan, Port, Program } from '../../src/ir/program.ts';
import { must } from '../../src/support/errors.ts';

/** 'a' is read, '>a' written, '~a' scratch; overlaps are [read, write, distance]. */
export interface CallSketch {
  readonly uses: readonly string[];
  readonly overlaps?: readonly (readonly [string, string, number, 'exactly'?])[];
  readonly blocks?: readonly { readonly bytes: number; readonly offset: number }[];
}

export interface BufferSketch {
  readonly bytes: number;
  readonly align?: number;
  readonly within?: readonly [string, number];
}

export interface ProgramSketch {
  /** A number is a size in bytes. */
  readonly buffers: { readonly [name: string]: number | BufferSketch };
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly calls: readonly CallSketch[];
}

/** A program in which only what the planner looks at is filled in. */
export function sketchProgram({ buffers, inputs = [], outputs = [], calls }: ProgramSketch): Program {
  const names = Object.keys(buffers);
  const idOf = (name: string): BufferId => {
    if (!names.includes(name)) throw new Error(`no buffer ${name}`);
    return names.indexOf(name);
  };
  const scratch = new Set(
    calls.flatMap((call) => call.uses.filter((use) => use[0] === '~').map((use) => use.slice(1))),
  );
  const roleOf = (name: string): Buffer['role'] =>
    inputs.includes(name) ? 'input' : outputs.includes(name) ? 'output' : scratch.has(name) ? 'scratch' : 'activation';
  return {
    name: 'sketch',
    inputs: inputs.map((name) => sketchPort(name, idOf(name))),
    outputs: outputs.map((name) => sketchPort(name, idOf(name))),
    buffers: names.map((name) => {
      const sketch = buffers[name];
      const { bytes, align = 1, within } = typeof sketch === 'number' ? { bytes: sketch } : sketch;
      const parent = within ? { buffer: idOf(within[0]), offset: within[1] } : null;
      return { id: idOf(name), name, role: roleOf(name), bytes, align, within: parent };
    }),
    calls: calls.map((call, index) => sketchCall(call, index, idOf)),
    tables: [],
  };
}

function sketchPort(value: string, buffer: BufferId): Port {
  const type = { dtype: 'i8', shape: [], quant: null } as const;
  return { value, type, shape: [], storage: { factors: [], order: [] }, buffer };
}

function sketchCall({ uses, overlaps = [], blocks }: CallSketch, index: number, idOf: (name: string) => number): Call {
  let reads = 0;
  return {
    symbol: `l${String(index).padStart(2, '0')}_${blocks ? 'concat' : 'call'}`,
    op: 'Op',
    node: `node ${index}`,
    template: blocks ? 'concat' : 'call',
    params: blocks ? { outer: 1, blocks } : {},
    arguments: uses.map((use): Argument => {
      if (use[0] === '>') return { name: 'y', ctype: 'int8_t', access: 'write', buffer: idOf(use.slice(1)) };
      if (use[0] === '~') return { name: 't', ctype: 'int8_t', access: 'scratch', buffer: idOf(use.slice(1)) };
      return { name: `x${reads++}`, ctype: 'int8_t', access: 'read', buffer: idOf(use) };
    }),
    overlaps: overlaps.map(([read, write, distance, exactly]) => ({
      read: idOf(read),
      write: idOf(write),
      distance,
      ...(exactly && { exactly: true }),
    })),
    macs: 0,
    constants: [],
    summary: '',
    result: null,
  };
}

/** Every buffer far away from every other (slices in their parents): the plan no program can complain about. */
export function apart(program: Program, gap = 1_000): MemoryPlan['offsets'] {
  const offsets = new Map<BufferId, number>();
  const byId = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const resolve = (buffer: Buffer): number =>
    buffer.within
      ? resolve(must(byId.get(buffer.within.buffer), 'parent')) + buffer.within.offset
      : (program.buffers.indexOf(buffer) + 1) * gap;
  for (const buffer of program.buffers) offsets.set(buffer.id, resolve(buffer));
  return offsets;
}

/**
 * Runs a program byte by byte on one memory. What a call writes is a text that names the call, the argument and the
 * byte. Returns what every call read and what the outputs hold in the end, by symbol. Throws where a call touches a
 * byte that another of its arguments still needs: byte j of a read is still needed when byte i of a write with
 * permission comes, if i < j + distance; without permission it always is.
 */
export function execute(program: Program, offsets: MemoryPlan['offsets']): Map<string, readonly string[]> {
  const sizes = new Map(program.buffers.map((buffer) => [buffer.id, buffer.bytes]));
  const memory = new Map<number, string>();
  const seen = new Map<string, readonly string[]>();
  const offset = (buffer: BufferId): number => must(offsets.get(buffer), 'offset');
  const size = (buffer: BufferId): number => must(sizes.get(buffer), 'size');
  const contents = (buffer: BufferId): string[] =>
    Array.from({ length: size(buffer) }, (_, i) => memory.get(offset(buffer) + i) ?? 'never written');

  const filled = new Set<number>();
  for (const { buffer } of program.inputs) {
    for (let i = 0; i < size(buffer); i++) {
      if (filled.has(offset(buffer) + i)) throw new Error('two inputs overlap');
      filled.add(offset(buffer) + i);
      memory.set(offset(buffer) + i, `input ${buffer} byte ${i}`);
    }
  }
  for (const call of program.calls) {
    checkArguments(call, offset, size);
    const reads = call.arguments.filter((argument) => argument.access === 'read');
    const inputs = reads.map((argument) => contents(argument.buffer));
    if (call.template !== 'concat') seen.set(call.symbol, inputs.flat());
    for (const { access, buffer } of call.arguments) {
      if (access === 'scratch') for (let i = 0; i < size(buffer); i++) memory.set(offset(buffer) + i, 'garbage');
    }
    for (const { access, buffer, name } of call.arguments) {
      if (access !== 'write') continue;
      if (call.template === 'concat') {
        blocksOf(call).forEach((block, b) => {
          for (let i = 0; i < block.bytes; i++) memory.set(offset(buffer) + block.offset + i, inputs[b][i]);
        });
      } else {
        const text = `${call.symbol} ${name} ${call.arguments.findIndex((a) => a.buffer === buffer)}`;
        for (let i = 0; i < size(buffer); i++) memory.set(offset(buffer) + i, `${text} byte ${i}`);
      }
    }
  }
  for (const { buffer } of program.outputs) seen.set(`output ${buffer}`, contents(buffer));
  return seen;
}

function blocksOf(call: Call): readonly { bytes: number; offset: number }[] {
  return JSON.parse(JSON.stringify(call.params.blocks));
}

function checkArguments(call: Call, offset: (id: BufferId) => number, size: (id: BufferId) => number): void {
  call.arguments.forEach((a, index) => {
    for (const b of call.arguments.slice(index + 1)) {
      if (a.access === 'read' && b.access === 'read') continue;
      const [read, write] = a.access === 'read' ? [a, b] : [b, a];
      const declared = call.overlaps.filter((one) => one.read === read.buffer && one.write === write.buffer);
      const sameReads = call.arguments.filter((one) => one.access === 'read' && one.buffer === read.buffer).length;
      const allowed = write.access === 'write' && read.access === 'read' && declared.length >= sameReads;
      const distance = Math.max(...declared.map((one) => one.distance));
      const apart = offset(write.buffer) - offset(read.buffer);
      const meet = apart < size(read.buffer) && -apart < size(write.buffer);
      if (allowed && meet && declared.some(({ exactly }) => exactly) && apart + distance !== 0)
        throw new Error(`${call.symbol}: ${write.name} is not at its exact place`);
      for (let i = 0; i < size(write.buffer); i++) {
        if (call.template === 'concat' && !blocksOf(call).some((k) => k.offset <= i && i < k.offset + k.bytes))
          continue;
        const j = offset(write.buffer) + i - offset(read.buffer);
        if (j < 0 || j >= size(read.buffer)) continue;
        if (!allowed || i < j + distance) throw new Error(`${call.symbol}: byte ${i} of ${write.name} too early`);
      }
    }
  });
}

/** Null when every call reads under `offsets` what it reads when all buffers are apart; else what is wrong. */
export function findClobber(
  program: Program,
  offsets: MemoryPlan['offsets'],
  reference = execute(program, apart(program, 1_000_000)),
): string | null {
  try {
    for (const [symbol, bytes] of execute(program, offsets)) {
      const expected = must(reference.get(symbol), symbol);
      const wrong = bytes.findIndex((byte, i) => byte !== expected[i] && expected[i] !== 'never written');
      if (wrong >= 0) return `${symbol} reads '${bytes[wrong]}' instead of '${expected[wrong]}'`;
    }
    return null;
  } catch (error) {
    return String(error);
  }
}

/** Whether some offsets fit a program without slices into so many bytes. Pairs are judged by execute(), each place once. */
export function planFits(program: Program): (bytes: number) => boolean {
  const { buffers } = program;
  const far = apart(program);
  const reference = execute(program, far);
  const judged = buffers.map(() => buffers.map(() => new Map<number, boolean>()));
  const mayLie = (a: number, b: number, delta: number): boolean => {
    const known = judged[a][b].get(delta);
    if (known !== undefined) return known;
    const offsets = new Map(far).set(buffers[a].id, 500).set(buffers[b].id, 500 + delta);
    const fine = findClobber(program, offsets, reference) === null;
    judged[a][b].set(delta, fine);
    return fine;
  };
  const place = (offsets: readonly number[], bytes: number): boolean => {
    const next = offsets.length;
    if (next === buffers.length) return true;
    for (let offset = 0; offset + buffers[next].bytes <= bytes; offset += buffers[next].align) {
      if (offsets.every((other, b) => mayLie(b, next, offset - other)) && place([...offsets, offset], bytes))
        return true;
    }
    return false;
  };
  return (bytes) => place([], bytes);
}

/** Random programs: every buffer is written once, before it is read; some are slices of a buffer that is read whole. */
export function randomProgram(limits: { calls: number; bytes: number; slices: boolean }): fc.Arbitrary<Program> {
  const align = fc.constantFrom(1, 1, 2, 4);
  const step = fc.record({
    bytes: fc.integer({ min: 1, max: limits.bytes }),
    align,
    reads: fc.array(fc.nat(30), { maxLength: 3 }),
    scratch: fc.option(fc.integer({ min: 1, max: limits.bytes }), { freq: 3, nil: 0 }),
    overlaps: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: -limits.bytes, max: limits.bytes })), { maxLength: 3 }),
    output: fc.integer({ min: 0, max: 5 }),
    join: limits.slices ? fc.integer({ min: 0, max: 2 }) : fc.constant(1),
  });
  return fc.array(step, { minLength: 1, maxLength: limits.calls }).map((steps) => {
    const buffers: { [name: string]: BufferSketch } = { in: { bytes: steps[0].bytes, align: steps[0].align } };
    const calls: CallSketch[] = [];
    const outputs: string[] = [];
    const ready = ['in'];
    let slices: string[] = [];
    const whole = (): void => {
      const parent = `whole${calls.length}`;
      let offset = 0;
      for (const name of slices) {
        offset = Math.ceil(offset / (buffers[name].align ?? 1)) * (buffers[name].align ?? 1);
        buffers[name] = { ...buffers[name], within: [parent, offset] };
        offset += buffers[name].bytes;
      }
      buffers[parent] = { bytes: offset };
      ready.push(parent);
      slices = [];
    };
    steps.forEach((one, index) => {
      const name = `b${index}`;
      buffers[name] = { bytes: one.bytes, align: one.align };
      const reads = one.reads.map((pick) => ready[pick % ready.length]);
      const uses = [...reads, `>${name}`];
      if (one.scratch > 0) {
        buffers[`t${index}`] = { bytes: one.scratch };
        uses.push(`~t${index}`);
      }
      const overlaps = one.overlaps.flatMap(([pick, distance]): [string, string, number][] =>
        reads.length === 0 ? [] : [[reads[pick % reads.length], name, distance]],
      );
      calls.push({ uses, overlaps });
      ready.push(name);
      if (one.join === 0) slices.push(name);
      else if (slices.length > 1) whole();
      if (one.output === 0) outputs.push(name);
    });
    return sketchProgram({ buffers, inputs: ['in'], outputs: [...outputs, must(ready.at(-1), 'buffer')], calls });
  });
}
