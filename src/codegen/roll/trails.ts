import type { Argument, Buffer, BufferId, Call } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import type { Repeat } from './find-repeats.ts';

export type Buffers = ReadonlyMap<BufferId, Buffer>;

/** The places of one argument of a repeated call, turn by turn. */
export interface Trail {
  /** Within a turn. */
  readonly call: number;
  readonly access: Argument['access'];
  readonly ids: readonly BufferId[];
  /** The buffers that lie in no other, and the offsets in them. */
  readonly roots: readonly BufferId[];
  readonly offsets: readonly number[];
}

/** Per call of a turn and argument. */
export function trailsOf(calls: readonly Call[], buffers: Buffers, { first, period, turns }: Repeat): Trail[][] {
  return Array.from({ length: period }, (_, call) =>
    calls[first + call].arguments.map(({ access }, argument) => {
      const ids = Array.from({ length: turns }, (_, t) => calls[first + t * period + call].arguments[argument].buffer);
      const places = ids.map((id) => rootOf(buffers, id));
      return { call, access, ids, roots: places.map(({ root }) => root), offsets: places.map(({ offset }) => offset) };
    }),
  );
}

export function rootOf(buffers: Buffers, id: BufferId): { readonly root: BufferId; readonly offset: number } {
  const { within } = must(buffers.get(id), `buffer ${id}`);
  if (within === null) return { root: id, offset: 0 };
  const { root, offset } = rootOf(buffers, within.buffer);
  return { root, offset: offset + within.offset };
}

/** The distance between numbers of an arithmetic series, from element `from` on; null for others. */
export function stepOf(numbers: readonly number[], from = 0): number | null {
  const step = numbers[from + 1] - numbers[from];
  return numbers.every((number, i) => i <= from || number - numbers[i - 1] === step) ? step : null;
}

export function isSame<T>(values: readonly T[], from = 0): boolean {
  return values.every((value, i) => i < from || value === values[from]);
}
