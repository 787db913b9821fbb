import { beforeAll, expect, test } from 'vitest';
import { isPacked } from '../../src/ir/tensor.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import type { Optimize, Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { operatorsSideBySide } from './operators.ts';
import { compiled, layersTo, type Quantized, quantizedTo, type Settings } from './quantized.ts';

/** Bits of input and output, and how the weights are stored: 4-bit codes meet every way in which weights are read. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'layers with plain and inline weights': ['44.int8', '48.int4', '84.int2', '44.ternary', '84.int8'],
  'layers with weights that are unpacked': ['44.codebook-16', '48.int4+huffman', '84.codebook-9', '44.pow2p-4'],
};
const OPERATORS = 'operators';
const CASES = [...Object.keys(LAYERS), OPERATORS];
const CORES = ['cortex-m0', 'cortex-m3', 'cortex-m4f', 'cortex-m33', 'cortex-m55'];

const quantized = new Map<string, Quantized>();

beforeAll(async () => {
  for (const [name, suffixes] of Object.entries(LAYERS)) quantized.set(name, await layersTo(suffixes, 4));
  const { graph, activations } = operatorsSideBySide();
  quantized.set(OPERATORS, await quantizedTo(graph, activations));
});

await describeWith('4-bit activations on the host under sanitizers', hostGcc().available, () => {
  test.each(CASES)('%s', async (name) => {
    await expectExact(name, hostGcc(), {}, '-O1', true);
  });
});

for (const core of CORES) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  await describeWith(`4-bit activations on ${core}`, toolchain.available, () => {
    test.each(CASES)('%s', async (name) => {
      await expectExact(name, toolchain, { features: target.features }, '-O2', false);
    });
  });
}

/** Every output is the integer that onnxruntime computes, and 4 bits wide where its name says so. */
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
    expect([value, isPacked(type)]).toEqual([value, /\.[48]4/.test(value)]);
  await inFolder(async (directory) => {
    const verdict = await verifyModel(model, data, { toolchain, directory, optimize, sanitize });
    expect(verdict.outputs.filter(({ exact, different, range }) => !exact || different > 0 || range < 3)).toEqual([]);
    expect(verdict.layers.filter(({ exact, different }) => exact && different > 0)).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
}
