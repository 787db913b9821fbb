import { typeOf } from '../ir/graph.ts';
import { isFloat } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import type { Rule } from './compare.ts';

/** What a value is to those that read it: the same in every implementation, a real number that is only close, or codes of such. */
type Kind = Rule['kind'];

/** For inputs and constants that are outputs as well. */
export const UNTOUCHED: Rule = { kind: 'equal', floor: 0, cancels: false };

/**
 * The rule for each computed value of a graph when the values in `given` are what the C computed: they are equal for
 * those that read them. Integers are exact as long as no computed real number stands before them.
 */
export function rulesOf(graph: Graph, given: ReadonlySet<ValueName>): Map<ValueName, Rule> {
  const rules = new Map<ValueName, Rule>();
  const seen = (value: ValueName | null): Kind =>
    value === null || given.has(value) ? 'equal' : (rules.get(value)?.kind ?? 'equal');
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(seen);
    for (const output of node.outputs) {
      if (output !== null) rules.set(output, { kind: kindOf(graph, node, output, inputs), ...errorsOf(node) });
    }
  }
  return rules;
}

function kindOf(graph: Graph, node: Node, output: ValueName, inputs: readonly Kind[]): Kind {
  const clean = inputs.every((kind) => kind === 'equal');
  const { dtype, quant } = typeOf(graph, output);
  if (quant || !isFloat(dtype)) return clean ? 'equal' : 'codes';
  return clean && EXACT.has(node.op) ? 'equal' : 'close';
}

const words = (text: string) => text.split(/\s+/);
export const MOVES =
  words(`Identity Reshape Flatten Squeeze Unsqueeze Transpose Slice Split Concat Gather GatherElements GatherND
  Pad Tile Expand Where Compress DepthToSpace SpaceToDepth ReverseSequence Trilu EyeLike OneHot CenterCropPad TensorScatter
  Dropout BitCast`);
export const CHOOSES = words('Max Min Clip Relu MaxPool GlobalMaxPool ReduceMax ReduceMin TopK Abs Neg');
const STEPS = words('Round Floor Ceil Sign Mod Cast CastLike DynamicQuantizeLinear');
/** Their real results follow without any rounding, or with one that every implementation makes alike. */
const EXACT: ReadonlySet<string> = new Set([...MOVES, ...CHOOSES, ...STEPS]);

/**
 * Absolute errors of onnxruntime 1.30.0 against float64 where results are below 0.01 (4,000 points of each function): it
 * computes these by rational functions or differences that are right to this much, however small the result is. All others
 * (Tanh, Erf, Softmax, Softplus, Mish, Log, trigonometry, ...) are right to 4e-7 of the result itself. The gates of LSTM and GRU
 * are Sigmoids of the same kind: an output gate of -32 gives 0 for 9e-15.
 */
const FLOORS: Readonly<Record<string, number>> = {
  Sigmoid: 1.3e-7,
  LSTM: 1.3e-7,
  GRU: 1.3e-7,
  Gelu: 4.5e-7,
  HardSwish: 6e-8,
  HardSigmoid: 6e-8,
  Elu: 5e-8,
  Celu: 5e-8,
  Selu: 9e-8,
};
/** Linear in what they read, so that inputs moved by their last bit tell what a sum that cancels may lose. */
const SUMS =
  words(`Add Sub Sum Mean Conv ConvTranspose DeformConv Gemm MatMul Einsum AveragePool GlobalAveragePool ReduceSum
  ReduceMean CumSum DFT STFT Resize GridSample RoiAlign ScatterElements ScatterND`);
const CANCELS: ReadonlySet<string> = new Set(SUMS);

function errorsOf({ op }: Node): Omit<Rule, 'kind'> {
  return { floor: floorOf(op), cancels: CANCELS.has(op) };
}

/** Absolute error of onnxruntime's own results of this operator that does not shrink with them. */
export function floorOf(op: string): number {
  return FLOORS[op] ?? 0;
}
