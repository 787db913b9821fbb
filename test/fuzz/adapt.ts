import { elementCount } from '../../src/ir/shape.ts';
import { numbersOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape } from '../../src/ir/types.ts';
import { type Builder, type DataOptions, type Known, Unfit, type Value, type Values } from './builder.ts';

type Wanted = Required<Pick<DataOptions, 'dtypes' | 'rank'>> & {
  readonly shape: Shape | undefined;
  readonly values: Values | undefined;
};

/** The value as an operator wants it: cast, its elements gathered into another shape, clipped to what is defined. */
export function adapt(b: Builder, value: Known, { dtypes, rank, shape, values }: Wanted): Value {
  const cast = dtypes.includes(value.dtype) ? value : toFloat(b, value, dtypes);
  const shaped = gathered(b, cast, shape ?? withRank(cast.shape, rank));
  return isDefined(value, values) ? shaped : clipped(b, shaped, values!);
}

/** Not to integers: last bits would decide. */
function toFloat(b: Builder, value: Value, dtypes: readonly DType[]): Value {
  if (!dtypes.includes('f32')) throw new Unfit();
  return made(b, 'Cast', [value], { to: 1 }, { dtype: 'f32', shape: value.shape });
}

function gathered(b: Builder, value: Value, shape: Shape): Value {
  if (shape.join() === value.shape.join()) return value;
  const [from, to] = [elementCount(value.shape), elementCount(shape)];
  if (from === to) return made(b, 'Reshape', [value, b.ints(shape)], {}, { ...value, shape });
  const flat = made(b, 'Reshape', [value, b.ints([-1])], {}, { ...value, shape: [from] });
  const indices = b.constant('i64', shape, (rng) => rng.int(0, from - 1));
  return made(b, 'Gather', [flat, indices], {}, { ...value, shape });
}

/** Dimensions of 1 at the end where there are too few, the first ones as one where there are too many. */
function withRank(shape: Shape, [min, max]: readonly [number, number]): Shape {
  const longer = [...shape, ...new Array<number>(Math.max(0, min - shape.length)).fill(1)];
  const extra = Math.max(0, longer.length - max);
  if (extra === 0) return longer;
  const first = elementCount(longer.slice(0, extra + 1));
  return max === 0 ? [] : [first, ...longer.slice(extra + 1)];
}

function isDefined(value: Known, { min = -Infinity, max = Infinity, whole = false }: Partial<Values> = {}): boolean {
  return numbersOf(value.tensor).every((x) => x >= min && x <= max && (!whole || Number.isInteger(x)));
}

function clipped(b: Builder, value: Value, { min, max, whole }: Values): Value {
  if (value.dtype !== 'f32' || whole || min === undefined || max === undefined) throw new Unfit();
  if (b.opset < 11) return made(b, 'Clip', [value], { min, max }, value);
  const bound = (x: number) => b.constant('f32', [], [x]);
  return made(b, 'Clip', [value, bound(min), bound(max)], {}, value);
}

type Type = Omit<Value, 'name'>;
type Inputs = readonly Value[];

function made(b: Builder, op: string, inputs: Inputs, attributes: Record<string, Attribute>, type: Type): Value {
  b.node(op, inputs, attributes);
  const value = { name: b.outputs[0], dtype: type.dtype, shape: type.shape };
  b.made.push(value);
  return value;
}
