import { beforeAll, test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { expectExact } from '../activations/expect-exact.ts';
import { CASES, IN_TURNS, PACKED, packedCases } from '../activations/packed-cases.ts';
import { describeWith } from '../verify/native.ts';

let quantized: Awaited<ReturnType<typeof packedCases>>;

beforeAll(async () => {
  quantized = await packedCases();
});

// What test/activations leaves out on these cores.
for (const [turn, core] of IN_TURNS.entries()) {
  const { features } = await loadTarget(core);
  const toolchain = toolchainFor(await loadTarget(core));
  await describeWith(`4-bit activations on ${core}`, toolchain.available, () => {
    test.each(CASES.filter((_, i) => i !== turn))('%s', (name) =>
      expectExact(quantized.get(name)!, PACKED, toolchain, { features, optimize: '-O2' }),
    );
  });
}
