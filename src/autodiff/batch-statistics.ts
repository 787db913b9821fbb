import { floatAttribute } from '../ir/attributes.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import { type Builder, buildOn, countAlong } from './builder.ts';
import type { CustomGradient } from './custom-gradient.ts';

/** A graph in which some values have a gradient of their own and some constants a successor. */
export interface TrainingForm {
  readonly graph: Graph;
  readonly custom: ReadonlyMap<ValueName, CustomGradient>;
  /** Running statistic -> its value after this batch. */
  readonly updates: ReadonlyMap<ValueName, ValueName>;
}

/**
 * Every (or every chosen) BatchNormalization with the mean and variance of its batch (Ioffe and Szegedy, 2015), and the running ones moved
 * towards them: running' = momentum running + (1 - momentum) batch. The node itself stays in its inference form, fed with
 * the batch's statistics: onnxruntime's training form overwrites its inputs.
 */
export function batchStatistics(graph: Graph, chosen: (node: Node) => boolean = () => true): TrainingForm {
  const build = buildOn(graph);
  const custom = new Map<ValueName, CustomGradient>();
  const updates = new Map<ValueName, ValueName>();
  for (const node of graph.nodes) {
    if (node.domain !== '' || node.op !== 'BatchNormalization' || !chosen(node)) continue;
    build.scope = node.name;
    const [x, scale, shift, runningMean, runningVariance] = node.inputs.map((input) =>
      must(input, 'input of BatchNormalization'),
    );
    const channels = axesBut1(build, x);
    const average = (value: ValueName) => build.reduce('ReduceMean', value, channels, false);
    const mean = average(x);
    const centred = build.sub(x, perChannel(build, mean, x));
    const variance = average(build.mul(centred, centred));
    build.draft.update(node, {
      inputs: [x, scale, shift, mean, variance],
      outputs: [node.outputs[0]],
      attributes: { epsilon: floatAttribute(node, 'epsilon', 1e-5) },
    });
    const normalized: Normalized = { node, x, scale, centred, variance };
    custom.set(must(node.outputs[0], 'normalized value'), {
      inputs: [x, scale, shift],
      backward: (backward, dy) => normalizedGradient(backward, dy, normalized),
    });
    for (const [running, batch] of [
      [runningMean, mean],
      [runningVariance, variance],
    ]) {
      const momentum = floatAttribute(node, 'momentum', 0.9);
      const next = build.add(build.scale(running, momentum), build.scale(batch, 1 - momentum));
      updates.set(running, next);
      build.draft.addOutput(next);
    }
  }
  return { graph: build.draft.finish(), custom, updates };
}

interface Normalized {
  readonly node: Node;
  readonly x: ValueName;
  readonly scale: ValueName;
  readonly centred: ValueName;
  readonly variance: ValueName;
}

/**
 * n = (x - mean) inverse over m elements per channel:
 * dscale = sum(dy n), dshift = sum(dy), dx = scale inverse (dy - dshift / m - n dscale / m)
 */
function normalizedGradient(
  build: Builder,
  dy: ValueName,
  { node, x, scale, centred, variance }: Normalized,
): ValueName[] {
  const axes = axesBut1(build, x);
  const m = countAlong(build.shape(x), axes);
  const sum = (value: ValueName) => build.reduce('ReduceSum', value, axes, false);
  const epsilon = build.scalar(floatAttribute(node, 'epsilon', 1e-5));
  const inverse = build.unary('Reciprocal', build.unary('Sqrt', build.add(variance, epsilon)));
  const dshift = sum(dy);
  const dscale = build.mul(sum(build.mul(dy, centred)), inverse);
  const slope = build.mul(scale, inverse);
  const per = (value: ValueName) => perChannel(build, value, x);
  const pull = build.scale(build.mul(build.mul(slope, inverse), dscale), -1 / m);
  const level = build.scale(build.mul(slope, dshift), -1 / m);
  const dx = build.add(build.mul(dy, per(slope)), build.add(build.mul(centred, per(pull)), per(level)));
  return [dx, dscale, dshift];
}

function axesBut1(build: Builder, x: ValueName): number[] {
  return [...build.shape(x).keys()].filter((axis) => axis !== 1);
}

function perChannel(build: Builder, value: ValueName, x: ValueName): ValueName {
  const [, channels, ...size] = build.shape(x);
  return build.reshape(value, [channels, ...size.map(() => 1)]);
}
