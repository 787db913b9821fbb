import { expect, test } from 'vitest';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { onnxFile, randomFeeds } from '../helpers/onnx-file.ts';
import { QUANTIZED_FILES } from '../helpers/quantized-files.ts';
import { importQuantized, verifyC } from '../helpers/quantized-models.ts';
import { describeWith } from '../verify/native.ts';

await describeWith('C of quantized files', () => hostGcc().available(), () => {
  test.each(QUANTIZED_FILES)('$name', async (file) => {
    const { graph } = await importQuantized(onnxFile(file));
    const verdict = await verifyC(graph, randomFeeds(file, 5));
    expect(verdict).toMatchObject({ passed: true, samples: 5 });
  });
});
