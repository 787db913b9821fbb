import type { DType, Shape, TensorType } from '../ir/types.ts';
import { isVisible } from '../runtime/ort-session.ts';
import { dtypeOfCode } from './data-types.ts';
import type { FlatNode } from './flat-node.ts';

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

/** Operators that onnxruntime does not know, or not in this form: the types of all their outputs. */
const NEWER: ReadonlyMap<string, (node: FlatNode, inputs: readonly (TensorType | null)[]) => TensorType[] | null> =
  new Map([
    ['LinearAttention', linearAttention],
    ['CausalConvWithState', causalConv],
    ['RoiAlign', roiAlign],
    ['RNN', batchFirst],
    ['GRU', batchFirst],
    ['LSTM', batchFirst],
  ]);

/** The types of the node's outputs by our own rule, or null when there is none. */
export function ownTypes(node: FlatNode, inputs: readonly (TensorType | null)[]): TensorType[] | null {
  if (isNewer(node)) return checked(NEWER.get(node.op)?.(node, inputs) ?? null);
  const rule = ruleOf(node);
  const dtype = rule?.dtype(
    node,
    inputs.map((input) => input?.dtype ?? null),
  );
  const shape = rule?.shape(inputs.map((input) => input?.shape ?? null));
  return dtype && shape ? [{ dtype, shape, quant: null }] : null;
}

/** Whether our rules cover the operator, if not every type of it. */
export function hasOwnRule(node: FlatNode): boolean {
  return ruleOf(node) !== null || isNewer(node);
}

/** Whether onnxruntime does not know the operator, or a type on its border cannot pass its JavaScript interface. */
export function unspeakable(node: FlatNode, inputs: readonly (TensorType | null)[]): boolean {
  if (isNewer(node)) return true;
  const dtypes = inputs.map((input) => input?.dtype ?? null);
  const output = ruleOf(node)?.dtype(node, dtypes) ?? null;
  return [...dtypes, output].some((dtype) => dtype !== null && !isVisible(dtype));
}

function isNewer(node: FlatNode): boolean {
  const recurrent = /^(RNN|GRU|LSTM)$/.test(node.op);
  return node.domain === '' && NEWER.has(node.op) && (!recurrent || node.attributes.layout === 1);
}

/** [B,T,Hq*dk], k, [B,T,Hkv*dv] -> [B,T,Hq*dv] and the state [B,Hkv,dk,dv]. */
function linearAttention(node: FlatNode, [query, , value]: readonly (TensorType | null)[]): TensorType[] | null {
  const [qHeads, kvHeads] = [Number(node.attributes.q_num_heads), Number(node.attributes.kv_num_heads)];
  if (query?.shape.length !== 3 || value?.shape.length !== 3) return null;
  const [batch, steps, width] = query.shape;
  const size = value.shape[2] / kvHeads;
  return [
    { ...query, shape: [batch, steps, qHeads * size] },
    { ...query, shape: [batch, kvHeads, width / qHeads, size] },
  ];
}

/** [B,C,L], [C,1,K] -> [B,C,L] and the state [B,C,K-1]. */
function causalConv(_: FlatNode, [input, weight]: readonly (TensorType | null)[]): TensorType[] | null {
  if (input?.shape.length !== 3 || weight?.shape.length !== 3) return null;
  return [input, { ...input, shape: [...input.shape.slice(0, 2), weight.shape[2] - 1] }];
}

/** [N,C,H,W], [R,4] -> [R,C,output_height,output_width]; onnxruntime's kernel ends with opset 21. */
function roiAlign(node: FlatNode, [input, rois]: readonly (TensorType | null)[]): TensorType[] | null {
  if (input?.shape.length !== 4 || rois?.shape.length !== 2) return null;
  const size = (name: string) => Number(node.attributes[name] ?? 1);
  return [{ ...input, shape: [rois.shape[0], input.shape[1], size('output_height'), size('output_width')] }];
}

/** Layout 1: X [B,T,I], R [D,..,H] -> Y [B,T,D,H], Y_h and Y_c [B,D,H]. */
function batchFirst(_: FlatNode, [input, , state]: readonly (TensorType | null)[]): TensorType[] | null {
  if (input?.shape.length !== 3 || state?.shape.length !== 3) return null;
  const [batch, steps] = input.shape;
  const [directions, , hidden] = state.shape;
  const last = { ...input, shape: [batch, directions, hidden] };
  return [{ ...input, shape: [batch, steps, directions, hidden] }, last, last];
}

/** Null when some dimension is no whole number: the attributes do not fit the inputs. */
function checked(types: TensorType[] | null): TensorType[] | null {
  return types?.every(({ shape }) => shape.every((dimension) => Number.isInteger(dimension) && dimension >= 0))
    ? types
    : null;
}

function ruleOf(node: FlatNode): Rule | null {
  if (node.domain !== '' || node.outputs.length !== 1) return null;
  return RULES.get(node.op) ?? null;
}

/** NumPy broadcasting of the inputs that are there; null when they do not fit. */
export function broadcast(shapes: readonly (Shape | null)[]): Shape | null {
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
