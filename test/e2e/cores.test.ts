import { expect, test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import { agrees } from '../../src/verify/compare.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { benchedInstructions } from '../helpers/benched.ts';
import { sharedSamples } from '../helpers/shared-data.ts';
import { inFolder } from '../verify/native.ts';
import { compileShared, describeShared, openFor, type SharedName } from './support.ts';

const CORES = ['cortex-m0', 'cortex-m3', 'cortex-m4f', 'cortex-m7', 'cortex-m33', 'cortex-m55'];
/** A depthwise, a residual and a dense model everywhere; two more where kernels differ most. */
const INTEGER: readonly (readonly [SharedName, string])[] = [
  ...(['kws', 'ic', 'ad'] as const).flatMap((name) => CORES.map((core) => [name, core] as const)),
  ...(['dscnn_mnist', 'vww'] as const).flatMap((name) =>
    ['cortex-m3', 'cortex-m4f', 'cortex-m55'].map((core) => [name, core] as const),
  ),
];
/** Whose instructions are held to docs/benchmarks/kernels.json; other cores and models: test/long/instructions.test.ts. */
const COUNTED: readonly string[] = ['cortex-m4f', 'cortex-m55'];
const FLOAT: readonly SharedName[] = ['kws', 'lenet5_mnist', 'gru_mnist'];

const { available } = armQemu('mps2-an386', []);

await describeShared('real models under QEMU, 2 samples', available, () => {
  test.each(INTEGER)('%s in int8 on %s: every layer bit-identical with the oracle', async (name, core) => {
    const { layers, outputs, counts } = await verify(name, core, 'int8');
    expect([...layers, ...outputs].filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
    expect(layers.length).toBeGreaterThan(9);
    if (COUNTED.includes(core)) {
      expect(counts?.total).toBeLessThanOrEqual(
        1.02 * (benchedInstructions(name, core, 'int8') ?? Number.POSITIVE_INFINITY),
      );
    }
  });

  test.each(FLOAT)(
    '%s in float32 on cortex-m4f: outputs within 1e-5 of their range, instructions as benched',
    async (name) => {
      const { outputs, counts } = await verify(name, 'cortex-m4f', 'float32');
      expect(outputs.filter((output) => !agrees(output, 1e-5))).toEqual([]);
      expect(counts?.total).toBeLessThanOrEqual(
        1.02 * (benchedInstructions(name, 'cortex-m4f', 'float32') ?? Number.POSITIVE_INFINITY),
      );
    },
  );

  async function verify(name: SharedName, core: string, precision: 'int8' | 'float32') {
    const target = await loadTarget(core);
    const model = await compileShared(name, target, precision);
    const samples = await openFor(model.floatGraph, sharedSamples(name, 'input'));
    return inFolder((directory) =>
      verifyModel(model, samples, {
        toolchain: toolchainFor(target),
        directory,
        samples: 2,
        counts: COUNTED.includes(core),
      }),
    );
  }
});
