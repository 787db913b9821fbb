import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { programCosts } from '../../src/search/program-costs.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { TINY } from '../cli/tiny.ts';
import { inFolder } from '../verify/native.ts';

/** Costs without a sample to count with, as where there is no emulator. */
async function uncounted(core: string) {
  const target = await loadTarget(core);
  const calibration = async (graph: Parameters<typeof datasetInputs>[0]) => randomDataset(datasetInputs(graph), 8, 1);
  const compilation = await compileModel({ model: exportOnnx(parseGraph(TINY)), name: 'tiny', target, calibration });
  return inFolder((directory) => programCosts(compilation, null, directory));
}

test('instructions are estimated where nobody counts but the cost model knows the core', async () => {
  const { instructions } = await uncounted('cortex-m4f');
  expect(instructions?.estimated).toBe(true);
  expect(instructions?.total).toBeGreaterThan(1000);
  expect(instructions?.calls.length).toBe(3);
});

test('nobody knows what this computer takes', async () => {
  expect((await uncounted('host')).instructions).toBeNull();
});
