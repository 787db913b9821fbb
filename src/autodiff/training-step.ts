import { prune, typeOf } from '../ir/graph.ts';
import { elementCount } from '../ir/shape.ts';
import { printName } from '../ir/text.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { must, UserError } from '../support/errors.ts';
import { type Builder, buildOn } from './builder.ts';
import type { CustomGradients } from './custom-gradient.ts';
import { differentiate } from './differentiate.ts';
import type { Optimizer } from './optimizers.ts';

/** One step of training as a graph: data, parameters, states and rate in, loss and their successors out. */
export interface TrainingStep {
  readonly graph: Graph;
  /** Scalar output. */
  readonly loss: ValueName;
  /** Scalar input. */
  readonly rate: ValueName;
  /** Parameter or state (input) -> what it becomes (output). */
  readonly successors: ReadonlyMap<ValueName, ValueName>;
  /** First values of all parameters and states. */
  readonly initial: ReadonlyMap<ValueName, Tensor>;
  /** Parameter -> the input with its mask of ones (trained) and zeros (kept as it is). */
  readonly masks: ReadonlyMap<ValueName, ValueName>;
  readonly optimizer: Optimizer;
}

export interface TrainingSpec {
  readonly loss: ValueName;
  /** Float32 constants of the graph to train. */
  readonly parameters: readonly ValueName[];
  readonly optimizer: Optimizer;
  readonly custom?: CustomGradients;
  /** Further constants that change at each step, without a gradient: constant -> its next value. */
  readonly updates?: ReadonlyMap<ValueName, ValueName>;
  /** Parameters of which only a part is trained. */
  readonly masked?: readonly ValueName[];
  /** Factor on the rate, by parameter; default 1. */
  readonly rates?: ReadonlyMap<ValueName, number>;
  /** Gradients are scaled down so that their common norm is at most this. */
  readonly clipNorm?: number;
}

/**
 * Forward, loss, gradients and the optimizer's step in one graph. Other outputs of `graph` are kept.
 * Throws as differentiate does, and UserError BAD_ARGUMENT for a parameter that is no float32 constant.
 */
export function trainingStep(graph: Graph, spec: TrainingSpec): TrainingStep {
  const { loss, parameters, updates = new Map(), optimizer, masked = [], rates, clipNorm } = spec;
  const initial = new Map<ValueName, Tensor>();
  for (const name of [...parameters, ...updates.keys()]) initial.set(name, parameterOf(graph, name));
  const open = constantsToInputs(graph, [...initial.keys()]);
  const derivative = differentiate(open, loss, parameters, spec.custom);
  const own = new Set(derivative.gradients.values());
  const outputs = derivative.graph.outputs.filter((output) => !own.has(output));
  const build = buildOn({ ...derivative.graph, outputs });
  const gradients = parameters.map((name) => must(derivative.gradients.get(name), `gradient of '${name}'`));
  const scaled = clipNorm === undefined ? gradients : clipped(build, gradients, clipNorm);
  const rate = build.draft.input('rate', { dtype: 'f32', shape: [], quant: null });

  const successors = new Map<ValueName, ValueName>(updates);
  const masks = new Map<ValueName, ValueName>();
  for (const [i, parameter] of parameters.entries()) {
    const type = build.draft.type(parameter);
    const mask = masked.includes(parameter) ? build.draft.input(`${parameter}.mask`, type) : null;
    if (mask) masks.set(parameter, mask);
    build.scope = `step/${parameter}`;
    const states = optimizer.states.map((state) => build.draft.input(`${parameter}.${state}`, type));
    const gradient = mask ? build.mul(scaled[i], mask) : scaled[i];
    const own = build.scale(rate, rates?.get(parameter) ?? 1);
    const result = optimizer.step(build, { parameter, gradient, states, rate: own });
    const step = mask ? build.mul(result.step, mask) : result.step;
    successors.set(parameter, build.sub(parameter, step));
    for (const [s, state] of states.entries()) {
      successors.set(state, result.states[s]);
      initial.set(state, { dtype: 'f32', shape: type.shape, data: new Float32Array(elementCount(type.shape)) });
    }
  }
  for (const next of successors.values()) if (!outputs.includes(next)) build.draft.addOutput(next);
  return { graph: build.draft.finish(), loss, rate, successors, initial, masks, optimizer };
}

/** The graph with these constants as inputs. */
export function constantsToInputs(graph: Graph, names: readonly ValueName[]): Graph {
  const constants = new Map([...graph.constants].filter(([name]) => !names.includes(name)));
  return { ...graph, inputs: [...graph.inputs, ...names], constants };
}

/** The graph with new values for some of its constants. */
export function withParameters(graph: Graph, values: ReadonlyMap<ValueName, Tensor>): Graph {
  const constants = new Map([...graph.constants].map(([name, tensor]) => [name, values.get(name) ?? tensor]));
  return prune({ ...graph, constants });
}

/** g min(1, most / |all g|) */
function clipped(build: Builder, gradients: readonly ValueName[], most: number): ValueName[] {
  build.scope = 'clip';
  const squares = gradients.map((gradient) => {
    const axes = [...build.shape(gradient).keys()];
    return build.reduce('ReduceSum', build.mul(gradient, gradient), axes, false);
  });
  const sum = squares.length === 1 ? squares[0] : build.op('Sum', squares, []);
  const norm = build.unary('Sqrt', build.add(sum, build.scalar(1e-20)));
  const factor = build.op('Min', [build.div(build.scalar(most), norm), build.scalar(1)], []);
  return gradients.map((gradient) => build.mul(gradient, factor));
}

function parameterOf(graph: Graph, name: ValueName): Tensor {
  const tensor = graph.constants.get(name);
  if (tensor?.dtype === 'f32' && typeOf(graph, name).quant === null) return tensor;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `${printName(name)} cannot be trained: it is no float32 constant of the graph`,
    hint: 'name weights and biases of layers',
  });
}
