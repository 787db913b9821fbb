import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { loadTarget } from '../../src/targets/load.ts';
import type { Target } from '../../src/targets/target.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { type FileSpec, onnxFile, randomFeeds } from '../helpers/onnx-file.ts';
import { FLOAT_BIAS, SMALL_STEPS, SMALL_TIES, SOFTMAX_FILE, TIES_NETWORK } from '../helpers/ties-network.ts';
import { describeWith, inFolder } from '../verify/native.ts';

const CORES = ['host', 'cortex-m4f', 'cortex-m0', 'cortex-m0-slow-mul', 'rv32i', 'avr', 'avr-no-mul'];

/** Files and the operators in them that round half to even. */
const NETWORK = [TIES_NETWORK, 'Conv Conv Add Mul AveragePool AveragePool GlobalAveragePool MatMul Mul Add'] as const;
const SMALL = [SMALL_TIES, 'Conv AveragePool'] as const;

for (const core of CORES) {
  const target = await loadTarget(core);
  await describeWith(`ties on ${core}`, toolchainFor(target).available, () => {
    test('the codes of the file, layer by layer and at the end', async () => {
      const [file, halves] = core === 'avr-no-mul' ? SMALL : NETWORK;
      expect((await expectCodesOfTheFile(file, target, true)).join(' ')).toBe(halves);
    });

    test.skipIf(core === 'avr-no-mul')('precise multipliers', async () => {
      expect(await expectCodesOfTheFile(SMALL_STEPS, target, false)).toEqual(['Conv']);
    });

    test.skipIf(core === 'avr-no-mul')('biases in float', async () => {
      expect(await expectCodesOfTheFile(FLOAT_BIAS, target, false)).toEqual(['Conv', 'Conv', 'MatMul']);
    });

    test('Softmax with any scale and zero point', async () => {
      expect(await expectCodesOfTheFile(SOFTMAX_FILE, target, false)).toEqual(['Softmax']);
    });
  });
}

/** Operators that requantize in a form of their own. */
async function expectCodesOfTheFile(file: FileSpec, target: Target, exact: boolean): Promise<string[]> {
  const model = await compileModel({ model: onnxFile(file), name: 'ties', target });
  const samples = randomFeeds(file, 3);
  const dataset = { name: 'samples', count: samples.length, labels: null, sample: (i: number) => samples[i] };
  const verdict = await inFolder((directory) =>
    verifyModel(model, dataset, { toolchain: toolchainFor(target), directory, optimize: '-Os' }),
  );
  expect([...verdict.layers, ...verdict.outputs].filter(({ different }) => different > 0)).toEqual([]);
  expect(verdict.file).toMatchObject({ run: true, passed: true });
  const outputs = verdict.file?.run ? verdict.file.outputs : [];
  expect(outputs.filter(({ different, allowed }) => different > 0 || allowed !== (exact ? 0 : 1))).toEqual([]);
  return model.program.calls.flatMap(({ requantization, op }) => (requantization ? [op] : []));
}
