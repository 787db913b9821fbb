import type { OpDef } from '../op-def.ts';
import { checkedCount } from './checked-count.ts';
import { nonMaxSuppression } from './non-max-suppression.ts';
import { nonZero } from './non-zero.ts';
import { unique } from './unique.ts';

/** Operators whose results are as long as the data make them. */
export const sizedOps: readonly OpDef[] = [nonMaxSuppression, nonZero, unique, checkedCount];
