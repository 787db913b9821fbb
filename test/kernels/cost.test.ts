import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pricesOf, pricesSource } from '../../bench/fit-prices.ts';
import type { CostSample } from '../../bench/tables/kernel-costs.ts';
import { instructionsOf } from '../../src/kernels/cost.ts';
import { PRICES } from '../../src/kernels/prices.ts';
import { loadTarget } from '../../src/targets/load.ts';

const SAMPLES: readonly CostSample[] = JSON.parse(
  readFileSync(new URL('../../docs/benchmarks/kernel-costs.json', import.meta.url), 'utf8'),
);
const CORES = [...new Set(SAMPLES.map(({ core }) => core))];

/** |estimate - count| / count, ascending. */
async function errors(core: string): Promise<{ error: number; sample: CostSample }[]> {
  const { features } = await loadTarget(core);
  return SAMPLES.filter((sample) => sample.core === core)
    .map((sample) => {
      const estimate = instructionsOf(sample.kernel, sample.work, { core, features });
      return { error: Math.abs(estimate - sample.instructions) / sample.instructions, sample };
    })
    .sort((a, b) => a.error - b.error);
}

describe('the cost model against what was counted (npm run bench:costs)', () => {
  test.each(CORES)('%s: half of all layers within 3 %%, all within 15 %%', async (core) => {
    const sorted = await errors(core);
    expect(sorted[sorted.length >> 1].error).toBeLessThan(0.03);
    expect(sorted.filter(({ error }) => error >= 0.15).map((one) => JSON.stringify(one))).toEqual([]);
  });

  test('src/kernels/prices.ts fits these counts', () => {
    const source = readFileSync(new URL('../../src/kernels/prices.ts', import.meta.url), 'utf8');
    expect(pricesSource(pricesOf(SAMPLES))).toBe(source);
  });

  test('a core that nobody has counted has the prices of its kin', async () => {
    const { features } = await loadTarget('cortex-m85');
    const sample = SAMPLES.find(({ core, kernel }) => core === 'cortex-m4f' && kernel === 'conv2d_4x2_s8');
    const [own, kin] = ['cortex-m85', 'cortex-m55'].map((core) =>
      instructionsOf('conv2d_4x2_s8', sample?.work ?? {}, { core, features }),
    );
    expect(own).toBe(kin);
    expect(own).toBeGreaterThan(0);
  });

  test('what nobody has counted costs what its kernel says', () => {
    expect(instructionsOf('new_s8', { instructions: 70 }, { core: 'cortex-m3', features: new Set() })).toBe(70);
    expect(Object.keys(PRICES)).toContain('cortex-m3');
  });
});

test('rounding as a quantized file does costs what was counted: a pointwise layer of 32 to 32 channels, 16 x 16 pixels', async () => {
  const { features } = await loadTarget('cortex-m4f');
  const plain = { pairs: 128, widened: 4096, fours: 1024, products: 32_768 };
  const counted = { shifts: 279_562, words: 497_674, fine: 549_898 };
  for (const [form, instructions] of Object.entries(counted)) {
    const work = { ...plain, [`rounds ${form} by fours`]: 8192 };
    const estimate = instructionsOf('pointwise_4x2_s8', work, { core: 'cortex-m4f', features });
    expect(Math.abs(estimate / instructions - 1)).toBeLessThan(0.05);
  }
});
