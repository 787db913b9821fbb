import { buildOn } from '../../src/autodiff/builder.ts';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { writeModel } from '../../src/frontend/onnx-writer.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/shape.ts';
import type { Attribute, Graph, Node, Shape, Tensor, ValueName } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';
import { createSession } from '../../src/runtime/ort-session.ts';

/** One operator: shapes are float32 inputs, tensors constants. */
export interface Case {
  readonly op: string;
  readonly inputs: readonly (Shape | Tensor | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
  readonly clip?: Node['clip'];
  /** Draws an element of an input; default: standard normal. */
  readonly draw?: (rng: Rng, index: number) => number;
}

/** Away from zero and from whole halves, where element-wise functions have their kinks. */
export const smooth = (rng: Rng) => {
  const whole = rng.int(-8, 7) / 2;
  return whole + 0.05 + 0.4 * rng.uniform();
};

/** Distinct values, at least 0.05 apart: nothing changes place under a small step. */
export function distinct(count: number): (rng: Rng, index: number) => number {
  let order: number[] = [];
  return (rng, index) => {
    if (index === 0) order = rng.shuffle(Array.from({ length: count }, (_, i) => (i - count / 2) * 0.05 + 0.013));
    return order[index];
  };
}

/** A graph of one node; onnxruntime says the types of its outputs. */
export async function graphOf({ op, inputs, attributes = {}, outputs = 1, clip = null }: Case): Promise<Graph> {
  const names = inputs.map((input, i) => (input === null ? null : `x${i}`));
  const constants = new Map<ValueName, Tensor>();
  const types = new Map<ValueName, { dtype: Tensor['dtype']; shape: Shape; quant: null }>();
  const free: ValueName[] = [];
  for (const [i, input] of inputs.entries()) {
    if (input === null) continue;
    if ('dtype' in input) constants.set(`x${i}`, input);
    else free.push(`x${i}`);
    const { dtype, shape } = 'dtype' in input ? input : { dtype: 'f32' as const, shape: input };
    types.set(`x${i}`, { dtype, shape, quant: null });
  }
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const node = { op, domain: '', name: op, inputs: names, outputs: results, attributes, clip };
  const session = await createSession(
    writeModel({
      name: '',
      nodes: [node],
      inputs: free.map((name) => ({ name, type: types.get(name)! })),
      outputs: results.map((name) => ({ name, type: null })),
      constants,
    }),
  );
  for (const { name, dtype, shape } of session.outputs)
    types.set(name, { dtype: dtype!, shape: shape!.map(Number), quant: null });
  await session.release();
  const real = results.filter((result) => types.get(result)?.dtype === 'f32');
  return { name: '', inputs: free, outputs: real, nodes: [node], types, constants };
}

export interface Checked {
  /** Largest difference between the gradient and the finite differences along random directions, over the gradient's norm. */
  readonly error: number;
  readonly graph: Graph;
}

/**
 * The gradient of a random projection of all outputs, by every input, against central differences along random
 * directions of +-1. In float32: exact where the function is linear in a direction, else good to about 1e-4.
 */
export async function checkGradients(
  graph: Graph,
  { seed = 1, step = 1e-2, draw = (rng) => rng.normal(), directions = 3 }: CheckOptions = {},
): Promise<Checked> {
  const rng = createRng(seed);
  const build = buildOn(graph);
  const weights = graph.outputs.map((output) => random(rng, typeOf(graph, output).shape));
  const parts = graph.outputs.map((output, i) => {
    const product = build.mul(output, build.constant('weights', weights[i].shape, weights[i].data as Float32Array));
    return build.reduce('ReduceSum', product, [...build.shape(output).keys()], false);
  });
  const loss = parts.reduce((sum, part) => build.add(sum, part));
  build.draft.addOutput(loss);
  const derivative = differentiate(build.draft.finish(), loss, graph.inputs);
  verifyGraph(derivative.graph);

  const session = await createSession(exportOnnx(derivative.graph));
  const feeds = new Map(
    graph.inputs.map((name): [string, Tensor] => [name, random(rng, typeOf(graph, name).shape, draw)]),
  );
  const names = graph.inputs.map((name) => derivative.gradients.get(name)!);
  const results = await session.run(feeds, names);
  const gradients = names.map((name) => results.get(name)!);
  const norm = Math.sqrt(gradients.reduce((sum, { data }) => sum + dot(data, data), 0));
  const project = async (sign: number, ways: readonly Tensor[]) => {
    const moved = new Map(
      graph.inputs.map((name, i): [string, Tensor] => [name, along(feeds.get(name)!, ways[i], sign * step)]),
    );
    const outputs = await session.run(moved, graph.outputs);
    return graph.outputs.reduce((sum, name, i) => sum + dot(outputs.get(name)!.data, weights[i].data), 0);
  };
  let error = 0;
  for (let d = 0; d < directions; d++) {
    const ways = gradients.map(({ shape }) => random(rng, shape, () => (rng.uniform() < 0.5 ? -1 : 1)));
    const wanted = ((await project(1, ways)) - (await project(-1, ways))) / (2 * step);
    const got = gradients.reduce((sum, { data }, i) => sum + dot(data, ways[i].data), 0);
    error = Math.max(error, Math.abs(wanted - got) / (norm + 1e-6));
  }
  await session.release();
  return { error, graph: derivative.graph };
}

export interface CheckOptions {
  readonly seed?: number;
  readonly step?: number;
  readonly draw?: (rng: Rng, index: number) => number;
  readonly directions?: number;
}

/** The error of one operator's gradient. */
export async function gradientError(given: Case, options: CheckOptions = {}): Promise<number> {
  const graph = await graphOf(given);
  return (await checkGradients(graph, { ...(given.draw && { draw: given.draw }), ...options })).error;
}

export function random(rng: Rng, shape: Shape, draw: (rng: Rng, index: number) => number = (r) => r.normal()): Tensor {
  return { dtype: 'f32', shape, data: Float32Array.from({ length: elementCount(shape) }, (_, i) => draw(rng, i)) };
}

export function ints(...values: number[]): Tensor {
  return { dtype: 'i64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

function along(x: Tensor, way: Tensor, step: number): Tensor {
  return { ...x, data: Float32Array.from(x.data as Float32Array, (value, i) => value + step * Number(way.data[i])) };
}

function dot(a: Tensor['data'], b: Tensor['data']): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Number(a[i]) * Number(b[i]);
  return sum;
}
