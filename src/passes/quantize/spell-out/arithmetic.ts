import { floatAttribute, intAttribute } from '../../../ir/attributes.ts';
import { constantOf, typeOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import { isOp, onlyOutput, uniformConstant } from '../../float/match.ts';
import type { Rule } from '../../float/rewrite.ts';

/** A quotient by constants that are not all the same is a product: codes of reciprocals are as good as those of factors. */
export const quotientToProduct: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const divisor = constantOf(graph, node.inputs[1]);
  if (!isOp(node, 'Div') || !output || divisor?.dtype !== 'f32' || uniformConstant(graph, node.inputs[1]) !== null)
    return null;
  const inverse = Float32Array.from(divisor.data as Float32Array, (x) => 1 / x);
  if (!inverse.every(Number.isFinite)) return null;
  return {
    touches: [node],
    apply(edit) {
      const factors = edit.constant(`${output}.factors`, { ...divisor, data: inverse });
      edit.update(node, { op: 'Mul', inputs: [node.inputs[0] ?? null, factors] });
    },
  };
};

/** Stored statistics that no layer took in: one weight and one bias for each channel. */
export const batchNormToConv: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [x, ...rest] = node.inputs;
  const parameters = rest.map((value) => constantOf(graph, value));
  if (!isOp(node, 'BatchNormalization') || !output || !x || intAttribute(node, 'training_mode', 0) === 1) return null;
  const { shape } = typeOf(graph, x);
  if (shape.length < 3 || shape.length > 4 || !parameters.every((tensor) => tensor?.dtype === 'f32')) return null;
  const [scale, bias, mean, variance] = parameters.map((tensor) => Array.from(tensor!.data as Float32Array));
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const factor = scale!.map((s, c) => s / Math.sqrt(variance![c]! + epsilon));
  const kernel = shape.slice(2).map(() => 1);
  return {
    touches: [node],
    apply(edit) {
      const weights = edit.constant(`${output}.weights`, tensorOf('f32', [factor.length, 1, ...kernel], factor));
      const shifts = factor.map((f, c) => bias![c]! - mean![c]! * f);
      const start = edit.constant(`${output}.bias`, tensorOf('f32', [factor.length], shifts));
      const attributes = { group: factor.length, kernel_shape: kernel };
      edit.update(node, { op: 'Conv', inputs: [x, weights, start], attributes });
    },
  };
};

/** The root of a sum of squares, and the logarithm of a sum, are functions of that sum. */
export const functionOfSum: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const parts = node.domain === '' ? FUNCTIONS_OF_SUMS[node.op] : undefined;
  if (!parts || !output || typeOf(graph, output).dtype !== 'f32') return null;
  const [sum, of] = parts;
  return {
    touches: [node],
    apply(edit) {
      const { inputs, attributes } = node;
      const total = edit.node({ op: sum, inputs, attributes }, typeOf(graph, output), `${output}.sum`);
      edit.update(node, { op: of, inputs: [total], attributes: {} });
    },
  };
};

const FUNCTIONS_OF_SUMS: Readonly<Record<string, readonly [sum: string, of: string]>> = {
  ReduceL2: ['ReduceSumSquare', 'Sqrt'],
  ReduceLogSum: ['ReduceSum', 'Log'],
};
