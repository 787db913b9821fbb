import type { Rng } from '../../numerics/rng.ts';

export const PARTITIONS = ['magnitude', 'random'] as const;
/** Which weights are frozen first: the largest ("pruning-inspired"), or any. Zhou et al., 2017, section 3.2. */
export type Partition = (typeof PARTITIONS)[number];

/**
 * Freezes more weights until a portion (0 .. 1) of those that are not pruned is frozen; none is ever let go again.
 * @param frozen 1 for frozen weights, changed in place
 * @param pruned 1 for weights that are zero for good: frozen, but counted in no portion
 * @returns the weights frozen by this call
 */
export function freezePortion(
  weights: ArrayLike<number>,
  frozen: Uint8Array,
  pruned: Uint8Array,
  { portion, partition, rng }: { readonly portion: number; readonly partition: Partition; readonly rng: Rng },
): number[] {
  const free: number[] = [];
  let [kept, done] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    if (pruned[i]) continue;
    kept++;
    if (frozen[i]) done++;
    else free.push(i);
  }
  const count = Math.max(0, Math.round(portion * kept) - done);
  if (partition === 'random') rng.shuffle(free);
  else free.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b);
  const chosen = free.slice(0, count);
  for (const i of chosen) frozen[i] = 1;
  return chosen;
}
