import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { guessCodeBytes } from '../../src/report/guess-code.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { sharedData, sharedModel } from '../helpers/shared-data.ts';

const file = new URL('../../docs/benchmarks/models.json', import.meta.url);
const rows: {
  model: string;
  core: string;
  precision: string;
  optimize: string;
  flashBytes: number;
  weightBytes: number;
}[] = JSON.parse(readFileSync(file, 'utf8'));

test.skipIf(!sharedData()).each(['kws', 'lenet5_mnist', 'resnet20_cifar'] as const)(
  'the guess at the code of %s is within a factor of two of what was measured, before it is int8 too',
  async (name) => {
    const model = readFileSync(sharedModel(name));
    const { program } = await compileModel({ model, name, target: await loadTarget('host') });
    for (const precision of ['float32', 'int8'] as const) {
      const row = rows.find(
        (one) =>
          one.model === name && one.core === 'cortex-m4f' && one.optimize === '-O2' && one.precision === precision,
      )!;
      const share = guessCodeBytes(program, precision) / (row.flashBytes - row.weightBytes);
      expect({ precision, share: share > 0.5 && share < 2 ? 'near' : share }).toEqual({ precision, share: 'near' });
    }
  },
);
