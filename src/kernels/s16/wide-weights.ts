import type { Codes } from '../../formats/index.ts';
import { arenaBytes } from '../../ir/tensor.ts';
import type { LinearJob } from '../linear-job.ts';
import { packGroups, packRowsForPairs } from '../weights/pack-rows.ts';
import { type LayerWeights, sharedBytes } from '../weights/read-weights.ts';

/**
 * Rows of weights for codes of 16 bits, never unpacked in registers: in blocks of four by four whose columns lie as 0, 2, 1, 3,
 * or one by one for vectors of eight.
 */
export function rowsOfWeights(
  { weights, shape, x, y, features }: LinearJob,
  codes: Codes,
  { layout, once, distance }: { readonly layout: string; readonly once: boolean; readonly distance: number | null },
): LayerWeights {
  const depth = codes.length / shape.out_c;
  const order = { rows: shape.out_c, perGroup: shape.out_c / shape.groups, depth };
  const [input, output] = [arenaBytes(x.type), arenaBytes(y.type)];
  const vectors = features.has('mve') && features.has('dsp');
  return {
    weights,
    codes: vectors ? codes : packGroups(codes, order, packRowsForPairs),
    layout: vectors ? layout : `${layout} in blocks of 4 x 4, columns as 0, 2, 1, 3`,
    order,
    rowMajor: vectors,
    unpacked: true,
    blocks: true,
    once: once && !vectors,
    uses: shape.batch * shape.out_h * shape.out_w,
    activations: input + output,
    shared: distance === null ? 0 : sharedBytes(input, output, distance),
  };
}

/** Why a layer needs no kernel for codes of 16 bits, or null. */
export function wideOrNot({ form }: LinearJob): string | null {
  return form === 'sum32' || form === 'sum64' ? null : 'neither its input nor its output has codes of 16 bits';
}
