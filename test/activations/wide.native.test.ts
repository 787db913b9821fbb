import { beforeAll, expect, test } from 'vitest';
import { typeOf } from '../../src/ir/graph.ts';
import { isWide } from '../../src/ir/tensor.ts';
import { buildOracle } from '../../src/oracle/build-oracle.ts';
import { dequantizeTensor } from '../../src/passes/import-quantized/qdq/constant-codes.ts';
import { codesOf, quantOf, scaleOf, zeroPointOf } from '../../src/quant/quantized.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { asModelInput } from '../../src/verify/samples.ts';
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

test('every operator is within one step of what it computes in real numbers', async () => {
  const { graph, data } = quantized.get(OPERATORS)!;
  const [float, oracle] = [operatorsSideBySide(16).graph, buildOracle(graph)];
  const evaluator = createEvaluator();
  const off = new Set<string>();
  for (let i = 0; i < data.count; i++) {
    const codes = new Map([...data.sample(i)].map(([name, x]) => [name, asModelInput(x, typeOf(graph, name))]));
    const reals = [...codes].map(([name, x]) => {
      const { quant } = typeOf(graph, name);
      return [name, quant ? dequantizeTensor(x, quant) : x] as const;
    });
    const expected = await evaluator.evaluate(float, new Map(reals));
    for (const [name, { data: actual }] of await evaluator.evaluate(oracle, codes)) {
      // Their weights have 8 bits.
      if (/^(network|float_between)/.test(name) || !typeOf(graph, name).quant) continue;
      const quant = quantOf(graph, name);
      const { min, max } = codesOf(quant);
      expected.get(name)!.data.forEach((real, at) => {
        const code = Math.min(Math.max(Number(real) / scaleOf(quant) + zeroPointOf(quant), min), max);
        if (Math.abs(Number(actual[at]) - code) > 1) off.add(name);
      });
    }
  }
  await evaluator.release();
  expect([...off]).toEqual([]);
});

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
