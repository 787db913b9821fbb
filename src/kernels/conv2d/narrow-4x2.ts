import type { WindowShape } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { gatheredByCopies } from './gathered-windows.ts';
import { INT2, INT4, PAIRS, S8, type Weights } from './gemm-4x2.ts';
import {
  conv2dPatch4x2Int2,
  conv2dPatch4x2Int4,
  conv2dPatch4x2Pairs,
  conv2dPatch4x2S8,
  PATCH,
  patchOf,
} from './patch-4x2.ts';

/** Words and bytes of a window's rows that copies written out may have. */
const MOST_COPIES = 48;

/** First layers: windows of few codes, the copies of which are written out. */
export const conv2dNarrow4x2S8 = narrow(S8, conv2dPatch4x2S8);
export const conv2dNarrow4x2Int4 = narrow(INT4, conv2dPatch4x2Int4);
export const conv2dNarrow4x2Int2 = narrow(INT2, conv2dPatch4x2Int2);
export const conv2dNarrow4x2Pairs = narrow(PAIRS, conv2dPatch4x2Pairs);

function narrow([weights, of]: Weights, patch: Kernel<LinearJob>): Kernel<LinearJob> {
  const { work, build } = of(PATCH);
  return {
    ...patch,
    id: `conv2d_narrow_4x2_${weights}`,
    accepts(job) {
      const { groups, batch, dilation_h, dilation_w } = job.shape;
      if (groups !== 1) return 'it has groups';
      if (batch !== 1) return 'it has several images';
      if (dilation_h !== 1 || dilation_w !== 1) return 'it is dilated';
      if (copyCount(job.shape) > MOST_COPIES) return `its windows take more than ${MOST_COPIES} copies`;
      return patch.accepts(job);
    },
    work(job) {
      const { words4, bytes } = copiesOf(job.shape);
      return work(job, gatheredByCopies(job.shape, words4.length, bytes.length));
    },
    build(job, lower) {
      const { shape } = job;
      const { words, rows, pairBytes, patchBytes } = patchOf(job);
      const [row, pitch] = [shape.kernel_w * shape.in_c, shape.in_w * shape.in_c];
      const built = build(job, lower);
      const { names, instances, described } = built;
      const { zeroPoint, x, inputZeroPoint, w, end, y } = built.operands;
      const numbers = `${shape.kernel_h}x${row}_${pitch}${rows === 0 ? '' : `_${rows}`}`;
      const name = `nn_conv2d_narrow_4x2_${weights}_${numbers}${names.form}`;
      const pairs = lower.scratch(pairBytes, 'uint32_t');
      const patch = lower.scratch(patchBytes, 'int8_t');
      const list = [zeroPoint, x, inputZeroPoint, w, end, pairs, patch, y];
      return {
        ...kernelCall(name, shape, list, { rows: built.rows }),
        instances: [
          ...instances,
          {
            name,
            template: 'nn_conv2d_narrow_4x2',
            params: {
              ...names,
              pairs: weights === 'pairs',
              kernel_h: shape.kernel_h,
              row,
              words,
              rows,
              ...copiesOf(shape),
            },
          },
        ],
        ...described,
      };
    },
  };
}

type Copy = { readonly from: number; readonly to: number };

/** Copies of the rows of a window inside of the image; only the last row must not be read beyond its end. */
function copiesOf({ kernel_h, kernel_w, in_w, in_c }: WindowShape): { words4: Copy[]; bytes: Copy[] } {
  const row = kernel_w * in_c;
  const [words4, bytes]: [Copy[], Copy[]] = [[], []];
  for (let ky = 0; ky < kernel_h; ky++) {
    const add = (list: Copy[], i: number) => list.push({ from: ky * in_w * in_c + i, to: ky * row + i });
    const last = ky === kernel_h - 1;
    for (let i = 0; i < row; i += 4) {
      if (i + 4 <= row || !last) add(words4, i);
      else if (row >= 4) add(words4, row - 4);
      else for (let k = i; k < row; k++) add(bytes, k);
    }
  }
  return { words4, bytes };
}

function copyCount(shape: WindowShape): number {
  const { words4, bytes } = copiesOf(shape);
  return words4.length + bytes.length;
}
