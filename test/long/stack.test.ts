import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { loadDataset } from '../../src/data/dataset.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { buildHarness, runHarness } from '../../src/verify/harness.ts';
import { measureFootprint } from '../../src/verify/size.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { harnessModel } from '../../src/verify/verify-model.ts';
import { formatsAsAsked } from '../helpers/formats-as-asked.ts';
import { sharedData, sharedModel, sharedSamples } from '../helpers/shared-data.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { FORMATS } from './formats.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

const SHARED = ['kws', 'ic', 'vww', 'dscnn_mnist', 'lenet5_mnist'] as const;

/** The harness paints with the hook, which may change the frame of the run: the bound is one of the same C. */
const HOOK = `#include <stddef.h>
void hook(int layer, const void *result, size_t bytes);
void hook(int layer, const void *result, size_t bytes) { (void)layer; (void)result; (void)bytes; }
`;

/** The examples in every format, and what int8 of real models brings in of kernels in assembler. */
const CASES = [
  ...['shapes', 'vibration'].flatMap((name) => ['float32', ...FORMATS].map((format) => [name, format] as const)),
  ...(sharedData() ? SHARED : []).map((name) => [name, 'int8'] as const),
];

for (const core of ['cortex-m0', 'cortex-m3', 'cortex-m4f']) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  await describeWith(`stack on ${core}`, toolchain.available, () => {
    test.each(CASES)(
      '%s in %s: reported is at least painted, and at most 10 % more or with the branch that makes it so',
      async (name, format) => {
        const model = await compiled(name, format);
        const { bytes, branch, path } = await reported(model);
        const painted = await paintedBytes(model);
        const chain = path.map((frame) => `${frame.name} ${frame.bytes}`).join(' > ');
        console.log(
          `${core} ${name} ${format}: ${bytes} / ${painted} ${chain}; without ${branch?.name}: ${branch?.bytesWithout}`,
        );
        expect(bytes, chain).toBeGreaterThanOrEqual(painted);
        const explained = branch !== null && branch.bytesWithout <= 1.1 * painted;
        if (!explained) expect(bytes, chain).toBeLessThanOrEqual(1.1 * painted);
      },
    );
  });

  async function compiled(name: string, format: string): Promise<Compilation> {
    const shared = SHARED.find((model) => model === name);
    const samples = shared ? sharedSamples(shared, 'input') : `${EXAMPLES}/${name}/calibration.json`;
    return compileModel({
      model: await readFile(shared ? sharedModel(shared) : `${EXAMPLES}/${name}/${name}.onnx`),
      name,
      target,
      calibration: async (graph) => loadDataset(samples, datasetInputs(graph)),
      ...(format === 'float32'
        ? { precision: 'float32' as const }
        : {
            recipe: formatsAsAsked({
              calibrate: { samples: 4, method: 'minmax' },
              correctBias: false,
              weights: [{ format, method: 'nearest', correction: 'none' }],
            }),
          }),
    });
  }

  async function reported(model: Compilation) {
    const files = new Map([...model.files, ['hook.c', HOOK]]);
    const defines = [`${model.name.toUpperCase()}_LAYER_HOOK=hook`];
    const { stack } = await inFolder((directory) =>
      measureFootprint(toolchain, harnessModel(model), { files, directory, optimize: '-O2', defines }),
    );
    return stack!;
  }

  function paintedBytes(model: Compilation): Promise<number> {
    return inFolder(async (directory) => {
      const request = { files: model.files, directory, optimize: '-O2', counts: true } as const;
      const harness = await buildHarness(toolchain, harnessModel(model), request);
      const bytes = harnessModel(model).inputs.reduce((sum, input) => sum + input.bytes, 0);
      const { counts } = await runHarness(harness, [new Uint8Array(bytes).fill(1)]);
      return counts!.stackBytes!;
    });
  }
}
