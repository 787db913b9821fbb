import type { DType, Shape, TensorType } from '../ir/types.ts';
import { isVisible } from '../runtime/ort-session.ts';
import { dtypeOfCode } from './data-types.ts';
import type { FlatNode } from './flatten.ts';

/**
 * Types of the few operators that ONNX defines for element types onnxruntime has no kernels for (small integers,
 * bfloat16, int2). Everything else is onnxruntime's word. One output; null when the rule does not apply.
 */
interface Rule {
  readonly dtype: (node: FlatNode, inputs: readonly (DType | null)[]) => DType | null;
  readonly shape: (inputs: readonly (Shape | null)[]) => Shape | null;
}

const first = (inputs: readonly (Shape | null)[]): Shape | null => inputs[0] ?? null;
const asInput =
  (i: number): Rule['dtype'] =>
  (_, inputs) =>
    inputs[i] ?? null;
const attributeType = (node: FlatNode, name: string): DType | null => {
  const code = node.attributes[name];
  return typeof code === 'number' && code !== 0 ? dtypeOfCode(code) : null;
};

const unary: Rule = { dtype: asInput(0), shape: first };
const elementwise: Rule = { dtype: asInput(0), shape: broadcast };
const predicate: Rule = { dtype: () => 'bool', shape: broadcast };

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...names(
    'Abs Ceil Clip Exp Floor HardSigmoid Identity LeakyRelu Neg Reciprocal Relu Round Selu Sigmoid Sign Softmax',
    unary,
  ),
  ...names('Softplus Sqrt Tanh Gelu Erf Elu Log Sin Cos BitwiseNot Not Celu HardSwish Mish Swish CumSum', unary),
  ...names(
    'Add Sub Mul Div Pow Mod Min Max Sum Mean PRelu BitShift BitwiseAnd BitwiseOr BitwiseXor And Or Xor',
    elementwise,
  ),
  ...names('Equal Less LessOrEqual Greater GreaterOrEqual', predicate),
  ...names('IsNaN IsInf', { dtype: () => 'bool', shape: first }),
  ['Where', { dtype: asInput(1), shape: broadcast }],
  ['Cast', { dtype: (node) => attributeType(node, 'to'), shape: first }],
  ['BitCast', { dtype: (node) => attributeType(node, 'to'), shape: first }],
  ['CastLike', { dtype: asInput(1), shape: first }],
  [
    'QuantizeLinear',
    { dtype: (node, inputs) => inputs[2] ?? attributeType(node, 'output_dtype') ?? 'u8', shape: first },
  ],
  [
    'DequantizeLinear',
    { dtype: (node, inputs) => attributeType(node, 'output_dtype') ?? inputs[1] ?? null, shape: first },
  ],
]);

function names(list: string, rule: Rule): [string, Rule][] {
  return list.split(' ').map((name) => [name, rule]);
}

/** The type of the node's one output by our own rule, or null when there is none. */
export function ownTypes(node: FlatNode, inputs: readonly (TensorType | null)[]): TensorType | null {
  const rule = ruleOf(node);
  const dtype = rule?.dtype(
    node,
    inputs.map((input) => input?.dtype ?? null),
  );
  const shape = rule?.shape(inputs.map((input) => input?.shape ?? null));
  return dtype && shape ? { dtype, shape, quant: null } : null;
}

/** Whether our rules cover the operator, if not every type of it. */
export function hasOwnRule(node: FlatNode): boolean {
  return ruleOf(node) !== null;
}

/** Whether a type on the border of this node cannot pass through onnxruntime's JavaScript interface. */
export function unspeakable(node: FlatNode, inputs: readonly (TensorType | null)[]): boolean {
  const dtypes = inputs.map((input) => input?.dtype ?? null);
  const output = ruleOf(node)?.dtype(node, dtypes) ?? null;
  return [...dtypes, output].some((dtype) => dtype !== null && !isVisible(dtype));
}

function ruleOf(node: FlatNode): Rule | null {
  if (node.domain !== '' || node.outputs.length !== 1) return null;
  return RULES.get(node.op) ?? null;
}

/** NumPy broadcasting of the inputs that are there; null when they do not fit. */
function broadcast(shapes: readonly (Shape | null)[]): Shape | null {
  const result: number[] = [];
  for (const shape of shapes) {
    if (!shape) continue;
    while (result.length < shape.length) result.unshift(1);
    for (let i = 1; i <= shape.length; i++) {
      const [ours, theirs] = [result[result.length - i], shape[shape.length - i]];
      if (ours !== theirs && ours !== 1 && theirs !== 1) return null;
      if (ours === 1) result[result.length - i] = theirs;
    }
  }
  return result;
}
