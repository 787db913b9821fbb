import { test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith } from '../verify/native.ts';
import { expectExact, expectExactSums } from './every-kernel.ts';

await describeWith('every kernel with random jobs on the host: the twins in C', hostGcc().available, () => {
  test.each(['dsp', 'helium', 'thumb2'] as const)('of %s, under sanitizers', (set) =>
    expectExact(hostGcc(), set, { optimize: '-O1', sanitize: true }),
  );
  test('that add', () => expectExactSums(hostGcc(), { optimize: '-O1', sanitize: true }));
});

const cortexM4 = toolchainFor(await loadTarget('cortex-m4f'));
await describeWith('every kernel with random jobs on cortex-m4f', cortexM4.available, () => {
  // The level at which the compiler aligns functions least.
  test('-Os', () => expectExact(cortexM4, 'dsp', { optimize: '-Os' }));
  test('-O0, those that add', () => expectExactSums(cortexM4, { optimize: '-O0' }));
});

const cortexM55 = toolchainFor(await loadTarget('cortex-m55'));
await describeWith('every kernel of Helium with random jobs on cortex-m55', cortexM55.available, () => {
  test('-O2', () => expectExact(cortexM55, 'helium', { optimize: '-O2' }));
});

const cortexM3 = toolchainFor(await loadTarget('cortex-m3'));
await describeWith('every kernel in Thumb-2 with random jobs on cortex-m3', cortexM3.available, () => {
  test('-O2', () => expectExact(cortexM3, 'thumb2', { optimize: '-O2' }));
});

const cortexM0 = toolchainFor(await loadTarget('cortex-m0plus'));
await describeWith('every kernel in Thumb-1 with random jobs on cortex-m0plus', cortexM0.available, () => {
  test('-O2', () => expectExact(cortexM0, 'thumb1', { optimize: '-O2' }));
});
