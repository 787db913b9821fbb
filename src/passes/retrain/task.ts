import { buildOn } from '../../autodiff/builder.ts';
import { embed } from '../../autodiff/embed.ts';
import { withBatch } from '../../autodiff/with-batch.ts';
import { prune } from '../../ir/graph.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Graph, ValueName } from '../../ir/types.ts';
import { type OutputTerm, outputLoss, relativeError, sumOf } from './output-terms.ts';
import type { Simulation } from './simulate.ts';

export interface TaskOptions {
  readonly batch: number;
  readonly terms: readonly OutputTerm[];
  readonly temperature: number;
  /** Weight of the layers' results beside the outputs; 0: outputs alone. */
  readonly features: number;
}

/** The simulation and the float model side by side on the same inputs, and how far they are apart. */
export interface Task {
  readonly graph: Graph;
  /** What training lowers. */
  readonly loss: ValueName;
  /** The part of the outputs, by which parameters are chosen. */
  readonly judged: ValueName;
}

/** Throws UserError UNSUPPORTED when the model cannot take several samples at once. */
export function distillationTask(simulation: Simulation, float: Graph, options: TaskOptions): Task {
  const { batch, terms, temperature, features } = options;
  const results = features > 0 ? layerResults(simulation, float) : [];
  const compared = [...new Set([...terms.map(({ value }) => value), ...results])];
  const pair = buildOn(prune({ ...simulation.graph, outputs: compared }));
  const teacher = embed(pair, prune({ ...float, outputs: compared }), 'float/');
  for (const value of compared) pair.draft.addOutput(teacher(value));

  const build = buildOn(withBatch(pair.draft.finish(), batch));
  build.scope = 'loss';
  const judged = outputLoss(build, terms, [(value) => value, teacher], temperature);
  const parts = results.map((value) => relativeError(build, value, teacher(value)));
  const apart = parts.length > 0 ? build.scale(sumOf(build, parts), features / parts.length) : null;
  const loss = apart ? build.add(judged, apart) : judged;
  for (const value of new Set([loss, judged])) build.draft.addOutput(value);
  return { graph: prune({ ...build.draft.finish(), outputs: [...new Set([loss, judged])] }), loss, judged };
}

/** Results of trained layers that the float model has too. */
function layerResults({ graph, layers }: Simulation, float: Graph): ValueName[] {
  return layers.flatMap(({ node }) => {
    const [output] = node.outputs;
    const twin = output == null ? undefined : float.types.get(output);
    return output != null && twin?.dtype === 'f32' && sameShape(twin.shape, graph.types.get(output)!.shape)
      ? output
      : [];
  });
}
