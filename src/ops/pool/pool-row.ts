import { intAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { clampCodes, isQuantized, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder } from '../op-def.ts';
import { clipBounds } from '../support/clip.ts';
import { scalesOfCells } from './cells.ts';

/** Attribute of a pool over all of an image that is given one row of it: how many rows there are. */
export const ROWS_IN_ALL = 'nibblec_rows';

/** 0: of a pool that is given the whole image. */
export function rowsInAll(node: Node): number {
  return intAttribute(node, ROWS_IN_ALL, 0);
}

/**
 * One row of a pool over all of an image: its layer function has a parameter `row`, keeps what it has seen in temporary memory
 * from row to row, and writes its result with the last one. The integers, and the order of sums in float, are those of the
 * whole image.
 */
export function lowerPoolRow(node: Node, lower: LowerBuilder, kind: 'mean' | 'max'): void {
  const x = lower.read(0, 'channels-last');
  const y = lower.write(0, 'channels-last');
  const [, channels, , width] = x.shape;
  const rows = rowsInAll(node);
  const sizes = { x: x.name, y: y.name, rows, width, channels };
  const layer = { summary: `${node.op} of ${rows} rows`, overlap: [] };
  if (!isQuantized(lower.type, node)) {
    if (x.type.dtype !== 'f32') return lower.refuse(`pooling of ${x.type.dtype} is not supported`);
    const [min, max] = clipBounds(node);
    const sums = lower.scratch(4 * channels, 'float');
    return lower.call({ ...layer, template: `${kind}_row_f32`, params: { ...sizes, min, max, sums } });
  }
  if (hasWideCodes(lower.graph, node)) return lower.refuse('rows of pools of 16 bits are not supported');
  const quant = quantOf(lower.graph, node.outputs[0]);
  const clamp = clampCodes(node, quant);
  if (kind === 'max') {
    const sums = lower.scratch(channels, 'int8_t');
    return lower.call({ ...layer, template: 'max_row_s8', params: { ...sizes, ...clamp, sums } });
  }
  const scales = scalesOfCells(lower.graph, node, [[rows], [width]]);
  lower.requantizes(scales.form);
  lower.call({
    ...layer,
    template: 'mean_row_s8',
    params: {
      ...sizes,
      ...clamp,
      sums: lower.scratch(4 * channels, 'int32_t'),
      input_zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[0])),
      multiplier: scales.multiplier[0],
      left_shift: scales.leftShift,
      zero_point: zeroPointField(scales, zeroPointOf(quant)),
    },
  });
}
