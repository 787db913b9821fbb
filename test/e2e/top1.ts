import { expect } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import type { CompiledModel } from '../../src/verify/verify-model.ts';
import { type SharedModel, sharedDataset } from '../helpers/shared-data.ts';
import { compileShared, floatShared, openFor, outputsOfC } from './support.ts';

const COUNT = 400;

/**
 * int8 may be right on 0.5 points fewer samples than float32. Of n samples only the d on which exactly one of the two is
 * right tell them apart; with no true difference they fall to either side by chance, with a deviation of sqrt(d).
 * Allowed on top: two such deviations.
 */
export async function expectScoreOfFloat(name: SharedModel): Promise<void> {
  const float = await floatShared(name);
  const int8 = await compileShared(name, await loadTarget('host'), 'int8', sharedDataset(name, 'train'));
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
}
