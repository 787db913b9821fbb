import { inBands } from './bands.ts';
import { byEights, inOrderOfEights } from './by-eights.ts';
import { conv2dAdds, depthwise2dAdds } from './conv2d/adds.ts';
import { conv2dBytesS8 } from './conv2d/bytes.ts';
import {
  conv2d4x2Int2,
  conv2d4x2Int4,
  conv2d4x2Pairs,
  conv2d4x2S8,
  pointwise4x2Int2,
  pointwise4x2Int4,
  pointwise4x2Pairs,
  pointwise4x2S8,
} from './conv2d/gemm-4x2.ts';
import { CONV2D_HELIUM, CONV2D_HELIUM_PAIRS, POINTWISE_HELIUM, POINTWISE_HELIUM_PAIRS } from './conv2d/helium.ts';
import {
  conv2dNarrow4x2Int2,
  conv2dNarrow4x2Int4,
  conv2dNarrow4x2Pairs,
  conv2dNarrow4x2S8,
} from './conv2d/narrow-4x2.ts';
import { conv2dPatch4x2Int2, conv2dPatch4x2Int4, conv2dPatch4x2Pairs, conv2dPatch4x2S8 } from './conv2d/patch-4x2.ts';
import { pointwise1x5Pairs } from './conv2d/pointwise-1x5.ts';
import { pointwiseSigns } from './conv2d/pointwise-signs.ts';
import { conv2dA4, conv2dS8 } from './conv2d/portable.ts';
import { conv2dWinogradS8 } from './conv2d/winograd.ts';
import { denseAdds } from './dense/adds.ts';
import { dense4x8S8, denseWide4x8S8 } from './dense/dense-4x8.ts';
import { dense4x8Int4, dense8x4Int2, denseWide4x8Int4, denseWide8x4Int2 } from './dense/dense-fields.ts';
import { DENSE_HELIUM, DENSE_HELIUM_PAIRS } from './dense/dense-helium.ts';
import { dense4x8Pairs, denseWide4x8Pairs } from './dense/dense-pairs.ts';
import { denseA4, denseS8 } from './dense/portable.ts';
import {
  depthwise2dHeliumS8,
  depthwise3x3HeliumS8,
  depthwise3x3NarrowHeliumS8,
} from './depthwise2d/depthwise-helium.ts';
import { depthwisePairsS8 } from './depthwise2d/depthwise-pairs.ts';
import { depthwise3x3RunsS8, depthwise3x3S8, depthwise3x3StripsS8 } from './depthwise2d/depthwise3x3.ts';
import { depthwise3x3EightsA4, depthwise3x3StripsA4 } from './depthwise2d/depthwise3x3-eights.ts';
import { depthwise3x3SlicesHeliumA4 } from './depthwise2d/depthwise3x3-slices.ts';
import { depthwise3x3TwosS8 } from './depthwise2d/depthwise3x3-twos.ts';
import { depthwise2dA4, depthwise2dS8 } from './depthwise2d/portable.ts';
import type { Kernel } from './kernel.ts';
import type { LinearJob } from './linear-job.ts';
import { inRamOrFlash } from './pairs-in-ram.ts';
import { conv2dS16 } from './s16/conv2d.ts';
import { denseS16 } from './s16/dense.ts';
import { depthwise2dS16 } from './s16/depthwise2d.ts';
import { thenClamped } from './then-clamped.ts';

// Candidates by kind of layer. Of equally good ones the first is taken.

const CONV_4X2 = thenClamped([
  conv2d4x2S8,
  conv2d4x2Int4,
  conv2d4x2Int2,
  conv2dNarrow4x2S8,
  conv2dNarrow4x2Int4,
  conv2dNarrow4x2Int2,
  conv2dPatch4x2S8,
  conv2dPatch4x2Int4,
  conv2dPatch4x2Int2,
]);
const ofLinear = (kernel: Kernel<LinearJob>) =>
  inBands<LinearJob>(kernel, {
    padding: ({ inputZeroPoint }) => inputZeroPoint,
    eights: byEights,
    reorder: inOrderOfEights,
  });
const POINTWISE_4X2 = thenClamped([pointwise4x2S8, pointwise4x2Int4, pointwise4x2Int2]);
const DENSE = thenClamped([denseWide4x8Int4, dense4x8Int4, denseWide8x4Int2, dense8x4Int2, denseWide4x8S8, dense4x8S8]);
const PATCH_4X2 = thenClamped([conv2dPatch4x2S8, conv2dPatch4x2Int4, conv2dPatch4x2Int2]);
const POINTWISE_VECTORS = thenClamped(POINTWISE_HELIUM);
const CONV2D_VECTORS = thenClamped(CONV2D_HELIUM);
const DEPTHWISE_VECTORS = thenClamped([depthwise3x3HeliumS8, depthwise3x3NarrowHeliumS8, depthwise2dHeliumS8]);
const DENSE_VECTORS = thenClamped(DENSE_HELIUM);

// Weights that are looked up in pairs.
const POINTWISE_PAIRS = inRamOrFlash(thenClamped([pointwise1x5Pairs, pointwise4x2Pairs]));
const CONV_PAIRS = inRamOrFlash(thenClamped([conv2d4x2Pairs, conv2dNarrow4x2Pairs, conv2dPatch4x2Pairs]));
const DENSE_PAIRS = inRamOrFlash(thenClamped([denseWide4x8Pairs, dense4x8Pairs]));
const POINTWISE_VECTOR_PAIRS = thenClamped(POINTWISE_HELIUM_PAIRS);
const DEPTHWISE = thenClamped([depthwise3x3RunsS8, depthwise3x3S8, depthwisePairsS8]);

/** Of layers with codes of 16 bits. */
export const WIDE_CONV_KERNELS: readonly Kernel<LinearJob>[] = [conv2dS16];
export const WIDE_DEPTHWISE_KERNELS: readonly Kernel<LinearJob>[] = [depthwise2dS16];
export const WIDE_DENSE_KERNELS: readonly Kernel<LinearJob>[] = [denseS16];

export const CONV_KERNELS: readonly Kernel<LinearJob>[] = [
  conv2dAdds,
  pointwiseSigns,
  ...POINTWISE_VECTORS,
  ...POINTWISE_VECTOR_PAIRS,
  ...CONV2D_VECTORS,
  ...thenClamped(CONV2D_HELIUM_PAIRS),
  ...POINTWISE_4X2,
  ...POINTWISE_PAIRS,
  ...thenClamped([conv2dWinogradS8]),
  ...CONV_4X2,
  ...CONV_PAIRS,
  ...[...POINTWISE_VECTORS, ...CONV2D_VECTORS, ...POINTWISE_4X2, ...CONV_4X2].map(ofLinear),
  conv2dBytesS8,
  conv2dA4,
  conv2dS8,
];

export const DEPTHWISE_KERNELS: readonly Kernel<LinearJob>[] = [
  depthwise2dAdds,
  ...DEPTHWISE_VECTORS,
  ...thenClamped([depthwise3x3StripsS8]),
  ...DEPTHWISE,
  depthwise3x3SlicesHeliumA4,
  depthwise3x3StripsA4,
  depthwise3x3EightsA4,
  ...[...DEPTHWISE_VECTORS, ...DEPTHWISE].map(ofLinear),
  depthwise3x3TwosS8,
  depthwise2dA4,
  depthwise2dS8,
];

export const DENSE_KERNELS: readonly Kernel<LinearJob>[] = [
  denseAdds,
  ...DENSE_VECTORS,
  ...thenClamped(DENSE_HELIUM_PAIRS),
  ...POINTWISE_VECTORS,
  ...POINTWISE_VECTOR_PAIRS,
  ...DENSE,
  ...DENSE_PAIRS,
  ...POINTWISE_4X2,
  ...POINTWISE_PAIRS,
  ...PATCH_4X2,
  ...[...DENSE_VECTORS, ...POINTWISE_VECTORS, ...DENSE, ...POINTWISE_4X2].map(ofLinear),
  denseA4,
  denseS8,
];
