import { beforeAll, expect, test } from 'vitest';
import { isWide } from '../../src/ir/tensor.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { operatorsSideBySide } from './operators.ts';
import { compiled, layersTo, type Quantized, quantizedTo, type Settings } from './quantized.ts';

/** Bits of input and output (6: 16 of them), and how the weights are stored. */
const SUFFIXES = ['66.int8', '68.int4', '86.ternary', '66.int4+huffman', '66.codebook-9'];
const LAYERS = 'layers';
const OPERATORS = 'operators';

const quantized = new Map<string, Quantized>();

beforeAll(async () => {
  quantized.set(LAYERS, await layersTo(SUFFIXES, 16));
  const { graph, activations } = operatorsSideBySide(16);
  quantized.set(OPERATORS, await quantizedTo(graph, activations));
});

await describeWith('16-bit activations on the host under sanitizers', hostGcc().available, () => {
  test.each([LAYERS, OPERATORS])('%s', async (name) => {
    await expectExact(name, hostGcc(), {}, '-O1', true);
  });
});

const target = await loadTarget('cortex-m4f');
const toolchain = toolchainFor(target);
await describeWith('16-bit activations on cortex-m4f', toolchain.available, () => {
  test.each([LAYERS, OPERATORS])('%s', async (name) => {
    await expectExact(name, toolchain, { features: target.features }, '-O2', false);
  });
});

/** Every output is the integer that onnxruntime computes, and 16 bits wide where its name says so. */
async function expectExact(
  name: string,
  toolchain: Toolchain,
  settings: Settings,
  optimize: Optimize,
  sanitize: boolean,
): Promise<void> {
  const { graph, data } = quantized.get(name)!;
  const model = compiled(graph, settings);
  for (const { value, type } of model.program.outputs)
    expect([value, isWide(type)]).toEqual([value, /\.[68]6/.test(value)]);
  await inFolder(async (directory) => {
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize });
    expect(verdict.outputs.filter(({ exact, different, range }) => !exact || different > 0 || range < 3)).toEqual([]);
    expect(verdict.layers.filter(({ exact, different }) => exact && different > 0)).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
}
