import type { Grid } from '../../../quant/grids/grid.ts';
import type { QuantizedWeights } from '../quantized-weights.ts';

export const STARTS = ['codes', 'float', 'cells'] as const;
/**
 * Where latent weights begin. 'codes': on the codes that the layer has; 'float': on the float model's weights; 'cells': on
 * those, but moved into the cells of the codes that it has, so that rounding gives these.
 */
export type Start = (typeof STARTS)[number];

/** How far inside its cell a latent begins at least, in parts of the way to the level. */
const INSET = 0.05;

/** Latent weights in codes (weights over their row's scale). */
export function latents({ codes, float }: QuantizedWeights, grid: Grid, start: Start): Float32Array {
  if (start === 'codes' || float === null) return codes.slice();
  if (start === 'float') return float.slice();
  return codes.map((code, i) => intoCell(float[i], code, grid));
}

function intoCell(x: number, code: number, { levels }: Grid): number {
  const place = levels.indexOf(code);
  const border = (other: number) => (code + other) / 2 + INSET * (code - other);
  const low = place > 0 ? border(levels[place - 1]) : code;
  const high = place < levels.length - 1 ? border(levels[place + 1]) : code;
  return Math.min(Math.max(x, low), high);
}
