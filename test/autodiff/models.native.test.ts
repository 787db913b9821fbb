import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildOn } from '../../src/autodiff/builder.ts';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { constantsToInputs } from '../../src/autodiff/training-step.ts';
import { withBatch } from '../../src/autodiff/with-batch.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { numbersOf } from '../../src/ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { floatPasses } from '../../src/passes/index.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { openTrainingSession } from '../../src/runtime/training-session.ts';
import { sharedData, sharedModel } from '../helpers/shared-data.ts';
import { evaluate } from '../passes/support.ts';
import { random } from './finite-differences.ts';

const MODELS = [
  'kws',
  'kws_float',
  'ic',
  'vww',
  'ad',
  'lenet5_mnist',
  'dscnn_mnist',
  'gru_mnist',
  'resnet20_cifar',
] as const;
const BATCH = 2;
/** Steps of weights, as a part of each weight's size: many ReLUs change sides under longer ones. */
const STEP = 2e-4;

function weightsOf(graph: Graph): ValueName[] {
  const layers = graph.nodes.filter(({ op }) => ['Conv', 'Gemm', 'MatMul', 'GRU'].includes(op));
  const values = new Set(layers.flatMap(({ inputs }) => inputs.slice(1, 4)));
  return [...graph.constants].filter(([name, { dtype }]) => values.has(name) && dtype === 'f32').map(([name]) => name);
}

const moved = (tensor: Tensor, way: Tensor, step: number): Tensor => ({
  ...tensor,
  data: Float32Array.from(tensor.data as Float32Array, (w, i) => w * (1 + step * Number(way.data[i]))),
});

describe.skipIf(!sharedData()).each(MODELS)('%s', (name) => {
  test('takes a batch, and its weights have the gradient that small steps show', async () => {
    const imported = await importOnnx(readFileSync(sharedModel(name)));
    const { graph } = await runPipeline(imported, floatPasses, { evaluate });
    const build = buildOn(withBatch(graph, BATCH));
    const [output] = graph.outputs;
    const shape = [BATCH, ...typeOf(graph, output).shape.slice(1)];
    const difference = build.sub(output, build.draft.input('target', { dtype: 'f32', shape, quant: null }));
    const loss = build.reduce('ReduceMean', build.mul(difference, difference), [...shape.keys()], false);
    build.draft.addOutput(loss);
    const weights = weightsOf(graph);
    const derivative = differentiate(constantsToInputs(build.draft.finish(), weights), loss, weights);
    verifyGraph(derivative.graph);

    const rng = createRng(1);
    const feeds = new Map<ValueName, Tensor>();
    for (const input of derivative.graph.inputs) {
      feeds.set(input, graph.constants.get(input) ?? random(rng, typeOf(derivative.graph, input).shape));
    }
    const session = await openTrainingSession(derivative.graph);
    const results = await session.run(feeds);
    const ways = new Map(weights.map((value) => [value, random(rng, graph.constants.get(value)!.shape)]));
    let wanted = 0;
    let square = 0;
    for (const value of weights) {
      const gradient = numbersOf(results.get(derivative.gradients.get(value)!)!);
      const [w, way] = [graph.constants.get(value)!.data, ways.get(value)!.data];
      for (const [i, g] of gradient.entries()) {
        wanted += g * Number(w[i]) * Number(way[i]);
        square += (g * Number(w[i])) ** 2;
      }
    }
    const lossAt = async (step: number) => {
      const there = new Map(weights.map((value) => [value, moved(feeds.get(value)!, ways.get(value)!, step)]));
      return Number((await session.run(new Map([...feeds, ...there]), [loss])).get(loss)!.data[0]);
    };
    const got = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
    await session.release();
    expect(Math.abs(got - wanted) / Math.sqrt(square)).toBeLessThan(0.05);
  });
});
