import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/ir/program.ts';
import { step } from '../../../src/passes/pass.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { distill } from '../../../src/passes/retrain/distill.ts';
import { randomFeeds } from '../support.ts';
import { encode, FLOAT, run } from './support.ts';

describe('refuses before any pass runs', () => {
  test.each<[string, { [key: string]: Json }, RegExp]>([
    ['a rate of nothing', { rate: 0 }, /'rate' must be positive/],
    ['steps of nothing', { steps: -1 }, /'steps' must be positive/],
    ['features below zero', { features: -1 }, /'features' must not be negative/],
    ['a kind of output there is not', { outputs: 'words' }, /distill does not know 'words'/],
    ['too few samples', { samples: 7 }, /7 samples are too few/],
  ])('%s', async (_, options, message) => {
    const seen: string[] = [];
    const promise = run([step(calibrate), step(distill, options)], FLOAT, {
      length: 64,
      sample: (index) => {
        seen.push(String(index));
        return randomFeeds(FLOAT, index);
      },
    });
    await expect(promise).rejects.toThrow(message);
    expect(seen).toEqual([]);
  });

  test('no float model', async () => {
    const { graph } = await run(encode('int4'));
    await expect(run([step(distill)], graph)).rejects.toMatchObject({ problem: { code: 'BAD_PASS' } });
  });
});
