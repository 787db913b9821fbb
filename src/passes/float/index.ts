import type { AnyPass } from '../pass.ts';
import { canonicalize } from './canonicalize.ts';
import { foldBatchNorm } from './fold-batchnorm.ts';
import { foldConstants } from './fold-constants.ts';
import { fuseActivations } from './fuse-activations.ts';
import { widenHalf } from './widen-half.ts';

/** What every model goes through, in an order that leaves nothing for a second round. All keep the float meaning. */
export const floatPasses: readonly AnyPass[] = [
  widenHalf,
  canonicalize,
  foldConstants,
  canonicalize,
  foldBatchNorm,
  fuseActivations,
  canonicalize,
];
