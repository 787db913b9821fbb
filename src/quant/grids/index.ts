import { FORMAT_FAMILIES, formatNamed } from '../../formats/index.ts';
import { codebookGrid } from './codebook.ts';
import { type Grid, gridOfLevels } from './grid.ts';
import { uniformGrid } from './uniform.ts';

export { codebookGrid };

const known = new Map<string, Grid | null>();

/** The grid of a format that needs nothing but a scale per row; null for others, and for a name that there is not. */
export function gridNamed(name: string): Grid | null {
  const grid = known.get(name) ?? gridOf(name);
  known.set(name, grid);
  return grid;
}

function gridOf(name: string): Grid | null {
  const grid = formatNamed(name)?.grid;
  if (grid?.kind !== 'levels') return null;
  const { levels } = grid;
  const [top, bits] = [levels[levels.length - 1], Math.log2(levels.length + 1)];
  const uniform = Number.isInteger(bits) && top === -levels[0] && levels.length === 2 * top + 1;
  return uniform ? { ...uniformGrid(bits), name } : gridOfLevels(name, levels);
}

export const GRID_NAMES: readonly string[] = FORMAT_FAMILIES.flatMap(({ pattern }) => pattern.split(', ')).filter(
  (name) => gridNamed(name) !== null,
);
