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
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith } from '../verify/native.ts';
import { expectExact } from './expect-exact.ts';
import { operatorsSideBySide } from './operators.ts';
import { layersTo, type Quantized, quantizedTo } from './quantized.ts';

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
      if (/^(network|float_between|conv_of_volumes)/.test(name) || !typeOf(graph, name).quant) continue;
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

const WIDE = [isWide, /\.[68]6/] as const;

await describeWith('16-bit activations on the host under sanitizers', hostGcc().available, () => {
  test.each([LAYERS, OPERATORS])('%s', (name) =>
    expectExact(quantized.get(name)!, WIDE, hostGcc(), { optimize: '-O1', sanitize: true }),
  );
});

for (const core of ['cortex-m4f', 'cortex-m55']) {
  const target = await loadTarget(core);
  const toolchain = toolchainFor(target);
  await describeWith(`16-bit activations on ${core}`, toolchain.available, () => {
    test.each([LAYERS, OPERATORS])('%s', (name) =>
      expectExact(quantized.get(name)!, WIDE, toolchain, { features: target.features, optimize: '-O2' }),
    );
  });
}
