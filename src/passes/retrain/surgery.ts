import { type Builder, buildOn } from '../../autodiff/builder.ts';
import type { CustomGradient } from '../../autodiff/custom-gradient.ts';
import { rewire } from '../../autodiff/fake-quantize.ts';
import { constantOf } from '../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';

/** Weights that may be pruned, and the constants of the student that say which are. */
export interface PrunedWeights {
  readonly node: Node;
  readonly weights: ValueName;
  /** Ones and zeros, of the weights' shape. */
  readonly mask: ValueName;
  /** Scalar: magnitudes below 0.9 of it are cut, above 1.1 of it they come back. */
  readonly threshold: ValueName;
}

export interface Surgery {
  readonly graph: Graph;
  readonly custom: ReadonlyMap<ValueName, CustomGradient>;
  /** Masks and thresholds -> their next values. */
  readonly updates: ReadonlyMap<ValueName, ValueName>;
  readonly pruned: readonly PrunedWeights[];
}

const [CUT, SPLICE] = [0.9, 1.1];

/**
 * A float graph whose weights are multiplied by masks that follow the magnitudes (Guo, Yao and Chen, Dynamic Network
 * Surgery, 2016, equations 2 to 4): all weights get a gradient, so those that were cut can come back. A threshold of zero
 * leaves the masks as they are.
 */
export function dynamicSurgery(graph: Graph, nodes: readonly Node[]): Surgery {
  const build = buildOn(graph);
  const custom = new Map<ValueName, CustomGradient>();
  const updates = new Map<ValueName, ValueName>();
  const replaced = new Map<ValueName, ValueName>();
  const pruned: PrunedWeights[] = [];
  for (const node of nodes) {
    const weights = must(node.inputs[1], 'weights');
    const tensor = must(constantOf(graph, weights), weights);
    if (replaced.has(weights)) continue;
    build.scope = weights;
    const mask = build.constant('mask', tensor.shape, new Float32Array(tensor.data.length).fill(1));
    const threshold = build.constant('threshold', [], [0]);
    const masked = build.mul(weights, mask);
    custom.set(masked, { inputs: [weights], backward: (_, dy) => [dy] });
    replaced.set(weights, masked);
    updates.set(mask, nextMask(build, weights, mask, threshold));
    updates.set(threshold, build.unary('Identity', threshold));
    pruned.push({ node, weights, mask, threshold });
  }
  rewire(build, graph, replaced);
  for (const next of updates.values()) build.draft.addOutput(next);
  return { graph: build.draft.finish(), custom, updates, pruned };
}

function nextMask(build: Builder, weights: ValueName, mask: ValueName, threshold: ValueName): ValueName {
  const magnitude = build.unary('Abs', weights);
  const above = build.compare('Greater', magnitude, build.scale(threshold, SPLICE));
  const below = build.compare('LessOrEqual', magnitude, build.scale(threshold, CUT));
  const follows = build.where(above, build.scalar(1), build.where(below, build.scalar(0), mask));
  return build.where(build.compare('Greater', threshold, build.scalar(0)), follows, mask);
}
