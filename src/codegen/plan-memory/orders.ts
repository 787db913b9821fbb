import type { ArenaModel, Life } from './arena-model.ts';
import { momentBounds } from './bound.ts';
import type { Crowd } from './crowds.ts';

/**
 * Orders in which first fit is worth a try; none is best for all networks.
 * - by size, by size * life, by life, by birth from both ends;
 * - crowded moments first: the bodies of the moment with the highest bound, then those of the next, and so on.
 * A write that slides under its dying read must be placed before it, so most ties go from late to early.
 */
export function heuristicOrders(model: ArenaModel, lives: readonly Life[], crowds: readonly Crowd[]): number[][] {
  const born = model.bodies.map(() => Infinity);
  const dies = model.bodies.map(() => -1);
  model.pieces.forEach(({ body }, piece) => {
    born[body] = Math.min(born[body], lives[piece].born);
    dies[body] = Math.max(dies[body], lives[piece].dies);
  });
  const rank = rankByCrowd(model, lives, crowds);
  const size = (a: number, b: number): number => model.bodies[b].bytes - model.bodies[a].bytes;
  const span = (body: number): number => dies[body] - born[body] + 1;
  const area = (body: number): number => model.bodies[body].bytes * span(body);
  const late = (a: number, b: number): number => born[b] - born[a] || a - b;
  const crowd = (a: number, b: number): number => rank[a] - rank[b];
  const orders: ((a: number, b: number) => number)[] = [
    (a, b) => size(a, b) || late(a, b),
    (a, b) => size(a, b) || late(b, a),
    (a, b) => area(b) - area(a) || late(a, b),
    (a, b) => span(b) - span(a) || size(a, b) || late(a, b),
    (a, b) => late(a, b),
    (a, b) => late(b, a),
    (a, b) => crowd(a, b) || late(a, b),
    (a, b) => crowd(a, b) || late(b, a),
    (a, b) => crowd(a, b) || size(a, b) || late(a, b),
    (a, b) => crowd(a, b) || span(b) - span(a) || late(a, b),
  ];
  const used = model.bodies.map((_, body) => body).filter((body) => born[body] < Infinity);
  return orders.map((order) => [...used].sort(order));
}

/** Place of each body's most crowded moment among all moments. */
function rankByCrowd(model: ArenaModel, lives: readonly Life[], crowds: readonly Crowd[]): number[] {
  const bounds = momentBounds(model, lives);
  const byNeed = crowds.map((_, index) => index).sort((a, b) => bounds[b] - bounds[a] || a - b);
  const rank = model.bodies.map(() => Infinity);
  byNeed.forEach((index, place) => {
    for (const body of crowds[index].bodies) rank[body] = Math.min(rank[body], place);
  });
  return rank;
}
