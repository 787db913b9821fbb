import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeShared, openFor } from '../e2e/support.ts';
import { type SharedModel, sharedModel, sharedSamples } from '../helpers/shared-data.ts';
import { inFolder } from '../verify/native.ts';

/** First and last layers keep 8 bits: the weights of both, what the last one reads and makes, the input of the model. */
const WEIGHTS = [
  { match: '*', format: 'int4', method: 'nearest' },
  { match: ':first', format: 'int8', method: 'nearest' },
  { match: ':last', format: 'int8', method: 'nearest' },
];
const ACTIVATIONS = [
  { match: '*', bits: 4 },
  { match: ':last', bits: 8 },
];

const { available } = hostGcc();
const target = await loadTarget('host');

await describeShared('int4 weights and packed 4-bit activations under sanitizers, 16 samples', available, () => {
  test.each<SharedModel>(['lenet5_mnist', 'dscnn_mnist', 'ic'])(
    '%s: every layer bit-identical with the oracle, about half the arena of int8',
    async (name) => {
      const four = await compiled(name, { weights: WEIGHTS, activations: ACTIVATIONS });
      const eight = await compiled(name, { weights: WEIGHTS });
      const samples = await openFor(four.floatGraph, sharedSamples(name, 'input'));
      const { layers, outputs } = await inFolder((directory) =>
        verifyModel(four, samples, { toolchain: hostGcc(), directory, optimize: '-O1', sanitize: true }),
      );
      expect([...layers, ...outputs].filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
      console.log(`${name}: arena ${four.plan.arenaBytes} bytes, int8 ${eight.plan.arenaBytes}`);
      expect(four.plan.arenaBytes).toBeLessThan(0.6 * eight.plan.arenaBytes);
    },
  );
});

function compiled(
  name: SharedModel,
  options: Pick<Parameters<typeof compileModel>[0], 'weights' | 'activations'>,
): Promise<Compilation> {
  return compileModel({
    model: readFileSync(sharedModel(name)),
    name,
    target,
    precision: 'int8',
    correctBias: false,
    calibration: (graph) => openFor(graph, sharedSamples(name, 'input')),
    ...options,
  });
}
