import { expect, test } from 'vitest';
import { prune, typeOf } from '../../../src/ir/graph.ts';
import { tensorOf } from '../../../src/ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../../../src/ir/types.ts';
import { verifyGraph } from '../../../src/ir/verify.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { dequantizeTensor } from '../../../src/passes/import-quantized/qdq/constant-codes.ts';
import { step } from '../../../src/passes/pass.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { uniformActivations } from '../../../src/passes/quantize/uniform-activations.ts';
import { learnedSteps } from '../../../src/passes/retrain/methods/lsq.ts';
import { simulate } from '../../../src/passes/retrain/simulate.ts';
import { asCodes } from '../../../src/passes/samples/calibration-samples.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { randomFeeds } from '../support.ts';
import { encode, FLOAT, run } from './support.ts';

/** How many results of 20 samples differ by more than the rounding of ties explains. */
async function differences(simulation: Graph, graph: Graph, step = 1 / 256): Promise<number> {
  const evaluator = createEvaluator();
  let off = 0;
  for (let i = 0; i < 20; i++) {
    const feeds = randomFeeds(FLOAT, 100 + i);
    const real = (await evaluator.evaluate(simulation, feeds)).get('z')!.data;
    const codes = (await evaluator.evaluate(buildOracle(graph), asCodes(graph, feeds))).get('z')!;
    const wanted = dequantizeTensor(codes, typeOf(graph, 'z').quant!).data;
    for (let j = 0; j < real.length; j++) if (Math.abs(Number(real[j]) - Number(wanted[j])) > 1.5 * step) off++;
  }
  await evaluator.release();
  return off;
}

test('the simulation computes what the integers do', async () => {
  const { graph } = await run(encode('int3'));
  const { graph: simulation, layers } = simulate(graph);
  verifyGraph(simulation);
  expect(layers.map(({ node }) => node.outputs[0])).toEqual(['h1', 'h2', 'h3', 'g', 'y']);
  expect(layers.map(({ bias }) => bias !== null)).toEqual([true, true, true, true, false]);
  expect(await differences(simulation, graph)).toBeLessThanOrEqual(2);
});

test('the simulation of activations of 16 bits computes what the integers do, their tables too', async () => {
  const activations = uniformActivations(16);
  const steps = [step(calibrate, { method: 'minmax', activations }), step(quantizeInt8)];
  const { graph } = await run(steps);
  const { graph: simulation } = simulate(graph);
  verifyGraph(simulation);
  expect(graph.nodes.map(({ op }) => op)).toContain('LookupTable');
  // Sums in float32: many results are next to a tie, some layers in a row.
  expect(await differences(simulation, graph, 4 / 32768)).toBeLessThanOrEqual(2);
});

test('parameters that were moved stand for the quantized graph that computes the same', async () => {
  const { graph } = await run(encode('pow2-4'));
  const simulation = simulate(graph, { float: FLOAT, ranges: true, methodOf: () => learnedSteps('cells') });
  const rng = createRng(3);
  const values = new Map<ValueName, Tensor>(
    simulation.parameters.map(({ name }) => {
      const { shape, data } = simulation.graph.constants.get(name)!;
      const start = Array.from(data as Float32Array);
      const isFactor = start.every((x) => x === 0);
      const spread = isFactor ? 0.1 : 0.02;
      return [
        name,
        tensorOf(
          'f32',
          shape,
          start.map((x) => x + spread * rng.normal()),
        ),
      ];
    }),
  );
  const constants = new Map([...simulation.graph.constants].map(([name, own]) => [name, values.get(name) ?? own]));
  const quantized = simulation.quantized(values);
  verifyGraph(quantized);
  const scales = (of: Graph) => ['h1', 'h2', 'h3', 's', 'g', 'y'].map((value) => typeOf(of, value).quant!.scale[0]);
  scales(quantized).forEach((scale, i) => {
    // The range in front of a table stays, for the table was made for it.
    if (i === 1) expect(scale).toBe(scales(graph)[i]);
    else expect(scale).not.toBe(scales(graph)[i]);
  });
  expect(await differences(prune({ ...simulation.graph, constants }), quantized)).toBeLessThanOrEqual(4);
});
