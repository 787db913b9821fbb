import { constantOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { sizeOf, type WeightParameter } from './trained-weights.ts';

/** Inputs that hold weights, biases and the like, by operator. Statistics of BatchNormalization are not trained. */
const TRAINED_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  LayerNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  GRU: [1, 2, 3],
  LSTM: [1, 2, 3],
  RNN: [1, 2, 3],
  Add: [0, 1],
  Mul: [0, 1],
};

/** A parameter of zeros would never move by a rate in parts of its size. */
const LEAST_RATE = 0.05;

/** The constants of a float graph that training changes, each once. */
export function floatParameters(graph: Graph): WeightParameter[] {
  const names = new Set(graph.nodes.flatMap((node) => trainedInputs(graph, node)));
  return [...names].map((name) => {
    const values = must(constantOf(graph, name), name).data as Float32Array;
    const isZero = values.every((value) => value === 0);
    return { name, rate: isZero ? LEAST_RATE : Math.max(sizeOf(values), LEAST_RATE) };
  });
}

function trainedInputs(graph: Graph, { domain, op, inputs }: Node): ValueName[] {
  if (domain !== '' || !Object.hasOwn(TRAINED_INPUTS, op)) return [];
  return TRAINED_INPUTS[op].flatMap((index) => {
    const name = inputs[index];
    const tensor = constantOf(graph, name);
    const isNumber = (op === 'Add' || op === 'Mul') && tensor !== null && elementCount(tensor!.shape) === 1;
    return name != null && tensor?.dtype === 'f32' && !isNumber ? name : [];
  });
}
