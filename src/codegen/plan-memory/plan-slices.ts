import type { Buffer, BufferId, Call, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import { parentsOf, type Writers, writersOf } from './writers.ts';

/**
 * Turns copies of a run of bytes into views: the result becomes a slice of what it is taken from, and the copy disappears
 * with its `result`. Before planConcat, which leaves slices where they are.
 *
 * Calls with template 'slice' have one argument that is read and one that is written, and params { offset, bytes }. The
 * result must be an activation and no slice yet, aligned, and written by this call alone; its source must be complete.
 */
export function planSlices(program: Program): Program {
  const byId = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const writers = writersOf(program);
  const gone = new Set<Call>();
  program.calls.forEach((call, index) => {
    const slice = readSlice(call);
    if (!slice || !canView(slice, index, byId, writers)) return;
    const within = { buffer: slice.x, offset: slice.offset };
    byId.set(slice.y, { ...must(byId.get(slice.y), 'the result'), within });
    writers.lay(slice.y, slice.x);
    gone.add(call);
  });
  return { ...program, buffers: [...byId.values()], calls: program.calls.filter((call) => !gone.has(call)) };
}

interface Slice {
  readonly x: BufferId;
  readonly y: BufferId;
  readonly offset: number;
  readonly bytes: number;
}

function readSlice(call: Call): Slice | null {
  const { offset, bytes } = call.params;
  if (call.template !== 'slice' || typeof offset !== 'number' || typeof bytes !== 'number') return null;
  const buffer = (access: 'read' | 'write') =>
    must(
      call.arguments.find((one) => one.access === access),
      access,
    ).buffer;
  return { x: buffer('read'), y: buffer('write'), offset, bytes };
}

function canView(slice: Slice, index: number, byId: ReadonlyMap<BufferId, Buffer>, writers: Writers): boolean {
  const [x, y] = [slice.x, slice.y].map((id) => must(byId.get(id), `buffer ${id}`));
  const parents = parentsOf(x, byId);
  const offsets = [slice.offset, ...parents.map((buffer) => buffer.within?.offset ?? 0)];
  return (
    y.role === 'activation' &&
    y.within === null &&
    y.bytes === slice.bytes &&
    y.align <= x.align &&
    offsets.every((offset) => offset % y.align === 0) &&
    writers.into(y.id).every((at) => at === index) &&
    parents.every(({ id }) => writers.into(id).every((at) => at <= index))
  );
}
