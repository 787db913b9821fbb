import { producerOf, typeOf } from '../../../ir/graph.ts';
import { elementCount, normalizeAxis, sameShape } from '../../../ir/shape.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import { constantNumbers, isOp, uniformConstant } from '../match.ts';

/** A root of a variance (or mean square): sqrt(factor * variance of x over the axes + epsilon). */
export interface Deviation {
  readonly x: ValueName;
  /** Ascending. */
  readonly axes: readonly number[];
  /** Whether the mean is taken off before squaring. */
  readonly centred: boolean;
  readonly factor: number;
  readonly epsilon: number;
}

/** What a value divides by, as a product by its inverse or as a quotient; null for other values. */
export function inverseDeviation(graph: Graph, value: ValueName): Deviation | null {
  const power = plainProducer(graph, value, 'Pow');
  return power && uniformConstant(graph, power.inputs[1]) === -0.5 ? underRoot(graph, power.inputs[0]) : null;
}

export function deviation(graph: Graph, value: ValueName): Deviation | null {
  const root = plainProducer(graph, value, 'Sqrt', 'Pow');
  if (!root || (root.op === 'Pow' && uniformConstant(graph, root.inputs[1]) !== 0.5)) return null;
  return underRoot(graph, root.inputs[0]);
}

/** variance + epsilon, either way round. */
function underRoot(graph: Graph, value: ValueName | null | undefined): Deviation | null {
  const sum = plainProducer(graph, value, 'Add');
  const added = sum && withConstant(graph, sum);
  if (!added || !(added.constant > 0)) return null;
  const { value: variance, factor } = scaledBy(graph, added.value);
  const found = meanSquare(graph, variance) ?? differenceOfSquares(graph, variance);
  return found && { ...found, factor: found.factor * factor, epsilon: added.constant };
}

/** The mean, or the sum, of squares of x or of its distances from the mean. */
function meanSquare(graph: Graph, value: ValueName): Omit<Deviation, 'epsilon'> | null {
  const squares = averageOf(graph, value) ?? sumOfSquares(graph, value);
  if (!squares) return null;
  const base = 'base' in squares ? squares.base : squareOf(graph, squares.value);
  if (base === null) return null;
  const { axes, factor } = squares;
  const centre = centredValue(graph, base, axes);
  return { x: centre ?? base, axes, centred: centre !== null, factor };
}

/** mean(x^2) - mean(x)^2, which some take the larger of it and 0 of. */
function differenceOfSquares(graph: Graph, value: ValueName): Omit<Deviation, 'epsilon'> | null {
  const outer = producerOf(graph, value);
  const clipped = isOp(outer, 'Relu', 'Max', 'Clip') && outer.clip === null ? outer.inputs.find(isComputed) : value;
  const difference = plainProducer(graph, clipped, 'Sub');
  const [a, b] = difference?.inputs ?? [];
  const squares = a ? averageOf(graph, a) : null;
  const mean = b ? squareOf(graph, b) : null;
  const centre = mean && averageOf(graph, mean);
  if (!squares || !centre || squareOf(graph, squares.value) !== centre.value) return null;
  if (!sameShape(squares.axes, centre.axes) || squares.factor !== 1 || centre.factor !== 1) return null;
  return { x: centre.value, axes: centre.axes, centred: true, factor: 1 };

  function isComputed(input: ValueName | null): input is ValueName {
    return input !== null && !graph.constants.has(input);
  }
}

interface Average {
  readonly value: ValueName;
  readonly axes: readonly number[];
  /** What the mean is multiplied by: of a sum how many there are. */
  readonly factor: number;
}

/** Whether `value` is the mean of x over these axes, which it keeps as 1. */
export function isMeanOf(graph: Graph, value: ValueName, x: ValueName, axes: readonly number[]): boolean {
  const scaled = scaledBy(graph, value);
  const mean = averageOf(graph, scaled.value);
  return mean?.value === x && sameShape(mean.axes, axes) && Math.abs(mean.factor * scaled.factor - 1) < 1e-6;
}

function averageOf(graph: Graph, given: ValueName): Average | null {
  const view = plainProducer(graph, given, 'Reshape');
  const value = view?.inputs[0] ?? given;
  const node = plainProducer(graph, value, 'ReduceMean', 'ReduceSum', 'GlobalAveragePool');
  const [x] = node?.inputs ?? [];
  if (!node || !x) return null;
  const { shape } = typeOf(graph, x);
  const axes = node.op === 'GlobalAveragePool' ? shape.map((_, d) => d).slice(2) : axesOf(graph, node, shape);
  if (!axes || axes.length === 0 || !sameShape(typeOf(graph, given).shape, kept(shape, axes))) return null;
  return { value: x, axes, factor: node.op === 'ReduceSum' ? elementCount(axes.map((d) => shape[d])) : 1 };
}

function sumOfSquares(graph: Graph, value: ValueName): (Omit<Average, 'value'> & { base: ValueName }) | null {
  const node = plainProducer(graph, value, 'ReduceSumSquare');
  const [base] = node?.inputs ?? [];
  if (!node || !base) return null;
  const { shape } = typeOf(graph, base);
  const axes = axesOf(graph, node, shape);
  if (!axes || axes.length === 0 || !sameShape(typeOf(graph, value).shape, kept(shape, axes))) return null;
  return { base, axes, factor: elementCount(axes.map((d) => shape[d])) };
}

function axesOf(graph: Graph, node: Node, shape: Shape): number[] | null {
  const axes = constantNumbers(graph, node.inputs[1]);
  return axes && [...new Set(axes.map((axis) => normalizeAxis(axis, shape.length)))].sort((a, b) => a - b);
}

function kept(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((size, d) => (axes.includes(d) ? 1 : size));
}

/** x, of x - mean(x) or mean(x) - x. */
function centredValue(graph: Graph, value: ValueName, axes: readonly number[]): ValueName | null {
  const [a, b] = plainProducer(graph, value, 'Sub')?.inputs ?? [];
  if (!a || !b) return null;
  if (isMeanOf(graph, b, a, axes)) return a;
  return isMeanOf(graph, a, b, axes) ? b : null;
}

function squareOf(graph: Graph, value: ValueName): ValueName | null {
  const node = plainProducer(graph, value, 'Pow', 'Mul');
  const [a, b] = node?.inputs ?? [];
  if (!a) return null;
  return (node?.op === 'Pow' ? uniformConstant(graph, b) === 2 : a === b) ? a : null;
}

/** What a value is times one number. */
function scaledBy(graph: Graph, value: ValueName): { value: ValueName; factor: number } {
  const node = plainProducer(graph, value, 'Mul', 'Div');
  const [a, b] = node?.inputs ?? [];
  const numbers = [a, b].map((input) => uniformConstant(graph, input));
  const fits = (other: ValueName) => sameShape(typeOf(graph, other).shape, typeOf(graph, value).shape);
  const [left, right] = numbers;
  if (a && right !== null && right !== 0 && fits(a))
    return { value: a, factor: node?.op === 'Div' ? 1 / right : right };
  return b && left !== null && node?.op === 'Mul' && fits(b) ? { value: b, factor: left } : { value, factor: 1 };
}

function withConstant(graph: Graph, { inputs: [a, b] }: Node): { value: ValueName; constant: number } | null {
  const [left, right] = [uniformConstant(graph, a), uniformConstant(graph, b)];
  if (a && right !== null) return { value: a, constant: right };
  return b && left !== null ? { value: b, constant: left } : null;
}

/** The node that makes a value, where it is one of these and clamps nothing. */
function plainProducer(graph: Graph, value: ValueName | null | undefined, ...ops: readonly string[]): Node | null {
  const node = producerOf(graph, value);
  return isOp(node, ...ops) && node.clip === null ? node : null;
}
