import { beforeAll, expect, test } from 'vitest';
import { typeOf } from '../../src/ir/graph.ts';
import { numbersOf } from '../../src/ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { powerRatioDb } from '../../src/numerics/stats.ts';
import { dequantizeTensor, quantizeTensor } from '../../src/passes/import-quantized/qdq/constant-codes.ts';
import { codeRange } from '../../src/quant/affine.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { compiled, type Quantized, quantizedTo } from '../activations/quantized.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { CASES, randomCases, sideBySide } from './operators.ts';

/** Least signal to noise of a result against float32, in dB; the codes of its inputs alone cost some. */
const LEAST_DB = 34;

/** INTEGER_CASES=n tries as many random ones. */
const float = sideBySide({ ...CASES, ...randomCases(1, Number(process.env.INTEGER_CASES ?? 24)) });
let quantized: Quantized;

beforeAll(async () => {
  quantized = await quantizedTo(float, []);
});

test('nothing computes in float', () => {
  const { graph } = quantized;
  const real = [...graph.types].filter(([value, { dtype }]) => dtype === 'f32' && !graph.constants.has(value));
  expect(real.map(([value]) => value)).toEqual([]);
});

test('results are those of float32, but for the rounding of codes', async () => {
  const { graph, data } = quantized;
  const evaluator = createEvaluator();
  const ratios = new Map<ValueName, { signal: number; noise: number }>();
  const oracle = compiled(graph).oracle;
  for (let i = 0; i < data.count; i++) {
    const sample = data.sample(i);
    const exact = await evaluator.evaluate(float, sample);
    const codes = await evaluator.evaluate(
      oracle,
      new Map([...sample].map(([input, x]) => [input, codesOf(graph, input, x)])),
    );
    // Of two numbers with one code the first one wins: places are not judged here.
    for (const output of graph.outputs.filter((value) => typeOf(graph, value).quant)) {
      const want = numbersOf(exact.get(output)!);
      const got = numbersOf(realOf(graph, output, codes.get(output)!));
      const sums = ratios.get(output) ?? { signal: 0, noise: 0 };
      want.forEach((x, k) => {
        sums.signal += x * x;
        sums.noise += (x - got[k]!) ** 2;
      });
      ratios.set(output, sums);
    }
  }
  await evaluator.release();
  const quality = [...ratios].map(([output, { signal, noise }]) => [output, powerRatioDb(signal, noise)] as const);
  if (process.env.SHOW_SQNR) console.log(Object.fromEntries(quality));
  expect(quality.filter(([, db]) => db < LEAST_DB)).toEqual([]);
});

for (const core of ['host', 'cortex-m0', 'cortex-m4f']) {
  const target = await loadTarget(core);
  const toolchain = core === 'host' ? hostGcc() : toolchainFor(target);
  await describeWith(`integer operators on ${core}`, toolchain.available, () => {
    test('every layer gives the integers of the oracle', () =>
      inFolder(async (directory) => {
        const { graph, data } = quantized;
        const model = compiled(graph, target.features);
        const host = core === 'host';
        const verdict = await verifyModel(model, data, {
          toolchain,
          directory,
          optimize: host ? '-O1' : '-O2',
          sanitize: host,
        });
        expect(verdict.layers.filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
        expect(verdict.passed).toBe(true);
      }));
  });
}

function codesOf(graph: Graph, input: ValueName, real: Tensor): Tensor {
  const { quant } = typeOf(graph, input);
  return quant ? quantizeTensor(real, { quant, range: codeRange(quant.bits) }) : real;
}

function realOf(graph: Graph, output: ValueName, codes: Tensor): Tensor {
  const { quant } = typeOf(graph, output);
  return quant ? dequantizeTensor(codes, quant) : codes;
}
