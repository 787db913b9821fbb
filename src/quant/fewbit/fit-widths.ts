import { type Grid, gridOfLevels, type RowGrid } from '../grids/grid.ts';
import { uniformGrid } from '../grids/uniform.ts';
import { allocateBytes, paperBits } from './bit-allocation.ts';
import { gridError } from './fit-scale.ts';
import { fitScales, type ScaleOptions } from './fit-scales.ts';
import { perRow, type Rows } from './layer-rows.ts';

/**
 * How rows share the bits of a layer: 'greedy': a bit always goes where it takes away most weighted squared error, as
 * long as the budget lasts; 'aciq': the paper's rule for bins, by the spread of the weights (see bit-allocation.ts).
 */
export const WIDTH_RULES = ['greedy', 'aciq'] as const;
export type WidthRule = (typeof WIDTH_RULES)[number];

/** Of 0 to 8 bits: zero alone, minus one and zero, then symmetric integers. */
const GRIDS: readonly Grid[] = [
  gridOfLevels('intv', [0]),
  gridOfLevels('intv', [-1, 0]),
  ...[2, 3, 4, 5, 6, 7, 8].map(uniformGrid),
];

/** Grids of the rows of a layer, each in a width of its own, of `bits` bits on average. */
export function fitWidths(bits: number, layer: Rows, rule: WidthRule, options: ScaleOptions): RowGrid[] {
  const choices = GRIDS.map((grid) => fitScales(grid, layer, options));
  const widths = rule === 'aciq' ? paperBits(spreadsOf(layer), bits) : greedyWidths(bits, layer, choices);
  return widths.map((width, r) => choices[width][r]);
}

function spreadsOf(layer: Rows): number[] {
  return perRow(layer, (row) => {
    const mean = row.reduce((a, b) => a + b, 0) / row.length;
    return Math.sqrt(row.reduce((sum, w) => sum + (w - mean) ** 2, 0) / row.length);
  });
}

/** Budget and costs are in bits of one column: rows of a layer are equally long. */
function greedyWidths(bits: number, layer: Rows, choices: readonly RowGrid[][]): number[] {
  const errors = perRow(layer, (row, h, r) => choices.map((fitted) => gridError(fitted[r], row, h)));
  const bytes = GRIDS.map((_, width) => width);
  return allocateBytes(
    errors.map((own) => ({ bytes, errors: own })),
    Math.round(bits * layer.rows),
  );
}
