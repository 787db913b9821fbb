import { test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { expectExact } from '../kernels/every-kernel.ts';
import { describeWith } from '../verify/native.ts';

const RUNS = [
  ['cortex-m4f', '-O0', 'dsp'],
  ['cortex-m4f', '-O2', 'dsp'],
  ['cortex-m4f', '-O3', 'dsp'],
  ['cortex-m33', '-Os', 'dsp'],
  ['cortex-m7', '-O3', 'dsp'],
  ['cortex-m55', '-O2', 'dsp'],
  ['cortex-m55', '-Os', 'dsp'],
  ['cortex-m3', '-O0', 'thumb2'],
  ['cortex-m3', '-Os', 'thumb2'],
  ['cortex-m55', '-O0', 'helium'],
  ['cortex-m55', '-Os', 'helium'],
  ['cortex-m55', '-O3', 'helium'],
] as const;

for (const [core, optimize, set] of RUNS) {
  const toolchain = toolchainFor(await loadTarget(core));
  await describeWith(`every kernel of ${set} with other random jobs on ${core}`, toolchain.available, () => {
    test.each([2, 3])(`${optimize}, seed %i`, (seed) => expectExact(toolchain, set, { optimize, seed }));
  });
}

await describeWith('the twins in C by clang', hostGcc('clang').available, () => {
  test.each(['dsp', 'helium', 'thumb2'] as const)('of %s, under sanitizers', (set) =>
    expectExact(hostGcc('clang'), set, { optimize: '-O1', sanitize: true, seed: 2 }),
  );
});
