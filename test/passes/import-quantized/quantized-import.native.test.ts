import { expect, test } from 'vitest';
import { compileModel } from '../../../src/compile.ts';
import { importQdq } from '../../../src/passes/import-quantized/import-qdq.ts';
import { quantizedFloatPasses, quantizedImportPasses } from '../../../src/passes/import-quantized/import-quantized.ts';
import { step } from '../../../src/passes/pass.ts';
import { loadTarget } from '../../../src/targets/load.ts';
import { hostGcc } from '../../../src/verify/host-gcc.ts';
import { onnxFile, randomFeeds } from '../../helpers/onnx-file.ts';
import { DYNAMIC_FILES, QUANTIZED_FILES } from '../../helpers/quantized-files.ts';
import { importQuantized, quantizedFile, verifyC, verifyCompiled } from '../../helpers/quantized-models.ts';
import { sharedData } from '../../helpers/shared-data.ts';
import { describeWith } from '../../verify/native.ts';
import { expectSameMeaning } from '../support.ts';

await describeWith(
  'C of quantized files',
  () => hostGcc().available(),
  () => {
    test.each(QUANTIZED_FILES)('$name', async (file) => {
      const { graph } = await importQuantized(onnxFile(file));
      const verdict = await verifyC(graph, randomFeeds(file, 5));
      expect(verdict).toMatchObject({ passed: true, samples: 5 });
    });

    test.each(QUANTIZED_FILES.slice(0, 2))('$name, in float32', async (file) => {
      const { original, graph } = await importQuantized(onnxFile(file), quantizedFloatPasses);
      expect([...graph.types.values()].every(({ quant }) => quant === null)).toBe(true);
      await expectSameMeaning(original, graph, 1e-6);
      expect(await verifyC(graph, randomFeeds(file, 3))).toMatchObject({ passed: true });
    });

    test('operators that round with the zero point, in float32', async () => {
      const file = QUANTIZED_FILES.find(({ name }) => name === 'operators on integers with scales')!;
      const { graph } = await importQuantized(onnxFile(file), quantizedFloatPasses);
      expect(graph.nodes.some(({ rounding }) => rounding === 'even-codes')).toBe(true);
      expect(await verifyC(graph, randomFeeds(file, 5))).toMatchObject({ passed: true });
    });

    test.each(DYNAMIC_FILES)('$name', async (file) => {
      const { graph, remarks } = await importQuantized(onnxFile(file));
      expect(remarks).toEqual([]);
      expect(await verifyC(graph, randomFeeds(file, 5))).toMatchObject({ passed: true, samples: 5 });
    });

    test('the model inputs and outputs as codes with stripIo', async () => {
      const [file] = QUANTIZED_FILES;
      const pipeline = [...quantizedImportPasses.slice(0, -1), step(importQdq, { stripIo: true })];
      const { graph } = await importQuantized(onnxFile(file), pipeline);
      expect(graph.nodes.map(({ op }) => op)).toEqual(['Gather', 'Conv']);
      expect([...graph.inputs, ...graph.outputs].map((value) => graph.types.get(value)?.dtype)).toEqual(['i8', 'i8']);
      expect(await verifyC(graph, randomFeeds(file, 5))).toMatchObject({ passed: true, samples: 5 });
    });

    test.skipIf(!sharedData())('a model of the shared data, through the whole compiler', async () => {
      const options = { form: 'qlinear', activations: 'u8', weights: 'u8', perChannel: false } as const;
      const { bytes, samples } = await quantizedFile('ic', options, 2);
      const model = await compileModel({ model: bytes, name: 'ic', target: await loadTarget('host') });
      expect(model.precision).toBe('int8');
      expect(await verifyCompiled(model, samples)).toMatchObject({ passed: true });
    });
  },
);
