import { expect, test } from 'vitest';
import { emitC } from '../../../src/codegen/emit.ts';
import { lowerGraph } from '../../../src/codegen/lower/lower-graph.ts';
import { planConcat } from '../../../src/codegen/plan-memory/plan-concat.ts';
import { planSlices } from '../../../src/codegen/plan-memory/plan-slices.ts';
import { rollLoops } from '../../../src/codegen/roll/index.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { randomDataset } from '../../../src/data/random-dataset.ts';
import type { Json } from '../../../src/ir/program.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { fewBit } from '../../../src/passes/fewbit/few-bit.ts';
import { floatPasses } from '../../../src/passes/float/index.ts';
import { step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { correctBias } from '../../../src/passes/quantize/correct-bias.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { unrollRecurrent } from '../../../src/passes/quantize/unroll-recurrent.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { hostGcc } from '../../../src/verify/host-gcc.ts';
import { verifyModel } from '../../../src/verify/verify-model.ts';
import { quickPlan } from '../../helpers/quick-plan.ts';
import { describeWith, inFolder } from '../../verify/native.ts';
import { type RecurrentSketch, recurrentGraph } from './recurrent-graphs.ts';

const SKETCHES: readonly RecurrentSketch[] = [
  { op: 'GRU', hidden: 8, steps: 6 },
  { op: 'GRU', hidden: 8, steps: 6, attributes: { linear_before_reset: 1 }, outputs: [true, true] },
  { op: 'GRU', batch: 3, first: true, attributes: { direction: 'bidirectional', linear_before_reset: 1 } },
  { op: 'GRU', batch: 2, bias: false, attributes: { direction: 'reverse' }, outputs: [true] },
  { op: 'LSTM', hidden: 7, outputs: [true, true, true] },
  { op: 'LSTM', batch: 2, first: true, attributes: { direction: 'bidirectional' }, outputs: [true, true, true] },
  { op: 'RNN', hidden: 6, bias: false },
  { op: 'RNN', batch: 2, first: true, outputs: [true, true] },
];

/** Weights that are stored for a direction: W and R, and R of the new gate apart where the reset comes first. */
function weightsOf({ op, attributes }: RecurrentSketch): number {
  const apart = op === 'GRU' && attributes?.linear_before_reset !== 1;
  return (apart ? 3 : 2) * (attributes?.direction === 'bidirectional' ? 2 : 1);
}

async function integer(sketch: RecurrentSketch, layers: Json | null) {
  const graph = recurrentGraph(sketch);
  const data = randomDataset(datasetInputs(graph), 24, 1);
  const evaluator = createEvaluator();
  const few = layers ? [step(fewBit, { layers, samples: 24 })] : [];
  const passes = [...floatPasses, unrollRecurrent, calibrate, quantizeInt8, correctBias, ...few];
  const { graph: result } = await runPipeline(graph, passes, {
    evaluate: evaluator.evaluate,
    dataset: { length: data.count, sample: (index) => data.sample(index) },
  }).finally(() => evaluator.release());
  const program = rollLoops(planConcat(planSlices(lowerGraph(result, { name: 'net' }))));
  expect(program.loops ?? []).not.toHaveLength(0);
  const plan = quickPlan(program);
  const files = emitC(program, plan, { features: new Set() });
  return { data, model: { name: 'net', graph: result, oracle: buildOracle(result), program, plan, files } };
}

await describeWith('recurrent layers in integers', hostGcc().available, () => {
  test.each(SKETCHES)('the C is the oracle to the last bit, weights are stored once: %j', async (sketch) => {
    const { data, model } = await integer(sketch, null);
    const { passed } = await inFolder((directory) =>
      verifyModel(model, data, { toolchain: hostGcc(), directory, samples: 8, optimize: '-O1', sanitize: true }),
    );
    expect(passed).toBe(true);
    const weights = model.program.tables.filter(({ kind, comment }) => kind === 'weights' && /weights/.test(comment));
    expect(weights).toHaveLength(weightsOf(sketch));
  });

  test.each(['int4', 'pow2-4', 'ternary'])('%s: encoded once for all steps', async (format) => {
    const sketch: RecurrentSketch = { op: 'GRU', hidden: 8, steps: 5, attributes: { linear_before_reset: 1 } };
    const { data, model } = await integer(sketch, [{ match: '*', format }]);
    const { passed } = await inFolder((directory) =>
      verifyModel(model, data, { toolchain: hostGcc(), directory, samples: 8 }),
    );
    expect(passed).toBe(true);
    const weights = model.graph.nodes.filter(({ op }) => op === 'Gemm').map(({ inputs }) => inputs[1]!);
    expect(new Set(weights).size).toBe(2);
    const formats = weights.map((value) => model.graph.types.get(value)!.quant!.format);
    expect(new Set(formats)).toEqual(new Set([format]));
  });

  // A last state that is an output and a row of another one is copied behind the loop.
  test.each(
    (['GRU', 'LSTM', 'RNN'] as const).flatMap((op) => [
      { op, outputs: [true] },
      { op, outputs: [false, true] },
      { op, outputs: [true, true] },
    ]),
  )('%j: the C has as many lines for any number of steps', async ({ op, outputs }) => {
    const code = async (steps: number) => {
      const { model } = await integer({ op, steps, outputs }, null);
      expect(model.program.loops).toEqual([expect.objectContaining({ turns: steps })]);
      return model.files
        .get('net.c')!
        .match(/^(static )?void \w+\([\s\S]*?^}/gm)!
        .map((body) => body.split('\n').length);
    };
    expect(await code(12)).toEqual(await code(4));
  });
});
