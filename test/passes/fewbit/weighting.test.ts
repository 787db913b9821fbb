import { describe, expect, test } from 'vitest';
import { buildOn } from '../../../src/autodiff/builder.ts';
import { distillation } from '../../../src/autodiff/losses.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { Graph, Tensor } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { curvature } from '../../../src/passes/curvature/curvature.ts';
import { entropyConstrained } from '../../../src/passes/fewbit/entropy-constrained.ts';
import { jointCodebook } from '../../../src/passes/fewbit/joint-codebook.ts';
import type { MeasuredLayer } from '../../../src/passes/fewbit/joint-layers.ts';
import { weightLayers } from '../../../src/passes/fewbit/weight-layer.ts';
import { IMPORTANCES, weightingBy } from '../../../src/passes/fewbit/weighting.ts';
import { type Dataset, type PassContext, type Step, step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { asCodes } from '../../../src/passes/samples/calibration-samples.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { openTrainingSession } from '../../../src/runtime/training-session.ts';
import { randomFeeds } from '../support.ts';

const random = (count: number, seed: number, spread: number) => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => Math.fround(spread * rng.normal())).join(', ');
};

/** What goes by way of `a` hardly reaches the classes, which only the loss knows. */
const FLOAT = parseGraph(`
  input x: f32[1,30]
  const v1: f32[40,30] = ${random(1200, 1, 0.2)}
  const c1: f32[40] = ${random(40, 2, 0.1)}
  const v2: f32[40,5] = ${random(200, 3, 0.02)}
  const v3: f32[30,5] = ${random(150, 4, 0.4)}
  a: f32[1,40] = Gemm(x, v1, c1) transB=1 clip=[0,inf]
  b: f32[1,5] = MatMul(a, v2)
  d: f32[1,5] = MatMul(x, v3)
  y: f32[1,5] = Add(b, d)
  return y`);
const DATASET: Dataset = {
  length: 64,
  labels: Int32Array.from({ length: 64 }, (_, i) => i % 5),
  sample: (index) => randomFeeds(FLOAT, index),
};

async function run(steps: readonly Step[], dataset = DATASET): Promise<Graph> {
  const evaluator = createEvaluator();
  const options = { evaluate: evaluator.evaluate, open: openTrainingSession, dataset };
  const all = [step(calibrate, { method: 'minmax' }), step(quantizeInt8), ...steps];
  const { graph } = await runPipeline(FLOAT, all, options).finally(() => evaluator.release());
  return graph;
}

/** Mean divergence of the classes from those of the float model, over samples other than those of calibration. */
async function divergence(graph: Graph): Promise<number> {
  const evaluator = createEvaluator();
  const oracle = buildOracle(graph);
  const { scale, zeroPoint } = graph.types.get('y')!.quant!;
  const rows = { float: [] as number[], encoded: [] as number[] };
  const samples = 200;
  for (let i = 0; i < samples; i++) {
    const feed = randomFeeds(FLOAT, 7000 + i);
    const wanted = (await evaluator.evaluate(FLOAT, feed)).get('y') as Tensor;
    const codes = (await evaluator.evaluate(oracle, asCodes(graph, feed))).get('y') as Tensor;
    rows.float.push(...Array.from(wanted.data, Number));
    rows.encoded.push(...Array.from(codes.data, Number).map((code) => scale[0]! * (code - zeroPoint[0]!)));
  }
  const build = buildOn({ name: '', inputs: [], outputs: [], nodes: [], types: new Map(), constants: new Map() });
  const [student, teacher] = [rows.encoded, rows.float].map((row) => build.constant('y', [samples, 5], row));
  const loss = distillation(build, student, teacher);
  build.draft.addOutput(loss);
  const results = await evaluator.evaluate(build.draft.finish());
  await evaluator.release();
  return Number(results.get(loss)!.data[0]);
}

describe.each([
  ['joint-codebook', (importance: string) => step(jointCodebook, { entries: 6, importance })],
  [
    'entropy-constrained, iterative',
    (importance: string) => step(entropyConstrained, { bits: 2, method: 'lloyd', importance }),
  ],
  ['entropy-constrained, uniform', (importance: string) => step(entropyConstrained, { bits: 1.5, importance })],
])('%s', (_, encode) => {
  test('the loss is kept better when errors count as they show there', async () => {
    const [loss, outputs] = [await run([encode('gauss-newton')]), await run([encode('hessian')])];
    expect(await divergence(loss)).toBeLessThan(0.9 * (await divergence(outputs)));
  });
});

test.each(IMPORTANCES)("joint-codebook takes the importance '%s'", async (importance) => {
  const graph = await run([step(jointCodebook, { entries: 4, importance, samples: 16 })]);
  expect(weightLayers(graph, FLOAT).map(({ node }) => graph.types.get(node.inputs[1]!)!.quant!.format)).toEqual(
    new Array(3).fill('codebook-4'),
  );
});

test('curvature lies as the rows of a layer do, plus a thousandth of its mean', async () => {
  const ctx = {
    ...{
      open: openTrainingSession,
      rng: createRng(1),
      dataset: DATASET,
      reference: FLOAT,
      signal: null,
      progress() {},
    },
  } as unknown as PassContext;
  const layers = weightLayers(await run([]), FLOAT);
  const weighting = await weightingBy('gauss-newton', 'test', 8, ctx);
  const measured = await curvature('gauss-newton', FLOAT, ctx, { samples: 8 });
  const all = [...measured.values()].flatMap((h) => [...h]);
  const floor = (1e-3 * all.reduce((a, b) => a + b, 0)) / all.length;
  const [first, second] = layers.map((layer) => weighting.importances({ layer } as MeasuredLayer));
  expect(first[7 * 30 + 4]).toBeCloseTo(measured.get('v1')![7 * 30 + 4] + floor, 12);
  expect(second[3 * 40 + 2]).toBeCloseTo(measured.get('v2')![2 * 5 + 3] + floor, 12);
  expect(floor).toBeGreaterThan(1e-6);
});

describe.each([jointCodebook, entropyConstrained])('before any pass runs, $name misses', (pass) => {
  const refused = async (graph: Graph, dataset: Dataset, importance: string) => {
    const ran: string[] = [];
    const steps = [step(calibrate), step(quantizeInt8), step<{ importance: string }>(pass as never, { importance })];
    const problem = await runPipeline(graph, steps, { dataset, observe: (name) => ran.push(name) }).catch(
      (error) => error.problem,
    );
    return { code: problem.code, ran };
  };

  test('labels', async () => {
    const dataset = { ...DATASET, labels: null };
    expect(await refused(FLOAT, dataset, 'empirical-fisher')).toEqual({ code: 'BAD_DATA', ran: [] });
  });

  test('classes', async () => {
    const graph = { ...FLOAT, outputs: ['y', 'a'] };
    expect(await refused(graph, DATASET, 'fisher')).toEqual({ code: 'UNSUPPORTED', ran: [] });
  });
});
