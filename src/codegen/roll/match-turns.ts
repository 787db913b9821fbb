import type { BufferId } from '../../ir/program.ts';
import { isSame, stepOf, type Trail } from './trails.ts';

/**
 * What the places of an argument have to do with the turns:
 * - steady: they lie in one buffer at equal distances, which may be 0;
 * - own: each turn has a buffer of its own, which it writes before it reads it: one is enough for all;
 * - carried: from the second turn on what the turn before has written, at first something else;
 * - apart: buffers of others that could lie in equal distances.
 */
export type Role =
  | { readonly kind: 'steady'; readonly stride: number }
  | { readonly kind: 'own' }
  | { readonly kind: 'carried'; readonly from: Trail; readonly offset: number }
  | { readonly kind: 'apart' };

/** The role of every argument, or null where turns hang together otherwise. */
export function matchTurns(trails: readonly Trail[]): Map<Trail, Role> | null {
  const owners = ownersOf(trails);
  if (owners === null) return null;
  const roles = new Map<Trail, Role>();
  for (const trail of trails) {
    const role =
      steady(trail) ?? own(trail, owners) ?? carried(trail, owners) ?? follows(trail, trails) ?? apart(trail, owners);
    if (role === null) return null;
    roles.set(trail, role);
  }
  return roles;
}

/** The turn that writes a buffer, and the argument that does so first. */
type Owners = ReadonlyMap<BufferId, { readonly turn: number; readonly trail: Trail }>;

/** Null where turns share what they write in another way than turn by turn. */
function ownersOf(trails: readonly Trail[]): Owners | null {
  const owners = new Map<BufferId, { turn: number; trail: Trail }>();
  for (const trail of trails) {
    if (trail.access === 'read' || isSame(trail.roots)) continue;
    const first = owners.get(trail.roots[0])?.trail ?? trail;
    for (const [turn, root] of trail.roots.entries()) {
      const known = owners.get(root);
      if (known ? known.turn !== turn || known.trail !== first : first !== trail) return null;
      owners.set(root, { turn, trail: first });
    }
  }
  return owners;
}

function steady({ roots, offsets }: Trail): Role | null {
  const stride = isSame(roots) ? stepOf(offsets) : null;
  return stride === null ? null : { kind: 'steady', stride };
}

function own({ roots, offsets }: Trail, owners: Owners): Role | null {
  const trail = owners.get(roots[0])?.trail;
  const isOwn = roots.every((root, turn) => owners.get(root)?.turn === turn && owners.get(root)?.trail === trail);
  return isOwn && isSame(offsets) ? { kind: 'own' } : null;
}

function carried({ roots, offsets, access }: Trail, owners: Owners): Role | null {
  const from = owners.get(roots[1])?.trail;
  const isLast = (root: BufferId, turn: number) =>
    turn === 0 || (owners.get(root)?.turn === turn - 1 && owners.get(root)?.trail === from);
  if (!from || access !== 'read' || !roots.every(isLast) || !isSame(offsets, 1) || owners.has(roots[0])) return null;
  return { kind: 'carried', from, offset: offsets[1] };
}

/** The turn before has written it into its row of something larger. */
function follows({ roots, offsets, access }: Trail, trails: readonly Trail[]): Role | null {
  const stride = isSame(roots, 1) ? stepOf(offsets, 1) : null;
  const from = trails.find(
    (other) =>
      other.access === 'write' &&
      isSame([roots[1], ...other.roots]) &&
      stepOf(other.offsets) === stride &&
      stride !== 0 &&
      other.offsets[0] <= offsets[1] &&
      offsets[1] < other.offsets[0] + Math.abs(stride ?? 0),
  );
  return from && access === 'read' ? { kind: 'carried', from, offset: offsets[1] - from.offsets[0] } : null;
}

function apart({ roots, offsets, access }: Trail, owners: Owners): Role | null {
  const areOthers = roots.every((root) => !owners.has(root)) && new Set(roots).size === roots.length;
  return areOthers && access === 'read' && isSame(offsets) ? { kind: 'apart' } : null;
}
