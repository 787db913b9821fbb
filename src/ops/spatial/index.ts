import type { OpDef } from '../op-def.ts';
import { convTranspose } from './conv-transpose.ts';
import { globalLpPool, lpPool, maxUnpool } from './pool-nd.ts';
import { resize, upsample } from './resize.ts';

/** Operators on images and volumes beyond Conv and the common pools. */
export const spatialOps: readonly OpDef[] = [convTranspose, globalLpPool, lpPool, maxUnpool, resize, upsample];
