import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { numbersOf } from '../../src/ir/tensor.ts';
import { readNpy } from '../../src/numerics/npy.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { type CompiledModel, verifyModel } from '../../src/verify/verify-model.ts';
import { type SharedModel, sharedDataset, sharedSamples } from '../helpers/shared-data.ts';
import { inFolder } from '../verify/native.ts';
import { compileShared, describeShared, openFor, outputsOfC, type SharedName } from './support.ts';

const LABELLED: readonly SharedModel[] = ['kws', 'kws_float', 'ic', 'lenet5_mnist', 'dscnn_mnist', 'resnet20_cifar'];
const MODELS: readonly SharedName[] = [...LABELLED, 'vww', 'ad', 'gru_mnist'];

const { available } = hostGcc();
const target = await loadTarget('host');

await describeShared('real models on the host under sanitizers, 16 samples', available, () => {
  test.each(MODELS)('%s in float32: every layer and output within 1e-5 of its range', async (name) => {
    const model = await compileShared(name, target, 'float32');
    const { layers, outputs } = await verify(name, model);
    expect([...layers, ...outputs].filter((one) => !agrees(one, 1e-5))).toEqual([]);
    expect(layers.length).toBeGreaterThan(1);

    // And the outputs of the file as it came, by onnxruntime with all its optimizations.
    const wanted = numbersOf(readNpy(readFileSync(sharedSamples(name, 'output')), name));
    const actual = (await outputsOfC(model, await openFor(model.floatGraph, sharedSamples(name, 'input')), 16)).flat();
    const range = Math.max(...wanted.map(Math.abs));
    const error = Math.max(...wanted.map((value, i) => Math.abs(value - actual[i]!)));
    expect(actual.length).toBe(wanted.length);
    expect(error / range).toBeLessThanOrEqual(1e-5);
  });

  test.each(MODELS)('%s in int8: every layer bit-identical with the oracle', async (name) => {
    const model = await compileShared(name, target, 'int8');
    const { layers, outputs } = await verify(name, model);
    expect([...layers, ...outputs].filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
    // Every call but copies of layouts completes a value that was compared.
    const calls = model.program.calls.filter(({ op }) => op !== 'Copy');
    expect(layers.length).toBe(calls.length);
  });

  async function verify(name: SharedName, model: CompiledModel & { floatGraph: CompiledModel['graph'] }) {
    const samples = await openFor(model.floatGraph, sharedSamples(name, 'input'));
    return inFolder((directory) =>
      verifyModel(model, samples, { toolchain: hostGcc(), directory, optimize: '-O1', sanitize: true }),
    );
  }
});

/**
 * int8 may be right on 0.5 points fewer samples than float32. Of n samples only the d on which exactly one of the two is
 * right tell them apart; with no true difference they fall to either side by chance, with a deviation of sqrt(d).
 * Allowed on top: two such deviations.
 */
await describeShared('top-1 on labelled samples, calibrated on 256 training samples', available, () => {
  const COUNT = 400;

  test.each([...LABELLED, 'gru_mnist'] as const)(
    `%s: int8 at most 0.5 points under float32 (and chance) on ${COUNT} samples`,
    async (name) => {
      const train = sharedDataset(name, 'train');
      const float = await compileShared(name, target, 'float32');
      const int8 = await compileShared(name, target, 'int8', train);
      const data = await openFor(float.floatGraph, sharedDataset(name, 'test'));
      const right = async (model: CompiledModel) => {
        const outputs = await outputsOfC(model, data, COUNT);
        return outputs.map((values, i) => values.indexOf(Math.max(...values)) === data.labels![i]);
      };
      const [byFloat, byInt8] = [await right(float), await right(int8)];
      const score = (results: readonly boolean[]) => results.filter(Boolean).length;
      const differing = byFloat.filter((result, i) => result !== byInt8[i]).length;
      console.log(`${name}: float32 ${score(byFloat)}, int8 ${score(byInt8)} of ${COUNT}, ${differing} differ`);
      expect(score(byFloat)).toBeGreaterThan(0.8 * COUNT);
      expect(score(byInt8)).toBeGreaterThanOrEqual(score(byFloat) - 0.005 * COUNT - 2 * Math.sqrt(differing));
    },
  );
});
