import type { Argument, Buffer, BufferId, Call, Json, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import { parentsOf, type Writers, writersOf } from './writers.ts';

/** Block i of a concatenation: `bytes` of the i-th input go to byte `offset` of each outer row of the result. */
interface Block {
  readonly bytes: number;
  readonly offset: number;
}

interface Concat {
  readonly call: Call;
  readonly index: number;
  readonly reads: readonly Argument[];
  readonly write: Argument;
  readonly blocks: readonly Block[];
}

/**
 * Turns concatenation copies into slices: an input that nothing but this call needs in a place of its own is computed
 * right where the copy would put it. A concatenation without inputs left disappears, with its `result`.
 *
 * Calls with template 'concat' have arguments x0 .. xn (read) and then y (write), and params
 * { outer, blocks: [{ bytes, offset }] }; only outer = 1 leaves each input in one run of bytes.
 * An input becomes a slice if it is an activation and no slice yet, exactly as large as its block, read once by this
 * call, written only before it, and aligned in y; y must be written by this call alone.
 */
export function planConcat(program: Program): Program {
  let { buffers, calls } = program;
  const writers = writersOf(program);
  program.calls.forEach((original, index) => {
    const concat = readConcat(original, index);
    if (!concat) return;
    const byId = new Map(buffers.map((buffer) => [buffer.id, buffer]));
    const sliced = concat.reads.map((_, input) => canSlice(concat, input, byId, writers));
    if (!sliced.includes(true)) return;
    for (const [input, read] of concat.reads.entries())
      if (sliced[input]) writers.lay(read.buffer, concat.write.buffer);
    buffers = sliceBuffers(buffers, concat, sliced);
    calls = calls.flatMap((call) => (call === original ? withoutInputs(concat, sliced) : [call]));
  });
  return { ...program, buffers, calls };
}

function readConcat(call: Call, index: number): Concat | null {
  const { outer, blocks } = call.params;
  const reads = call.arguments.filter((argument) => argument.access === 'read');
  const writes = call.arguments.filter((argument) => argument.access === 'write');
  if (call.template !== 'concat' || outer !== 1 || !Array.isArray(blocks) || writes.length !== 1) return null;
  if (blocks.length !== reads.length || !blocks.every(isBlock)) return null;
  return { call, index, reads, write: writes[0], blocks };
}

function isBlock(value: Json): value is { readonly bytes: number; readonly offset: number } {
  if (typeof value !== 'object' || value === null || !('bytes' in value) || !('offset' in value)) return false;
  return typeof value.bytes === 'number' && typeof value.offset === 'number';
}

function canSlice(
  { index, reads, write, blocks }: Concat,
  input: number,
  byId: ReadonlyMap<BufferId, Buffer>,
  writers: Writers,
): boolean {
  const x = must(byId.get(reads[input].buffer), `buffer ${reads[input].buffer}`);
  const y = must(byId.get(write.buffer), `buffer ${write.buffer}`);
  const { bytes, offset } = blocks[input];
  const parents = parentsOf(y, byId);
  return (
    x.role === 'activation' &&
    y.role !== 'input' &&
    x.within === null &&
    !parents.includes(x) &&
    x.bytes === bytes &&
    offset + bytes <= y.bytes &&
    [offset, ...parents.map((buffer) => buffer.within?.offset ?? 0)].every((one) => one % x.align === 0) &&
    reads.filter((read) => read.buffer === x.id).length === 1 &&
    writers.by(y.id).every((at) => at === index) &&
    writers.into(x.id).every((at) => at < index)
  );
}

/** y takes on the strictest alignment of its slices, so that y itself can become a slice of something. */
function sliceBuffers(buffers: readonly Buffer[], concat: Concat, sliced: readonly boolean[]): Buffer[] {
  const offsets = new Map<BufferId, number>();
  concat.reads.forEach((read, input) => {
    if (sliced[input]) offsets.set(read.buffer, concat.blocks[input].offset);
  });
  const aligns = buffers.flatMap((buffer) => (offsets.has(buffer.id) ? [buffer.align] : []));
  return buffers.map((buffer) => {
    const offset = offsets.get(buffer.id);
    if (offset !== undefined) return { ...buffer, within: { buffer: concat.write.buffer, offset } };
    if (buffer.id === concat.write.buffer) return { ...buffer, align: Math.max(buffer.align, ...aligns) };
    return buffer;
  });
}

/** The call with only the inputs that still need a copy, named x0, x1, ... again; nothing when none is left. */
function withoutInputs({ call, reads, write, blocks }: Concat, sliced: readonly boolean[]): Call[] {
  const kept = reads.flatMap((argument, input) => (sliced[input] ? [] : [{ argument, block: blocks[input] }]));
  if (kept.length === 0) return [];
  const names = kept.map(({ argument }, index) => ({ ...argument, name: `x${index}` }));
  const rest = call.arguments.filter((argument) => argument.access === 'scratch');
  const ids = new Set(kept.map(({ argument }) => argument.buffer));
  return [
    {
      ...call,
      params: { ...call.params, blocks: kept.map(({ block }) => ({ bytes: block.bytes, offset: block.offset })) },
      arguments: [...names, write, ...rest],
      overlaps: call.overlaps.filter((overlap) => ids.has(overlap.read)),
    },
  ];
}
