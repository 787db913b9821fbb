import { describe, expect, test } from 'vitest';
import { printGraph } from '../../src/ir/text.ts';
import { onnxFile, randomFeeds } from '../helpers/onnx-file.ts';
import { QUANTIZED_FILES } from '../helpers/quantized-files.ts';
import { differences, importQuantized, summary } from '../helpers/quantized-models.ts';

/** What stands where the integers of the model meet its float or uint8 borders. */
const BORDERS = ['QuantizeLinear', 'DequantizeLinear', 'ShiftCodes'];

describe('quantized files as tools write them', () => {
  test.each(QUANTIZED_FILES)('$name', async (file) => {
    const imported = await importQuantized(onnxFile(file));
    if (process.env.PRINT) console.log(printGraph(imported.graph));
    const inside = imported.graph.nodes.filter(({ op }) => !BORDERS.includes(op)).map(({ op }) => op);
    expect(inside.join(' ')).toBe(file.becomes);
    const remarks = imported.remarks.map(({ op, node, text }) => `${op} ${node}: ${text}`);
    expect(remarks).toEqual((file.remarks ?? []).map((pattern) => expect.stringMatching(pattern)));
    const samples = randomFeeds(file, 5);
    if (process.env.PRINT) console.table(await differences(imported, samples, true));
    const { elements, different, largest } = summary(await differences(imported, samples, true));
    expect(elements).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(1);
    expect(different / elements).toBeLessThan(file.share ?? 0.01);
  });
});
