import { test } from 'vitest';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { describeShared } from '../e2e/support.ts';
import { expectScoreOfFloat } from '../e2e/top1.ts';

await describeShared('top-1 on labelled samples, calibrated on 256 training samples', hostGcc().available, () => {
  test.each(['kws_float', 'ic'] as const)('%s: int8 at most 0.5 points under float32 (and chance)', expectScoreOfFloat);
});
