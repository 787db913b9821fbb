import { intAttribute } from '../ir/attributes.ts';
import { producerOf, typeOf } from '../ir/graph.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { realNumbers } from '../quant/real-numbers.ts';
import { must } from '../support/errors.ts';

/**
 * How far outputs are from those of the float model.
 *
 * kl     mean over samples of sum p log(p / q) in nats, p and q the softmax of the last dimension of the float and of the
 *        quantized logits
 * error  sum of squared differences over sum of squared float outputs
 */
export type LossKind = 'kl' | 'error';

/** What the loss of a model looks at. */
export interface LossPoint {
  readonly kind: LossKind;
  /** Values of the float graph; the quantized graph has them under the same names. */
  readonly values: readonly ValueName[];
}

/** One tensor per sample for each value. */
export type Outputs = ReadonlyMap<ValueName, readonly Tensor[]>;

/**
 * A model that ends in Softmax is a classifier, and its loss looks at what goes in: probabilities as codes of 1/256 say
 * nothing about unlikely classes. So is one whose samples have labels. Of all else the outputs are compared.
 */
export function lossPoint(float: Graph, graph: Graph, labelled: boolean): LossPoint {
  const logits = float.outputs.map((output) => logitsOf(float, output));
  const known = (value: ValueName | null): value is ValueName => value !== null && graph.types.has(value);
  if (logits.every(known)) return { kind: 'kl', values: logits };
  return { kind: labelled ? 'kl' : 'error', values: float.outputs };
}

function logitsOf(graph: Graph, output: ValueName): ValueName | null {
  const node = producerOf(graph, output);
  if (!node || (node.op !== 'Softmax' && node.op !== 'LogSoftmax')) return null;
  const rank = typeOf(graph, output).shape.length;
  const axis = intAttribute(node, 'axis', -1);
  return (axis < 0 ? axis + rank : axis) === rank - 1 ? node.inputs[0] : null;
}

/** Mean of the losses of all values. `graph` gives the types of the quantized outputs. */
export function outputLoss({ kind, values }: LossPoint, graph: Graph, goal: Outputs, outputs: Outputs): number {
  const loss = kind === 'kl' ? divergence : relativeError;
  const sum = values.reduce((total, value) => {
    const real = must(outputs.get(value), value).map((tensor) => realNumbers(tensor, typeOf(graph, value)));
    const wanted = must(goal.get(value), value);
    return total + loss(wanted.map(numbersOf), real, wanted[0].shape.at(-1) ?? 1);
  }, 0);
  return sum / values.length;
}

type Rows = readonly ArrayLike<number>[];

function divergence(goal: Rows, outputs: Rows, classes: number): number {
  let sum = 0;
  let rows = 0;
  goal.forEach((logits, sample) => {
    for (let at = 0; at < logits.length; at += classes, rows++) {
      const [p, q] = [logSoftmax(logits, at, classes), logSoftmax(outputs[sample], at, classes)];
      for (let c = 0; c < classes; c++) sum += Math.exp(p[c]) * (p[c] - q[c]);
    }
  });
  return sum / rows;
}

function logSoftmax(logits: ArrayLike<number>, at: number, classes: number): Float64Array {
  const row = Float64Array.from({ length: classes }, (_, c) => logits[at + c]);
  const top = row.reduce((a, b) => Math.max(a, b));
  const log = top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  return row.map((x) => x - log);
}

function relativeError(goal: Rows, outputs: Rows): number {
  let noise = 0;
  let power = 0;
  goal.forEach((wanted, sample) => {
    for (let i = 0; i < wanted.length; i++) {
      noise += (wanted[i] - outputs[sample][i]) ** 2;
      power += wanted[i] ** 2;
    }
  });
  return noise / Math.max(power, Number.MIN_VALUE);
}
