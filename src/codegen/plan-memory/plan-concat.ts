import type { Buffer, BufferId, Call, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import { type Concat, readConcat } from './read-concat.ts';
import { rowsOfOutputs } from './rows-of-outputs.ts';
import { parentsOf, type Writers, writersOf } from './writers.ts';

/** In the list of calls. */
interface Placed extends Concat {
  readonly call: Call;
  readonly index: number;
}

/**
 * Turns concatenation copies into slices: an input that nothing but this call needs in a place of its own is computed
 * right where the copy would put it. A concatenation without inputs left disappears, with its `result`.
 *
 * An input becomes a slice if it is an activation and no slice yet, exactly as large as its block, read once by this
 * call, written only before it, and aligned in y; y must be written by this call alone.
 */
export function planConcat(given: Program): Program {
  const program = rowsOfOutputs(given);
  let { buffers, calls } = program;
  const writers = writersOf(program);
  program.calls.forEach((original, index) => {
    const read = readConcat(original);
    if (!read) return;
    const concat = { ...read, call: original, index };
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

function canSlice(
  { index, reads, write, blocks }: Placed,
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
function sliceBuffers(buffers: readonly Buffer[], concat: Placed, sliced: readonly boolean[]): Buffer[] {
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
function withoutInputs({ call, reads, write, blocks }: Placed, sliced: readonly boolean[]): Call[] {
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
