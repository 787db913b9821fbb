import type { AnyPass } from '../pass.ts';
import { autoPad } from './auto-pad.ts';
import { canonicalize } from './canonicalize.ts';
import { foldAffine } from './fold-affine.ts';
import { foldBatchNorm } from './fold-batchnorm.ts';
import { foldConstants } from './fold-constants.ts';
import { fuseActivations } from './fuse-activations.ts';
import { fuseAttention } from './fuse-attention.ts';
import { fuseNormalization } from './fuse-normalization.ts';
import { fusePad } from './fuse-pad.ts';
import { matmulToGemm } from './matmul-to-gemm.ts';
import { widenHalf } from './widen-half.ts';

/** What every model goes through, in an order that leaves nothing for a second round. All keep the float meaning. */
export const floatPasses: readonly AnyPass[] = [
  widenHalf,
  canonicalize,
  foldConstants, // parameters that were computed are constants for all that follow
  canonicalize,
  fuseNormalization, // before its constants go into other layers
  fuseAttention,
  autoPad,
  fusePad,
  matmulToGemm,
  foldBatchNorm,
  foldAffine, // what fold-batchnorm could not fold into the layer before may fold into the one behind
  fuseActivations,
  fusePad, // a pool behind a Relu takes zeros
  canonicalize,
  foldConstants,
];
