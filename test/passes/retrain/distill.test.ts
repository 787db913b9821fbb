import { describe, expect, test } from 'vitest';
import { typeOf } from '../../../src/ir/graph.ts';
import type { Json } from '../../../src/ir/program.ts';
import { verifyGraph } from '../../../src/ir/verify.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { step } from '../../../src/passes/pass.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { asCodes } from '../../../src/passes/quantize/calibration-samples.ts';
import { dequantizeTensor } from '../../../src/passes/quantize/qdq/constant-codes.ts';
import { distill } from '../../../src/passes/retrain/distill.ts';
import { simulate } from '../../../src/passes/retrain/simulate.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { randomFeeds } from '../support.ts';
import { encode, FLOAT, run } from './support.ts';

test('the simulation computes what the integers do', async () => {
  const { graph } = await run(encode('int3'));
  const { graph: simulation, layers } = simulate(graph);
  verifyGraph(simulation);
  expect(layers.map(({ node }) => node.outputs[0])).toEqual(['h1', 'h2', 'h3', 'g', 'y']);
  expect(layers.map(({ bias }) => bias !== null)).toEqual([true, true, true, true, false]);
  const evaluator = createEvaluator();
  let off = 0;
  for (let i = 0; i < 20; i++) {
    const feeds = randomFeeds(FLOAT, 100 + i);
    const real = (await evaluator.evaluate(simulation, feeds)).get('z')!.data;
    const codes = (await evaluator.evaluate(buildOracle(graph), asCodes(graph, feeds))).get('z')!;
    const wanted = dequantizeTensor(codes, typeOf(graph, 'z').quant!).data;
    for (let j = 0; j < real.length; j++) if (Math.abs(Number(real[j]) - Number(wanted[j])) > 1.5 / 256) off++;
  }
  await evaluator.release();
  expect(off).toBeLessThanOrEqual(2);
});

describe('refuses before any pass runs', () => {
  test.each<[string, { [key: string]: Json }, RegExp]>([
    ['a rate of nothing', { rate: 0 }, /'rate' must be positive/],
    ['steps of nothing', { steps: -1 }, /'steps' must be positive/],
    ['features below zero', { features: -1 }, /'features' must not be negative/],
    ['a kind of output there is not', { outputs: 'words' }, /distill does not know 'words'/],
    ['too few samples', { samples: 7 }, /7 samples are too few/],
  ])('%s', async (_, options, message) => {
    const seen: string[] = [];
    const promise = run([step(calibrate), step(distill, options)], FLOAT, {
      length: 64,
      sample: (index) => {
        seen.push(String(index));
        return randomFeeds(FLOAT, index);
      },
    });
    await expect(promise).rejects.toThrow(message);
    expect(seen).toEqual([]);
  });

  test('no float model', async () => {
    const { graph } = await run(encode('int4'));
    await expect(run([step(distill)], graph)).rejects.toMatchObject({ problem: { code: 'BAD_PASS' } });
  });
});
