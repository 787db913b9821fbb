import type { Buffer, BufferId, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';

/** Which calls write what, while buffers become slices of others. */
export interface Writers {
  /** Places of the calls that have the buffer itself as a result. */
  by(buffer: BufferId): readonly number[];
  /** Places of the calls that change the buffer or a slice of it. */
  into(buffer: BufferId): readonly number[];
  /** From now on `slice` lies in `whole`. */
  lay(slice: BufferId, whole: BufferId): void;
}

export function writersOf({ calls, buffers }: Pick<Program, 'calls' | 'buffers'>): Writers {
  const own = new Map<BufferId, number[]>();
  const slices = new Map<BufferId, BufferId[]>();
  const put = <T>(lists: Map<BufferId, T[]>, id: BufferId, entry: T) => {
    const list = lists.get(id);
    if (list) list.push(entry);
    else lists.set(id, [entry]);
  };
  for (const [index, call] of calls.entries()) {
    for (const { access, buffer } of call.arguments) if (access !== 'read') put(own, buffer, index);
  }
  for (const { id, within } of buffers) if (within !== null) put(slices, within.buffer, id);
  const by = (buffer: BufferId) => own.get(buffer) ?? [];
  const into = (buffer: BufferId): number[] => [
    ...by(buffer),
    ...(slices.get(buffer) ?? []).flatMap((slice) => into(slice)),
  ];
  return { by, into, lay: (slice, whole) => put(slices, whole, slice) };
}

/** The buffer itself and all it lies in. */
export function parentsOf(buffer: Buffer, byId: ReadonlyMap<BufferId, Buffer>): Buffer[] {
  if (buffer.within === null) return [buffer];
  return [buffer, ...parentsOf(must(byId.get(buffer.within.buffer), 'parent'), byId)];
}
