import { elementCount } from '../../src/ir/shape.ts';
import { isFloat, tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape, Tensor, ValueName } from '../../src/ir/types.ts';
import { integerRange } from '../../src/numerics/dtype.ts';
import { toBfloat16Bits, toFloat16Bits } from '../../src/numerics/float16.ts';
import type { Rng } from '../../src/numerics/rng.ts';
import { type FileSpec, node as fileNode } from '../helpers/onnx-file.ts';
import { adapt } from './adapt.ts';

/** A value of the model under construction. */
export interface Value {
  readonly name: ValueName;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value of which the numbers are known, too: an input, or what onnxruntime has computed. */
export interface Known extends Value {
  readonly tensor: Tensor;
}

/** Makes one element; `min` and `max`, where given, bound what the operator is defined for. */
export interface Values {
  (rng: Rng): number;
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
}

export interface DataOptions {
  /** The first is taken most of the time. */
  readonly dtypes?: readonly DType[];
  /** Smallest and largest rank; default 1 to 4. */
  readonly rank?: readonly [number, number];
  /** Exactly this shape. */
  readonly shape?: Shape;
  readonly values?: Values;
}

/** Thrown where an operator cannot follow the value that the chain has reached. */
export class Unfit extends Error {}

/** A model with what it is fed. */
export interface FuzzModel extends FileSpec {
  readonly opset: number;
  readonly feeds: ReadonlyMap<ValueName, Tensor>;
}

/** What a family calls to make one operator: values come from it, the node goes into it. */
export class Builder {
  readonly inputs: Record<ValueName, readonly [DType, Shape]> = {};
  readonly constants: Record<ValueName, Tensor> = {};
  readonly feeds = new Map<ValueName, Tensor>();
  readonly nodes: ReturnType<typeof fileNode>[] = [];
  /** Outputs of the node made last. */
  outputs: ValueName[] = [];
  /** The value that the next node works on. */
  previous: Known | null = null;
  /** What nodes have made and other nodes may read. */
  readonly made: Value[] = [];
  /** All that was made has the same bits everywhere. */
  exact = true;
  readonly rng: Rng;
  readonly opset: number;

  constructor(rng: Rng, opset: number) {
    this.rng = rng;
    this.opset = opset;
  }

  /** One to add a node to, which may fail. */
  copy(): Builder {
    const copy = new Builder(this.rng, this.opset);
    Object.assign(copy.inputs, this.inputs);
    Object.assign(copy.constants, this.constants);
    for (const [name, tensor] of this.feeds) copy.feeds.set(name, tensor);
    copy.nodes.push(...this.nodes);
    copy.previous = this.previous;
    copy.made.push(...this.made);
    copy.exact = this.exact;
    copy.count = this.count;
    return copy;
  }

  int(min: number, max: number): number {
    return this.rng.int(min, max);
  }

  chance(probability: number): boolean {
    return this.rng.uniform() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.rng.int(0, items.length - 1)];
  }

  /** The first of the types with a probability of 0.6. */
  dtype(dtypes: readonly DType[]): DType {
    return this.chance(0.6) ? dtypes[0] : this.pick(dtypes);
  }

  /** Dimensions of 1 to 5, a fourth of them 1; one of twenty shapes has one that is longer than kernels unroll. */
  shape(minRank: number, maxRank: number): number[] {
    const shape = Array.from({ length: this.int(minRank, maxRank) }, () => (this.chance(0.25) ? 1 : this.int(2, 5)));
    if (shape.length > 0 && this.chance(0.05)) shape[this.int(0, shape.length - 1)] = this.pick([8, 17, 33]);
    return shape;
  }

  /** An axis of this shape, from the front or (half of the time, in all opsets that may) from the back. */
  axis(shape: Shape, negative = this.opset >= 11): number {
    const axis = this.int(0, shape.length - 1);
    return negative && this.chance(0.5) ? axis - shape.length : axis;
  }

  /** Some different axes, in any order; at least `least`. */
  axes(shape: Shape, least = 1, negative = this.opset >= 11): number[] {
    const all = this.rng.shuffle(shape.map((_, axis) => axis));
    const some = all.slice(0, this.int(Math.min(least, all.length), all.length));
    return some.map((axis) => (negative && this.chance(0.5) ? axis - shape.length : axis));
  }

  /** Keeps each attribute with a probability of 0.6: left out means the default. */
  some(attributes: Record<string, Attribute>): Record<string, Attribute> {
    return Object.fromEntries(Object.entries(attributes).filter(() => this.chance(0.6)));
  }

  /** The operator's main operand: what the chain has reached, made to fit where it does not, or a new input. */
  data({ dtypes = ['f32'], rank = [1, 4], shape, values }: DataOptions = {}): Value {
    if (this.previous) return adapt(this, this.previous, { dtypes, rank, shape, values });
    const dtype = this.dtype(dtypes);
    return this.input(dtype, shape ?? this.shape(...rank), values);
  }

  /** The shape that the chain has reached where it has as many dimensions as this one, else this one. */
  like(shape: Shape): Shape {
    return this.previous?.shape.length === shape.length ? this.previous.shape : shape;
  }

  /** A model input. */
  input(dtype: DType, shape: Shape, values?: Values): Value {
    const name = this.fresh('x');
    this.inputs[name] = [dtype, shape];
    this.feeds.set(name, this.tensor(dtype, shape, values));
    return { name, dtype, shape };
  }

  /** An initializer. */
  constant(dtype: DType, shape: Shape, values?: Values | readonly number[]): Value {
    const name = this.fresh('c');
    this.constants[name] = this.tensor(dtype, shape, values);
    return { name, dtype, shape };
  }

  /** A further operand: a constant or another input; in a chain also a value that is there. */
  operand(dtype: DType, shape: Shape, values?: Values): Value {
    const there = values || !this.previous ? [] : this.made.filter((value) => sameType(value, { dtype, shape }));
    if (there.length > 0 && this.chance(0.5)) return this.pick(there);
    return this.chance(0.5) ? this.constant(dtype, shape, values) : this.input(dtype, shape, values);
  }

  /** `make()` or, with a probability of 0.4, an input left out. */
  optional(make: () => Value): Value | null {
    return this.chance(0.6) ? make() : null;
  }

  /** int64 constant of rank 1. */
  ints(values: readonly number[]): Value {
    return this.constant('i64', [values.length], values);
  }

  /** Adds the node; 'ms.QGemm' is one of com.microsoft. `outputs`: how many, or which are named. */
  node(
    op: string,
    inputs: readonly (Value | null)[],
    attributes: Record<string, Attribute> = {},
    outputs: number | readonly boolean[] = 1,
  ): void {
    const named = typeof outputs === 'number' ? new Array<boolean>(outputs).fill(true) : outputs;
    const names = named.map((given) => (given ? this.fresh('y') : null));
    const made = fileNode(`y = ${op}(x)`, attributes);
    this.nodes.push({
      ...made,
      name: `n${this.nodes.length}`,
      inputs: inputs.map((input) => input?.name ?? null),
      outputs: names,
    });
    this.outputs = names.filter((name) => name !== null);
  }

  model(outputs: readonly ValueName[] = this.outputs): FuzzModel {
    const { inputs, constants, nodes, opset, feeds } = this;
    return { inputs, constants, nodes, opset, feeds, outputs };
  }

  private tensor(dtype: DType, shape: Shape, values: Values | readonly number[] = anyOf(dtype)): Tensor {
    const numbers =
      typeof values === 'function' ? Array.from({ length: elementCount(shape) }, () => values(this.rng)) : [...values];
    return tensorOf(
      dtype,
      shape,
      dtype === 'f16' ? numbers.map(toFloat16Bits) : dtype === 'bf16' ? numbers.map(toBfloat16Bits) : numbers,
    );
  }

  private count = 0;
  private fresh(prefix: string): ValueName {
    return `${prefix}${this.count++}`;
  }
}

function sameType(a: Omit<Value, 'name'>, b: Omit<Value, 'name'>): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join();
}

/** Numbers between -3 and 3, a third of them halves; small integers; both booleans. */
export function anyOf(dtype: DType): Values {
  if (isFloat(dtype)) return (rng) => (rng.int(0, 2) === 0 ? rng.int(-6, 6) / 2 : 6 * rng.uniform() - 3);
  if (dtype === 'bool') return (rng) => rng.int(0, 1);
  const { min, max } = integerRange(dtype) ?? { min: dtype === 'u64' ? 0 : -9, max: 9 };
  return (rng) => rng.int(Math.max(min, -9), Math.min(max, 9));
}

export const between = (min: number, max: number): Values =>
  within(min, max, (rng) => min + (max - min) * rng.uniform());

export const whole = (min: number, max: number): Values =>
  Object.assign((rng: Rng) => rng.int(min, max), { min, max, whole: true });

/** The same numbers; in a chain also all others up to these bounds. */
export const within = (min: number, max: number, values: Values): Values =>
  Object.assign((rng: Rng) => values(rng), { min, max });

/** Every code of the type. */
export function codes(dtype: DType): Values {
  const { min, max } = integerRange(dtype)!;
  return whole(min, max);
}

/** Indices of an axis of this length, from the back as well. */
export const indices = (length: number, negative = true): Values => whole(negative ? -length : 0, length - 1);
