import { describe, expect, test } from 'vitest';
import { findFormat, storedBytes } from '../../../src/formats/index.ts';
import { constantOf, typeOf } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { Graph, Tensor } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { entropyConstrained } from '../../../src/passes/fewbit/entropy-constrained.ts';
import { jointCodebook } from '../../../src/passes/fewbit/joint-codebook.ts';
import { type Step, step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { asCodes } from '../../../src/passes/samples/calibration-samples.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { randomFeeds } from '../support.ts';

const random = (count: number, seed: number, spread: number) => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => Math.fround(spread * rng.normal())).join(', ');
};

/** Layers of very different weights: a step that suits one is wrong for the other. */
const FLOAT = parseGraph(`
  input x: f32[1,60]
  const v1: f32[50,60] = ${random(3000, 1, 0.02)}
  const c1: f32[50] = ${random(50, 2, 0.1)}
  const v2: f32[40,50] = ${random(2000, 3, 3)}
  const c2: f32[40] = ${random(40, 4, 0.1)}
  const v3: f32[40,10] = ${random(400, 5, 0.3)}
  a: f32[1,50] = Gemm(x, v1, c1) transB=1 clip=[0,inf]
  b: f32[1,40] = Gemm(a, v2, c2) transB=1 clip=[0,inf]
  y: f32[1,10] = MatMul(b, v3)
  return y`);

async function run(encode: Step, samples = 64): Promise<Graph> {
  const evaluator = createEvaluator();
  const dataset = { length: samples, sample: (index: number) => randomFeeds(FLOAT, index) };
  const steps = [step(calibrate, { method: 'minmax' }), step(quantizeInt8), encode];
  const { graph } = await runPipeline(FLOAT, steps, { evaluate: evaluator.evaluate, dataset }).finally(() =>
    evaluator.release(),
  );
  return graph;
}

const layersOf = (graph: Graph) =>
  graph.nodes.flatMap(({ inputs }) => {
    const quant = inputs[1] != null && graph.constants.has(inputs[1]) ? typeOf(graph, inputs[1]).quant : null;
    return quant?.format ? [{ quant, codes: constantOf(graph, inputs[1])!.data as Int8Array }] : [];
  });

/** Bits per weight, tables included. */
function bitsOf(graph: Graph): number {
  const layers = layersOf(graph);
  const bytes = layers.map(({ quant, codes }) => storedBytes(findFormat(quant.format!).encode(codes, [codes.length])));
  const weights = layers.reduce((sum, { codes }) => sum + codes.length, 0);
  return (8 * bytes.reduce((a, b) => a + b, 0)) / weights;
}

/** Squared error of y over other samples than those of calibration, in parts of the power of y. */
async function errorOf(graph: Graph): Promise<number> {
  const evaluator = createEvaluator();
  const oracle = buildOracle(graph);
  const { scale, zeroPoint } = typeOf(graph, 'y').quant!;
  let [error, power] = [0, 0];
  for (let i = 0; i < 50; i++) {
    const feed = randomFeeds(FLOAT, 7000 + i);
    const wanted = (await evaluator.evaluate(FLOAT, feed)).get('y') as Tensor;
    const codes = (await evaluator.evaluate(oracle, asCodes(graph, feed))).get('y') as Tensor;
    Array.from(codes.data, Number).forEach((code, k) => {
      error += (scale[0] * (code - zeroPoint[0]) - Number(wanted.data[k])) ** 2;
      power += Number(wanted.data[k]) ** 2;
    });
  }
  await evaluator.release();
  return error / power;
}

describe('entropy-constrained', () => {
  test.each([1.5, 2.5])('%d bits are kept, and nearly used', async (bits) => {
    const used = bitsOf(await run(step(entropyConstrained, { bits })));
    expect(used).toBeLessThanOrEqual(bits);
    expect(used).toBeGreaterThan(0.9 * bits);
  });

  test.each([
    ['units that make layers comparable', { importance: 'none' }],
    ['compensation', { method: 'lloyd' }],
  ])('%s brings the outputs closer at equal size', async (_, without) => {
    const error = async (options = {}) => errorOf(await run(step(entropyConstrained, { bits: 2, ...options })));
    expect(await error()).toBeLessThan(0.7 * (await error(without)));
  });

  test('the iterative method weighs errors by the Hessian', async () => {
    const error = async (importance: string) =>
      errorOf(await run(step(entropyConstrained, { bits: 2, method: 'lloyd', importance })));
    expect(await error('hessian')).toBeLessThan(await error('none'));
  });

  test.each([
    [{ bits: 0 }, 'entropy-constrained cannot store weights in 0 bits each'],
    [{ method: 'magic' }, "entropy-constrained does not know 'magic'"],
    [{ importance: 'wisdom' }, "entropy-constrained does not know 'wisdom'"],
  ])('%j is refused', async (options, message) => {
    await expect(run(step(entropyConstrained, options))).rejects.toMatchObject({
      problem: { code: 'BAD_ARGUMENT', message },
    });
  });
});

describe('joint-codebook', () => {
  test('one table and one scale for all layers; weighted by the Hessian it keeps more of the outputs', async () => {
    const weighted = await run(step(jointCodebook, { entries: 16 }));
    const plain = await run(step(jointCodebook, { entries: 16, importance: 'none' }));
    for (const graph of [weighted, plain]) {
      const layers = layersOf(graph);
      expect(new Set(layers.flatMap(({ codes }) => [...codes])).size).toBeLessThanOrEqual(16);
      expect(new Set(layers.flatMap(({ quant }) => quant.scale)).size).toBe(1);
    }
    expect(await errorOf(weighted)).toBeLessThan(await errorOf(plain));
  });

  test('a table for every layer keeps still more', async () => {
    const own = await run(step(jointCodebook, { entries: 8, joint: false, code: 'huffman' }));
    expect(layersOf(own).map(({ quant }) => quant.format)).toEqual(new Array(3).fill('codebook-8+huffman'));
    expect(await errorOf(own)).toBeLessThan(await errorOf(await run(step(jointCodebook, { entries: 8 }))));
  });

  test.each([
    [{ entries: 1 }, 'joint-codebook cannot make a codebook of 1 entries'],
    [{ code: 'zip' }, "joint-codebook does not know 'zip'"],
  ])('%j is refused', async (options, message) => {
    await expect(run(step(jointCodebook, options))).rejects.toMatchObject({
      problem: { code: 'BAD_ARGUMENT', message },
    });
  });
});
