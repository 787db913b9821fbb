import type { OpDef } from '../op-def.ts';
import { affineGrid } from './affine-grid.ts';
import { col2Im } from './col2im.ts';
import { convTranspose } from './conv-transpose.ts';
import { deformConv } from './deform-conv.ts';
import { gridSample } from './grid-sample.ts';
import { globalLpPool, lpPool, maxUnpool } from './pool-nd.ts';
import { resize } from './resize.ts';
import { roiAlign } from './roi-align.ts';
import { upsample } from './upsample.ts';

/** Operators on images and volumes beyond Conv and the common pools. */
export const spatialOps: readonly OpDef[] = [
  affineGrid,
  col2Im,
  convTranspose,
  deformConv,
  globalLpPool,
  gridSample,
  lpPool,
  maxUnpool,
  resize,
  roiAlign,
  upsample,
];
