import type { BufferId, MemoryPlan, Program } from '../../src/ir/program.ts';

/**
 * Every layer in a run of its own, at an odd address: scratch, then the output over its input at the very distance that the
 * layer declares (beside it where it declares none); of several inputs over one or the other. What a kernel writes beyond its scratch or too early hits what it still reads.
 * @param element bytes of an element: numbers of four bytes lie at their own alignment
 */
export function tightPlan({ buffers, calls }: Program, element: 1 | 4 = 1): MemoryPlan {
  const bytes = new Map(buffers.map((buffer) => [buffer.id, buffer.bytes]));
  const offsets = new Map<BufferId, number>();
  let end = 0;
  for (const [i, call] of calls.entries()) {
    const place = (id: BufferId, align: number) => {
      offsets.set(id, Math.ceil(end / align) * align);
      end = (offsets.get(id) ?? 0) + (bytes.get(id) ?? 0);
    };
    for (const { access, buffer } of call.arguments) if (access === 'scratch') place(buffer, 4);
    end = element === 4 ? Math.ceil(end / 4) * 4 : end + (end % 2 === 0 ? 1 : 0);
    const from = end;
    const shared = call.overlaps[i % Math.max(1, call.overlaps.length)];
    const reads = [...new Set(call.arguments.filter(({ access }) => access === 'read').map(({ buffer }) => buffer))];
    const [write] = call.arguments.filter(({ access }) => access === 'write').map(({ buffer }) => buffer);
    const first = shared?.read ?? reads[0];
    if (shared) {
      const { distance } = shared;
      const low = Math.min(0, distance);
      offsets.set(write, from - low);
      offsets.set(first, from - low + distance);
      end = Math.max(from - low + (bytes.get(write) ?? 0), from - low + distance + (bytes.get(first) ?? 0));
    } else for (const id of [first, write]) place(id, element);
    for (const id of reads.filter((id) => id !== first)) place(id, element);
  }
  return { offsets, arenaBytes: end, lowerBoundBytes: end, peakCall: 0 };
}
