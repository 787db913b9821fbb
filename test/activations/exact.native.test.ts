import { beforeAll, test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith } from '../verify/native.ts';
import { expectExact } from './expect-exact.ts';
import { CASES, IN_TURNS, PACKED, packedCases } from './packed-cases.ts';

/** Each set of kernels on the core it is for. */
const CORES = ['cortex-m4f', 'cortex-m55'];

let quantized: Awaited<ReturnType<typeof packedCases>>;

beforeAll(async () => {
  quantized = await packedCases();
});

await describeWith('4-bit activations on the host under sanitizers', hostGcc().available, () => {
  test.each(CASES)('%s', (name) =>
    expectExact(quantized.get(name)!, PACKED, hostGcc(), { optimize: '-O1', sanitize: true }),
  );
});

for (const core of [...CORES, ...IN_TURNS]) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  const turn = IN_TURNS.indexOf(core);
  await describeWith(`4-bit activations on ${core}`, toolchain.available, () => {
    test.each(CASES.filter((_, i) => turn < 0 || i === turn))('%s', (name) =>
      expectExact(quantized.get(name)!, PACKED, toolchain, { features: target.features, optimize: '-O2' }),
    );
  });
}
