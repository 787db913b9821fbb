import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { executions } from '../../src/ir/loops.ts';
import { numbersOf } from '../../src/ir/tensor.ts';
import { readNpy } from '../../src/numerics/npy.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { type CompiledModel, verifyModel } from '../../src/verify/verify-model.ts';
import { sharedSamples } from '../helpers/shared-data.ts';
import { inFolder } from '../verify/native.ts';
import { compileShared, describeShared, floatShared, openFor, outputsOfC, type SharedName } from './support.ts';
import { expectScoreOfFloat } from './top1.ts';

/** Of which labelled samples are scored too; test/long has those that are much like one of these. */
const LABELLED = ['kws', 'lenet5_mnist', 'dscnn_mnist', 'resnet20_cifar', 'gru_mnist'] as const;
const MODELS: readonly SharedName[] = [...LABELLED, 'kws_float', 'ic', 'vww', 'ad'];

const { available } = hostGcc();
const target = await loadTarget('host');

await describeShared('real models on the host under sanitizers, 4 samples', available, () => {
  test.each(MODELS)('%s in float32: every layer and output within 1e-5 of its range', async (name) => {
    const model = await floatShared(name);
    const { layers, outputs } = await verify(name, model);
    expect([...layers, ...outputs].filter((one) => !agrees(one, 1e-5))).toEqual([]);
    expect(layers.length).toBeGreaterThan(1);

    // And 16 outputs of the file as it came, by onnxruntime with all its optimizations.
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
    // Every call but copies of layouts completes a value that was compared, in each turn of a loop.
    const calls = executions(model.program).filter(({ call }) => call.op !== 'Copy');
    expect(layers.length).toBe(calls.length);
  });

  async function verify(name: SharedName, model: CompiledModel & { floatGraph: CompiledModel['graph'] }) {
    const samples = await openFor(model.floatGraph, sharedSamples(name, 'input'));
    return inFolder((directory) =>
      verifyModel(model, samples, { toolchain: hostGcc(), directory, samples: 4, optimize: '-O1', sanitize: true }),
    );
  }
});

await describeShared('top-1 on labelled samples, calibrated on 256 training samples', available, () => {
  test.each(LABELLED)('%s: int8 at most 0.5 points under float32 (and chance)', expectScoreOfFloat);
});
