import { test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith } from '../verify/native.ts';
import { BATCHES, expectExact } from './every-format.ts';

/** Each set of kernels on the core it is for. */
const CORES = ['cortex-m4f', 'cortex-m55'];
/** These compile C that others compile as well, the one the host's, the other the Cortex-M4F's: in turns, all in test/long. */
const IN_TURNS = ['cortex-m0', 'cortex-m3', 'cortex-m33'];

await describeWith('every layer in every format on the host under sanitizers', hostGcc().available, () => {
  test.each(BATCHES)('$formats', ({ batch }) =>
    expectExact(batch, hostGcc(), { features: new Set(), sanitize: true, optimize: '-O1' }),
  );
});

for (const core of [...CORES, ...IN_TURNS]) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  const turn = IN_TURNS.indexOf(core);
  const batches = BATCHES.filter(({ batch }) => turn < 0 || batch % IN_TURNS.length === turn);
  await describeWith(`every layer in every format on ${core}`, toolchain.available, () => {
    test.each(batches)('$formats', ({ batch }) =>
      expectExact(batch, toolchain, { features: target.features, optimize: '-O2' }),
    );
  });
}
