import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/ir/types.ts';
import {
  differences,
  importQuantized,
  type ModelName,
  quantizedFile,
  summary,
} from '../../helpers/quantized-models.ts';
import { sharedData } from '../../helpers/shared-data.ts';
import type { StaticOptions } from '../../helpers/static-quantizer.ts';

const SAMPLES = 4;

const WAYS: readonly { readonly way: string; readonly share: number; readonly options: StaticOptions }[] = [
  {
    way: 'QDQ, uint8, int8 weights per channel',
    share: 0.001,
    options: { form: 'qdq', activations: 'u8', weights: 'i8', perChannel: true },
  },
  {
    way: 'QDQ, int8, float bias',
    share: 0.001,
    options: { form: 'qdq', activations: 'i8', weights: 'i8', perChannel: false, floatBias: true },
  },
  {
    way: 'QDQ, uint8, asymmetric uint8 weights',
    share: 0.001,
    options: { form: 'qdq', activations: 'u8', weights: 'u8', perChannel: false },
  },
  {
    way: 'QLinear, uint8, int8 weights per channel',
    share: 0.001,
    options: { form: 'qlinear', activations: 'u8', weights: 'i8', perChannel: true },
  },
  {
    way: 'QLinear, uint8 throughout',
    share: 0.001,
    options: { form: 'qlinear', activations: 'u8', weights: 'u8', perChannel: false },
  },
];

/** With the operators of each that have to stay in float. */
const MODELS: readonly (readonly [ModelName, readonly string[]])[] = [
  ['lenet5_mnist', []],
  ['dscnn_mnist', []],
  ['kws', []],
  ['ic', []],
  ['resnet20_cifar', []],
  ['ad', []],
  ['vww', []],
  ['gru_mnist', ['GRU', 'Reshape', 'Gemm']],
];

describe.skipIf(!sharedData()).each(WAYS)('$way', ({ options, share }) => {
  test.each(MODELS)('%s differs from onnxruntime by one code at most, and rarely', async (name, floats) => {
    const { bytes, samples } = await quantizedFile(name, options, SAMPLES);
    const imported = await importQuantized(bytes);
    expect(floatOperators(imported.graph)).toEqual(floats);
    const { elements, different, largest } = summary(await differences(imported, samples, true));
    expect(elements).toBeGreaterThan(50);
    expect(largest).toBeLessThanOrEqual(1);
    expect(different / elements).toBeLessThan(share);
  });
});

/** What is not between int8 codes; the borders do not count. */
function floatOperators(graph: Graph): string[] {
  return graph.nodes
    .filter(({ op }) => op !== 'QuantizeLinear' && op !== 'DequantizeLinear')
    .filter(({ outputs }) => outputs.some((output) => output && graph.types.get(output)?.dtype === 'f32'))
    .map(({ op }) => op);
}
