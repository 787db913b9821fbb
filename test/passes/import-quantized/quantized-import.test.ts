import { describe, expect, test } from 'vitest';
import { tensorOf } from '../../../src/ir/tensor.ts';
import { printGraph } from '../../../src/ir/text.ts';
import { type FileSpec, f32, i8, i64, node, onnxFile, randomFeeds, u8 } from '../../helpers/onnx-file.ts';
import { QUANTIZED_FILES } from '../../helpers/quantized-files.ts';
import { differences, importQuantized, summary } from '../../helpers/quantized-models.ts';

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

  test.each([
    ['beyond its input', 100, 1],
    ['below any number of codes', -3.4e38, 1],
    ['between two codes of its input', 1.3, 1 / 32],
    ['that both have', 1.5, 1 / 4],
  ])('a Pad fills with a number %s as its result is quantized', async (_, fill, scale) => {
    const file: FileSpec = {
      inputs: { x: ['i8', [1, 4]] },
      outputs: ['y'],
      constants: { s: f32(0.25), z: i8(3), t: f32(scale), o: i8(-7), pads: i64(0, 1, 0, 1), fill: f32(fill) },
      nodes: [
        node('r = DequantizeLinear(x, s, z)'),
        node('p = Pad(r, pads, fill)'),
        node('y = QuantizeLinear(p, t, o)'),
      ],
    };
    const imported = await importQuantized(onnxFile(file));
    expect(imported.graph.nodes.map(({ op }) => op)).toContain('Pad');
    const { elements, different } = summary(await differences(imported, randomFeeds(file, 3), true));
    expect({ elements, different }).toEqual({ elements: 18, different: 0 });
  });

  test('integers of 4 bits that are read as integers stay what they are', async () => {
    const file: FileSpec = {
      inputs: { x: ['f32', [8]] },
      outputs: ['out', 'raw'],
      constants: { s: f32(0.1), z: tensorOf('i4', [], [2]) },
      nodes: [
        node('q = QuantizeLinear(x, s, z)'),
        node('r = DequantizeLinear(q, s, z)'),
        node('t = Relu(r)'),
        node('t_q = QuantizeLinear(t, s, z)'),
        node('out = DequantizeLinear(t_q, s, z)'),
        node('raw = Cast(t_q)', { to: 6 }),
      ],
    };
    const { graph, remarks } = await importQuantized(onnxFile(file));
    expect(remarks.map(({ node: name, text }) => `${name}: ${text}`)).toEqual([
      't: stays in float: its result is not quantized, or in several ways',
      't_q: stays in float: its integers have fewer than 8 bits and are read as such',
      'out: stays in float: its integers are computed by an operator without codes',
    ]);
    expect(graph.types.get('t_q')).toEqual({ dtype: 'i4', shape: [8], quant: null });
  });

  test('many moves that fork and join take no time', async () => {
    const levels = Array.from({ length: 40 }, (_, i) => [
      node(`a${i} = Slice(v${i}, zero, half, axis)`),
      node(`v${i + 1} = Concat(a${i}, a${i})`, { axis: 0 }),
    ]);
    const file: FileSpec = {
      inputs: { x: ['f32', [8]] },
      outputs: ['out'],
      constants: { s: f32(0.01), z: u8(100), t: f32(0.02), zero: i64(0), half: i64(4), axis: i64(0) },
      nodes: [
        node('q = QuantizeLinear(x, s, z)'),
        node('v0 = DequantizeLinear(q, s, z)'),
        ...levels.flat(),
        node('w = QuantizeLinear(v40, t, z)'),
        node('out = DequantizeLinear(w, t, z)'),
      ],
    };
    const { graph } = await importQuantized(onnxFile(file));
    expect(graph.nodes.filter(({ op }) => op === 'LookupTable')).toHaveLength(1);
  });
});
