import type { Tensor, ValueName } from '../../ir/types.ts';
import type { Rng } from '../../numerics/rng.ts';
import { must, UserError } from '../../support/errors.ts';
import { oneOf } from '../one-of.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { requireReference } from '../samples/float-samples.ts';
import { acceptBetter } from './accept.ts';
import { openJob } from './job.ts';
import { incremental, incrementalName } from './methods/inq.ts';
import { learnedSteps } from './methods/lsq.ts';
import { STARTS } from './methods/start.ts';
import { freezePortion, PARTITIONS, type Partition } from './partition.ts';
import { isFewBit, type QuantizedWeights } from './quantized-weights.ts';
import { simulate } from './simulate.ts';
import { studentOf } from './student.ts';
import { checkTraining, TRAINING_DEFAULTS } from './training-options.ts';

/**
 * Incremental network quantization (Zhou et al., ICLR 2017): a growing part of the weights is rounded to its grid and
 * frozen, the others are trained to make up for it, until all are frozen. Layers and grids are those that few-bit chose; the
 * codes it found are where training begins.
 *
 * needs      ctx.reference (the float graph) and a data set; with labels it learns from both
 * portions   accumulated, the last one 1; `epochs` of training after each
 * partition  'magnitude': the largest weights of each layer first ("pruning-inspired"); 'random'
 * start      'codes': from few-bit's; 'float': from the float model's weights, as in the paper
 * settle     epochs of scales and biases alone, once all weights are frozen
 * ranges     trains the scales of activations too
 * leaves     zeros that the float model has too, as they are after pruning
 * accepts    the result, if it is better on held-back samples than few-bit's
 */
export const inq = definePass({
  name: 'inq',
  summary: 'Re-train few-bit weights incrementally: freeze a growing part on the grid, train the rest (INQ).',
  requires: [],
  provides: [],
  defaults: {
    portions: [0.5, 0.75, 0.875, 1] as readonly number[],
    partition: 'magnitude' as string,
    start: 'codes' as string,
    settle: 1,
    ranges: false as boolean,
    ...TRAINING_DEFAULTS,
    epochs: 1,
  },
  check(options, start) {
    checkTraining('inq', options as typeof options & PassOptions, start);
    oneOf('inq', PARTITIONS, options.partition);
    oneOf('inq', STARTS, options.start);
    const { portions } = options;
    const rising = portions.every((portion, i) => portion > (portions[i - 1] ?? 0) && portion <= 1);
    if (!rising || portions.at(-1) !== 1) {
      throw new UserError({
        code: 'BAD_ARGUMENT',
        message: `inq: portions must grow to 1, as [${portions}] do not`,
        hint: 'for example [0.5, 0.75, 0.875, 1]',
      });
    }
  },
  async run(graph, options, ctx) {
    const float = requireReference('inq', ctx);
    const start = oneOf('inq', STARTS, options.start);
    const partition = oneOf('inq', PARTITIONS, options.partition);
    const simulation = simulate(graph, {
      float,
      ranges: options.ranges,
      methodOf: (weights) => (isFewBit(weights) ? incremental(start) : learnedSteps('cells')),
    });
    const freezing = frozenLayers(simulation.layers.map(({ codes }) => codes));
    if (freezing.length === 0) return graph;
    const job = await openJob('inq', studentOf(simulation), float, options, ctx);
    try {
      const before = start === 'codes' ? await job.judge(job.initial) : null;
      let values = job.initial;
      const parts = options.portions.length;
      for (const [part, portion] of options.portions.entries()) {
        values = freeze(freezing, values, { portion, partition, rng: ctx.rng });
        const epochs = portion < 1 ? options.epochs : options.settle;
        if (epochs === 0) continue;
        const masks = new Map(freezing.map((own) => [incrementalName(own.weights.name), maskOf(own)]));
        values = await job.train(`portion-${part + 1}`, values, { epochs, masks, part, parts, best: portion === 1 });
      }
      return acceptBetter(
        graph,
        simulation.quantized(values),
        { before, after: await job.judge(values), select: options.select },
        ctx,
      );
    } finally {
      await job.close();
    }
  },
});

interface Freezing {
  readonly weights: QuantizedWeights;
  readonly frozen: Uint8Array;
  readonly pruned: Uint8Array;
}

function frozenLayers(all: readonly QuantizedWeights[]): Freezing[] {
  const once = new Map(all.filter(isFewBit).map((weights) => [weights.name, weights]));
  return [...once.values()].map((weights) => {
    const pruned = Uint8Array.from(weights.codes, (code, i) => Number(code === 0 && weights.float?.[i] === 0));
    return { weights, pruned, frozen: pruned.slice() };
  });
}

/** The values with more of the weights on their grid. */
function freeze(
  layers: readonly Freezing[],
  values: ReadonlyMap<ValueName, Tensor>,
  how: { readonly portion: number; readonly partition: Partition; readonly rng: Rng },
): Map<ValueName, Tensor> {
  const next = new Map(values);
  for (const { weights, frozen, pruned } of layers) {
    const name = incrementalName(weights.name);
    const tensor = must(values.get(name), name);
    const data = Float32Array.from(tensor.data as Float32Array);
    for (const i of freezePortion(data, frozen, pruned, how)) data[i] = weights.grid.nearest(data[i]);
    next.set(name, { ...tensor, data });
  }
  return next;
}

function maskOf({ weights, frozen }: Freezing): Tensor {
  return { dtype: 'f32', shape: weights.shape, data: Float32Array.from(frozen, (one) => 1 - one) };
}
