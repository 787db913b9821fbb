import { expect, test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import type { Optimize } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { compileShared, describeShared, openFor, type SharedName } from '../e2e/support.ts';
import { BENCHED_TOTALS } from '../helpers/benched.ts';
import { sharedSamples } from '../helpers/shared-data.ts';
import { inFolder } from '../verify/native.ts';

const ROWS = BENCHED_TOTALS.filter(
  ({ format, goal }) => ['int8', 'int8-a4', 'float32'].includes(format) && goal === 'balanced',
);
const DSP_ROWS = ROWS.filter(({ core, format }) => core === 'cortex-m4f' && format === 'int8');

/** As bench/counted-models.ts has them. */
const ACTIVATIONS = [
  { match: '*', bits: 4 },
  { match: ':last', bits: 8 },
];

await describeShared('instructions of real models under QEMU', armQemu('mps2-an386', []).available, () => {
  test.each(ROWS)('$model in $format on $core: at most 2 % more than docs/benchmarks/kernels.json', async (row) => {
    expect(await totalOf(row, '-O2')).toBeLessThanOrEqual(1.02 * row.instructions);
  });

  test.each(DSP_ROWS)(
    '$model in $format on $core: at most 5 % more than that where the compiler saves code',
    async (row) => {
      expect(await totalOf(row, '-Os')).toBeLessThanOrEqual(1.05 * row.instructions);
    },
  );

  async function totalOf(row: (typeof ROWS)[number], optimize: Optimize): Promise<number | undefined> {
    const [name, target] = [row.model as SharedName, await loadTarget(row.core)];
    const [precision, four] = row.format.split('-') as ['int8' | 'float32', string?];
    const model = await compileShared(name, target, precision, sharedSamples(name, 'input'), four ? ACTIVATIONS : null);
    const samples = await openFor(model.floatGraph, sharedSamples(name, 'input'));
    const options = { toolchain: toolchainFor(target), samples: 1, layers: false, file: false, counts: true, optimize };
    const { counts } = await inFolder((directory) => verifyModel(model, samples, { ...options, directory }));
    return counts?.total;
  }
});
