import { elementCount } from '../ir/shape.ts';
import type { Shape } from '../ir/types.ts';

/** What a layer computes in real numbers in one inference, about. */
export interface FloatWork {
  /** Sums, products, comparisons. */
  readonly operations: number;
  /** Calls of exp, log, sin and the like. */
  readonly functions: number;
}

/**
 * Instructions of one operation and of one function: counted under QEMU, 1,000 elements of Add, Exp, Softplus and Tan on a
 * Cortex-M4F and, where all are calls of a library, on a Cortex-M0.
 */
const PRICES = {
  fpu: { operation: 6, function: 80 },
  library: { operation: 80, function: 2600 },
} as const;

/** Functions of math.h for each element of the input, by operator; others call none. */
const FUNCTIONS: Readonly<Record<string, number>> = {
  Softmax: 1,
  LogSoftmax: 1,
  ReduceLogSumExp: 1,
  Exp: 1,
  Log: 1,
  Erf: 1,
  Sigmoid: 1,
  Tanh: 1,
  Gelu: 1,
  Elu: 1,
  Softplus: 2,
  Mish: 3,
  Pow: 2,
  LRN: 2,
  LpPool: 2,
  GlobalLpPool: 2,
  LSTM: 5,
  GRU: 3,
  RNN: 1,
};

/** @param layer its multiply-accumulates where somebody counted them, and the shapes that it reads and writes */
export function floatWork(layer: {
  readonly op: string;
  readonly macs: number;
  readonly inputs: readonly Shape[];
  readonly output: Shape | null;
}): FloatWork {
  const elements = Math.max(0, ...[...layer.inputs, layer.output ?? [0]].map(elementCount));
  return {
    operations: layer.macs > 0 ? 2 * layer.macs : 4 * elements,
    functions: (FUNCTIONS[layer.op] ?? 0) * elements,
  };
}

/** @param fpu without one every operation is a call */
export function floatInstructions({ operations, functions }: FloatWork, fpu: boolean): number {
  const price = fpu ? PRICES.fpu : PRICES.library;
  return Math.round(operations * price.operation + functions * price.function);
}
