import type { Graph, Tensor, ValueName } from '../../ir/types.ts';
import type { PassContext } from '../pass.ts';
import { requireReference } from '../samples/float-samples.ts';
import { acceptBetter } from './accept.ts';
import { openJob } from './job.ts';
import type { QuantizedWeights } from './quantized-weights.ts';
import { type Simulation, simulate } from './simulate.ts';
import { studentOf } from './student.ts';
import type { WeightMethod } from './trained-weights.ts';
import type { TrainingOptions } from './training-options.ts';

export interface CodesMethod {
  readonly pass: string;
  methodOf(weights: QuantizedWeights): WeightMethod;
  /** Whether the first values stand for the codes that the graph has: then the result must be better. */
  readonly startsThere: boolean;
  readonly ranges: boolean;
  /** Masks of masked parameters. */
  masks?(simulation: Simulation): ReadonlyMap<ValueName, Tensor>;
}

/** Trains weights, scales and biases of a quantized graph in one go; keeps the epoch that is best on held-back samples. */
export async function trainCodes(
  graph: Graph,
  { pass, methodOf, startsThere, ranges, masks }: CodesMethod,
  options: TrainingOptions,
  ctx: PassContext,
): Promise<Graph> {
  const float = requireReference(pass, ctx);
  const simulation = simulate(graph, { float, ranges, methodOf });
  if (simulation.layers.length === 0) return graph;
  const job = await openJob(pass, studentOf(simulation), float, options, ctx);
  try {
    const before = startsThere ? await job.judge(job.initial) : null;
    const given = masks ? { masks: masks(simulation) } : {};
    const values = await job.train('codes', job.initial, { epochs: options.epochs, best: true, ...given });
    return acceptBetter(
      graph,
      simulation.quantized(values),
      { before, after: await job.judge(values), select: options.select },
      ctx,
    );
  } finally {
    await job.close();
  }
}
