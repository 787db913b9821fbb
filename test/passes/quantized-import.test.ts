import { describe, expect, test } from 'vitest';
import { printGraph } from '../../src/ir/text.ts';
import { sharedData } from '../helpers/shared-data.ts';
import { differences, importQuantized, quantizedFile } from '../helpers/quantized-models.ts';
describe.skipIf(!sharedData())('x', () => {
  test('y', async () => {
    for (const name of (process.env.M ?? 'lenet5_mnist').split(',')) {
    const { bytes, samples } = await quantizedFile(name as 'ic', { form: (process.env.F ?? 'qdq') as 'qdq', activations: (process.env.A ?? 'u8') as 'u8', weights: (process.env.W ?? 'i8') as 'u8', perChannel: process.env.P !== '0' }, 8);
    const imported = await importQuantized(bytes);
    if (process.env.PRINT) console.log(printGraph(imported.original), printGraph(imported.graph));
    console.log(name, imported.remarks);
    console.table(await differences(imported, samples, true));
    console.table((await differences(imported, samples, false)).slice(-3));
    expect(1).toBe(1);
    }
  }, 100000);
});
