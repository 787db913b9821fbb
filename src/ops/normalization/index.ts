import type { OpDef } from '../op-def.ts';
import { batchNormalization } from './batch-norm.ts';
import { groupNormalization, instanceNormalization } from './group-norm.ts';
import { layerNormalization, rmsNormalization, skipLayerNormalization } from './layer-norm.ts';
import { lpNormalization, lrn, meanVarianceNormalization } from './rowwise.ts';

export const normalizationOps: readonly OpDef[] = [
  batchNormalization,
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  lpNormalization,
  lrn,
  meanVarianceNormalization,
  rmsNormalization,
  skipLayerNormalization,
];
