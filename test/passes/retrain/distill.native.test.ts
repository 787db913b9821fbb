import { describe, expect, test } from 'vitest';
import { constantOf, editGraph, prune, typeOf } from '../../../src/ir/graph.ts';
import { printGraph } from '../../../src/ir/text.ts';
import type { Graph, Tensor } from '../../../src/ir/types.ts';
import { verifyGraph } from '../../../src/ir/verify.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { dequantizeTensor } from '../../../src/passes/import-quantized/qdq/constant-codes.ts';
import { step } from '../../../src/passes/pass.ts';
import { distill } from '../../../src/passes/retrain/distill.ts';
import { asCodes } from '../../../src/passes/samples/calibration-samples.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { randomFeeds } from '../support.ts';
import { DATASET, encode, FLOAT, run } from './support.ts';

/** Mean squared error of the scores over samples that nobody has seen. */
async function error(graph: Graph): Promise<number> {
  const evaluator = createEvaluator();
  const [oracle, float] = [buildOracle(prune({ ...graph, outputs: ['y'] })), prune({ ...FLOAT, outputs: ['y'] })];
  let sum = 0;
  for (let i = 0; i < 100; i++) {
    const feeds = randomFeeds(FLOAT, 5000 + i);
    const codes = (await evaluator.evaluate(oracle, asCodes(graph, feeds))).get('y') as Tensor;
    const got = dequantizeTensor(codes, typeOf(graph, 'y').quant!).data;
    const wanted = (await evaluator.evaluate(float, feeds)).get('y')!.data;
    for (let j = 0; j < got.length; j++) sum += (Number(got[j]) - Number(wanted[j])) ** 2;
  }
  await evaluator.release();
  return sum / 400;
}

const codesOf = (graph: Graph) =>
  graph.nodes.flatMap(({ inputs }) => {
    const weights = inputs[1] != null && typeOf(graph, inputs[1]).quant ? constantOf(graph, inputs[1]) : null;
    return weights ? [Array.from(weights.data, Number)] : [];
  });

const scalesOf = (graph: Graph) =>
  graph.nodes.flatMap(({ inputs }) =>
    constantOf(graph, inputs[1]) ? [...(typeOf(graph, inputs[1]).quant?.scale ?? [])] : [],
  );

describe('on ternary weights', () => {
  test('comes closer to the float model on samples it has not seen, by scales and biases alone', async () => {
    const before = (await run(encode('ternary', {}, 'nearest'))).graph;
    const { graph: after, remarks } = await run([...encode('ternary', {}, 'nearest'), step(distill)]);
    verifyGraph(after);
    expect(codesOf(after)).toEqual(codesOf(before));
    expect(scalesOf(after)).not.toEqual(scalesOf(before));
    expect(await error(after)).toBeLessThan(0.95 * (await error(before)));
    const [remark] = remarks.filter(({ pass }) => pass === 'distill');
    expect(remark.text).toMatch(/^distance from the float model on held-back samples: [\d.]+, trained [\d.]+$/);
  });

  test('the same seed gives the same graph', async () => {
    const all = [...encode('ternary', {}, 'nearest'), step(distill, { steps: 8 })];
    const [once, again, other] = [await run(all), await run(all), await run(all, FLOAT, DATASET, 1)];
    expect(printGraph(again.graph)).toBe(printGraph(once.graph));
    expect(printGraph(other.graph)).not.toBe(printGraph(once.graph));
  });
});

test('what does not help is not taken', async () => {
  const before = (await run(encode('int8'))).graph;
  const { graph: after } = await run([...encode('int8'), step(distill, { steps: 4, rate: 10 })]);
  expect(printGraph(after)).toBe(printGraph(before));
});

test('scales that are powers of two stay so', async () => {
  const steps = encode('pow2-4', { scales: 'channel-pow2' });
  const before = (await run(steps)).graph;
  const after = (await run([...steps, step(distill)])).graph;
  expect(scalesOf(after)).toEqual(scalesOf(before));
  expect(printGraph(after)).not.toBe(printGraph(before));
});

test('an output that is the place of the largest number counts by the numbers', async () => {
  const draft = editGraph({ ...FLOAT, outputs: [] });
  const place = { dtype: 'i64', shape: [1, 1], quant: null } as const;
  draft.addOutput(draft.node({ op: 'ArgMax', inputs: ['y'], attributes: { axis: 1 } }, place));
  const passes = [...encode('ternary', {}, 'nearest'), step(distill, { steps: 40 })];
  const { remarks } = await run(passes, draft.finish());
  const { text } = remarks.find(({ pass }) => pass === 'distill')!;
  const [, before, after] = /samples: ([\d.]+), trained ([\d.]+)$/.exec(text)!;
  expect(Number(after)).toBeLessThan(Number(before));
});
