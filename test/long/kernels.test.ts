import { test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { DSP, expectExact } from '../kernels/every-kernel.ts';
import { describeWith } from '../verify/native.ts';

const RUNS = [
  ['cortex-m4f', '-O0'],
  ['cortex-m4f', '-O2'],
  ['cortex-m4f', '-O3'],
  ['cortex-m33', '-Os'],
  ['cortex-m7', '-O3'],
  ['cortex-m55', '-O2'],
] as const;

for (const [core, optimize] of RUNS) {
  const toolchain = toolchainFor(await loadTarget(core));
  await describeWith(`every kernel with other random jobs on ${core}`, toolchain.available, () => {
    test.each([2, 3])(`${optimize}, seed %i`, (seed) => expectExact(toolchain, DSP, { optimize, seed }));
  });
}

await describeWith('the twins in C by clang', hostGcc('clang').available, () => {
  test('under sanitizers', () => expectExact(hostGcc('clang'), DSP, { optimize: '-O1', sanitize: true, seed: 2 }));
});
