import { expect, test } from 'vitest';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { mistakes } from '../fuzz/mistakes.ts';
import { runModels } from '../fuzz/run-models.ts';
import { describeWith, inFolder } from '../verify/native.ts';

/** Another stream with FUZZ_SEED=2; `npm run fuzz:models -- --seed 2 --only INDEX` shows one of its models. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const COUNT = 5000;

await describeWith(
  'random models',
  () => hostGcc().available(),
  () => {
    test(`${COUNT} agree with onnxruntime`, async () => {
      const indices = Array.from({ length: COUNT }, (_, i) => i);
      const outcomes = await inFolder((folder) => runModels({ seed: SEED, indices, folder }));
      expect(mistakes(SEED, outcomes)).toEqual([]);
    });
  },
);
