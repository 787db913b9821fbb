import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cScore } from '../../bench/c-score.ts';
import { type CompileOptions, compileModel } from '../../src/compile.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { describeShared, openFor } from '../e2e/support.ts';
import { type SharedModel, sharedDataset, sharedModel } from '../helpers/shared-data.ts';
import { inFolder } from '../verify/native.ts';

const target = await loadTarget('host');
const SAMPLES = 10_000;
const WIDE = { activations: [{ match: ':all', bits: 16 }] };

await describeShared('int8 weights and 16-bit activations, 10,000 test samples', hostGcc().available, () => {
  test.each<SharedModel>(['lenet5_mnist', 'dscnn_mnist'])('%s: within 0.05 points of float32', async (name) => {
    const [real, wide] = [await top1(name, { precision: 'float32' }), await top1(name, WIDE)];
    console.log(`${name}: float32 ${real} %, W8A16 ${wide} %`);
    expect(Math.abs(real - wide)).toBeLessThanOrEqual(0.05);
  });
});

/** Percent, of the C. */
async function top1(name: SharedModel, options: Pick<CompileOptions, 'precision' | 'activations'>): Promise<number> {
  const compilation = await compileModel({
    model: readFileSync(sharedModel(name)),
    name,
    target,
    calibration: (graph) => openFor(graph, sharedDataset(name, 'train')),
    ...options,
  });
  const data = await openFor(compilation.floatGraph, sharedDataset(name, 'test'));
  return inFolder(async (folder) => Math.round((await cScore(compilation, data, SAMPLES, folder)) * 10_000) / 100);
}
