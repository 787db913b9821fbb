import type { Node } from '../../ir/types.ts';
import { stepParams } from '../../kernels/weights/adds.ts';
import { outputClampParams } from '../../kernels/weights/weight-tables.ts';
import { quantOf, zeroPointOf } from '../../quant/quantized.ts';
import type { Requantization } from '../../quant/requantize.ts';
import { shiftRequantization } from '../../quant/shift-requantize.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { type WindowShape, windowOverlap, windowTitle } from '../support/geometry.ts';

/** What an average over a window is scaled by, for each number of cells in it. */
export interface AverageScales extends Requantization {
  readonly counts: readonly number[];
}

/** The codes' maximum, with addresses by additions. */
export function lowerMaxPoolAdds(node: Node, lower: LowerBuilder, shape: WindowShape, x: Operand, y: Operand): void {
  const { min, max } = outputClampParams(node, lower);
  lower.call({
    template: 'maxpool2d_adds',
    params: { steps: stepParams(shape), x: x.name, y: y.name, min, max },
    summary: windowTitle(node.op, { ...shape, groups: 1 }),
    overlap: [{ read: x, distance: windowOverlap(shape, 1, 1) }],
  });
}

/** A mean by additions: a shift where scales and counts are powers of two, else one addition for each bit of the sum. */
export function lowerAveragePoolAdds(
  node: Node,
  lower: LowerBuilder,
  shape: WindowShape,
  x: Operand,
  y: Operand,
  scales: AverageScales,
  extent: { count_h: number; count_w: number; include_pad: number },
): void {
  const { counts, multiplier, leftShift } = scales;
  const most = 255 * Math.max(...counts);
  const shifts = shiftRequantization(scales, new Int32Array(counts.length), { min: -most, max: most });
  const byCount = <T extends Uint8Array | Int32Array>(table: T, values: T): T => {
    counts.forEach((count, i) => {
      table[count] = values[i];
    });
    return table;
  };
  const size = Math.max(...counts) + 1;
  const shift = shifts?.left === 0 ? byCount(new Uint8Array(size), shifts.shift) : null;
  const comment = `by number of cells, of ${node.name}`;
  lower.requantizes(scales.form);
  lower.call({
    template: 'averagepool2d_adds',
    params: {
      steps: stepParams(shape),
      x: x.name,
      y: y.name,
      ...extent,
      input_zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[0])),
      shift: shift ? lower.table('shift', 'u8', shift, 'parameters', `right shift ${comment}`) : 'NULL',
      multiplier: shift
        ? 'NULL'
        : lower.table('multiplier', 'i32', byCount(new Int32Array(size), multiplier), 'parameters', `scale ${comment}`),
      left_shift: leftShift,
      ...outputClampParams(node, lower, scales),
    },
    summary: windowTitle(node.op, { ...shape, groups: 1 }),
    readsFlash: true,
    overlap: [{ read: x, distance: windowOverlap(shape, 1, 1) }],
  });
}
