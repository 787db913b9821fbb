import { formatNamed } from '../../formats/index.ts';
import { must } from '../../support/errors.ts';
import { gridOfLevels, type RowGrid } from '../grids/grid.ts';
import { gridNamed } from '../grids/index.ts';
import { fitCodebook, fitCodebookGroups } from './fit-codebook.ts';
import { fitScales, type ScaleOptions } from './fit-scales.ts';
import { fitWidths, type WidthRule } from './fit-widths.ts';
import { leastError, type Rows } from './layer-rows.ts';

/**
 * What a squared error of a weight costs: 'hessian': the mean square of the input that it meets, so that errors are
 * those of the layer's outputs; 'none': all weights alike.
 */
export const IMPORTANCES = ['hessian', 'none'] as const;
export type Importance = (typeof IMPORTANCES)[number];

export interface FitOptions extends ScaleOptions {
  /** Of 'intv-B'. Default 'greedy'. */
  readonly widths?: WidthRule;
  /** Default 'hessian': that of the layer's weights. */
  readonly importance?: Importance;
}

/** True for the formats whose codes some grid of ours makes; an entropy code ('+huffman', '+rans') may follow. */
export function hasGrid(format: string): boolean {
  return fitterOf(format) !== null;
}

/** The grid of every row of a layer, with its scale, for a format (hasGrid). */
export function fitLayer(format: string, layer: Rows, options: FitOptions): RowGrid[] {
  const fitter = fitterOf(format);
  if (fitter === null) throw new RangeError(`there is no grid for '${format}'`);
  return fitter(
    options.importance === 'none' ? { ...layer, importance: layer.importance.map(() => 1) } : layer,
    options,
  );
}

function fitterOf(format: string): ((layer: Rows, options: FitOptions) => RowGrid[]) | null {
  const grid = formatNamed(format)?.grid ?? null;
  switch (grid?.kind) {
    case 'levels': {
      const levels = must(gridNamed(format), format);
      return (layer, options) => fitScales(levels, layer, options);
    }
    case 'sides':
      return fitAsymmetric;
    case 'values':
      return grid.tables === 1
        ? (layer, options) => fitCodebook(grid.entries, layer, options)
        : (layer, options) => fitCodebookGroups(grid, layer, options);
    case 'widths':
      return (layer, options) => fitWidths(grid.bits, layer, options.widths ?? 'greedy', options);
    default:
      return null;
  }
}

/** Codes of the smaller side of -n, 0, p; the larger side is 127. */
const RATIOS = Array.from({ length: 17 }, (_, i) => Math.round(127 * 2 ** ((i - 8) / 8)));

/** Two scales per layer as two codes: the ratio of least error, with a free scale for each row. */
function fitAsymmetric(layer: Rows, options: FitOptions): RowGrid[] {
  const candidates = RATIOS.map((ratio) => {
    const [negative, positive] = ratio <= 127 ? [127, ratio] : [Math.round(127 ** 2 / ratio), 127];
    return fitScales(gridOfLevels('ttq', [-negative, 0, positive]), layer, options);
  });
  return leastError(candidates, layer);
}
