import { codebookGrid } from './codebook.ts';
import type { Grid } from './grid.ts';
import { inqGrid, packedPow2Grid } from './pow2.ts';
import { TERNARY } from './ternary.ts';
import { uniformGrid } from './uniform.ts';

export { codebookGrid };

/** Every grid that needs nothing but a scale per row, by the name of the format that stores it. */
const GRIDS: readonly Grid[] = [
  ...[8, 4, 3, 2].map(uniformGrid),
  ...[5, 4, 3, 2].map(inqGrid),
  ...[4, 3].map(packedPow2Grid),
  TERNARY,
];

export const GRID_NAMES: readonly string[] = GRIDS.map(({ name }) => name);

/** The grid of a format, or null for a name that has none. */
export function gridNamed(name: string): Grid | null {
  return GRIDS.find((grid) => grid.name === name) ?? null;
}
