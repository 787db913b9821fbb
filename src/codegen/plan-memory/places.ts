import type { Buffer, BufferId } from '../../ir/program.ts';
import { invariant, must } from '../../support/errors.ts';

/** A buffer that is no slice of another: it is placed as one and carries its slices along. */
export interface Body {
  readonly id: BufferId;
  readonly bytes: number;
  /** The strictest of its own alignment and that of its slices (powers of two, so the largest serves all). */
  readonly align: number;
}

/** Where a buffer lies in its body. */
export interface Place {
  /** Index into the list of bodies. */
  readonly body: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Resolves slices of slices: every buffer becomes a place in a body. */
export function placeBuffers(buffers: readonly Buffer[]): { bodies: Body[]; places: Map<BufferId, Place> } {
  const byId = new Map(buffers.map((buffer) => [buffer.id, buffer]));
  invariant(byId.size === buffers.length, 'two buffers have one id');
  const roots = buffers.filter((buffer) => buffer.within === null);
  const indexOf = new Map(roots.map((buffer, index) => [buffer.id, index]));
  const aligns = roots.map((buffer) => buffer.align);
  const places = new Map<BufferId, Place>();
  for (const buffer of buffers) {
    const { root, offset } = findRoot(buffer, byId);
    invariant(offset % buffer.align === 0, `slice ${buffer.id} breaks its own alignment`);
    const body = must(indexOf.get(root.id), `buffer ${root.id}`);
    aligns[body] = Math.max(aligns[body], buffer.align);
    places.set(buffer.id, { body, offset, bytes: buffer.bytes });
  }
  return { bodies: roots.map(({ id, bytes }, index) => ({ id, bytes, align: aligns[index] })), places };
}

function findRoot(buffer: Buffer, byId: ReadonlyMap<BufferId, Buffer>): { root: Buffer; offset: number } {
  let root = buffer;
  let offset = 0;
  for (let depth = 0; root.within !== null; depth++) {
    invariant(depth < byId.size, `buffer ${buffer.id} is a slice of itself`);
    const parent = must(byId.get(root.within.buffer), `buffer ${root.within.buffer}`);
    const fits = root.within.offset >= 0 && root.within.offset + root.bytes <= parent.bytes;
    invariant(fits, `slice ${root.id} reaches out of buffer ${parent.id}`);
    offset += root.within.offset;
    root = parent;
  }
  return { root, offset };
}
