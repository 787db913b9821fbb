import { test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { BATCHES, expectExact } from '../formats/every-format.ts';
import { describeWith } from '../verify/native.ts';

for (const core of ['cortex-m0', 'cortex-m3', 'cortex-m33']) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  await describeWith(`every layer in every format on ${core}`, toolchain.available, () => {
    test.each(BATCHES)('$formats', ({ batch }) =>
      expectExact(batch, toolchain, { features: target.features, optimize: '-O2' }),
    );
  });
}
