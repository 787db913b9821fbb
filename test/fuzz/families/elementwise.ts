import type { Attribute, DType, Shape } from '../../../src/ir/types.ts';
import { anyOf, type Builder, between, type Values, whole, within } from '../builder.ts';
import { ANY, type Family, FLOATS, INTEGERS, type Nature, NUMBERS } from '../family.ts';

interface UnaryOptions {
  readonly since?: number;
  readonly dtypes?: readonly DType[];
  readonly values?: Values;
  readonly attributes?: (b: Builder) => Record<string, Attribute>;
}

function unary(
  op: string,
  nature: Nature,
  { since = 7, dtypes = FLOATS, values, attributes }: UnaryOptions = {},
): Family {
  return {
    op,
    nature,
    since,
    make: (b) => {
      const x = b.data({ dtypes, rank: [0, 4], ...(values && { values }) });
      b.node(op, [x], attributes ? b.some(attributes(b)) : {});
    },
  };
}

const slope = (b: Builder) => ({ alpha: b.pick([0, 0.01, 0.25, 1, 1.5, -0.5]) });

const UNARY: readonly Family[] = [
  unary('Abs', 'exact', { dtypes: NUMBERS }),
  unary('Neg', 'exact', { dtypes: ['f32', 'i32', 'i64', 'i8', 'i16', 'f64', 'f16'] }),
  unary('Sign', 'step', { since: 9, dtypes: NUMBERS }),
  unary('Ceil', 'step'),
  unary('Floor', 'step'),
  unary('Round', 'step', { since: 11, values: (rng) => rng.int(-12, 12) / 2 + (rng.int(0, 2) - 1) * 0.25 }),
  unary('Relu', 'exact', { dtypes: ['f32', 'i32', 'i8', 'f64', 'f16', 'i64', 'i16'] }),
  unary('Acos', 'close', { values: between(-1, 1) }),
  unary('Acosh', 'close', { since: 9, values: between(1, 9) }),
  unary('Asin', 'close', { values: between(-1, 1) }),
  unary('Asinh', 'close', { since: 9 }),
  unary('Atan', 'close'),
  unary('Atanh', 'close', { since: 9, values: between(-0.99, 0.99) }),
  unary('Cos', 'close'),
  unary('Cosh', 'close', { since: 9 }),
  unary('Sin', 'close'),
  unary('Sinh', 'close', { since: 9 }),
  unary('Tan', 'close', { values: between(-1.2, 1.2) }),
  unary('Tanh', 'close'),
  unary('Erf', 'close', { since: 9 }),
  unary('Exp', 'close'),
  unary('Log', 'close', { values: between(0.01, 9) }),
  unary('Reciprocal', 'close', { values: between(0.2, 4) }),
  unary('Sqrt', 'close', { values: between(0, 9) }),
  unary('Sigmoid', 'close'),
  unary('Softplus', 'close'),
  unary('Softsign', 'close'),
  unary('Mish', 'close', { since: 18 }),
  unary('HardSwish', 'close', { since: 14 }),
  unary('HardSigmoid', 'close', {
    attributes: (b) => ({ alpha: b.pick([0.2, 0.5, 1, -0.25]), beta: b.pick([0, 0.5, 1]) }),
  }),
  unary('Elu', 'close', { attributes: slope }),
  unary('LeakyRelu', 'close', { attributes: slope }),
  unary('ThresholdedRelu', 'step', { since: 10, attributes: (b) => ({ alpha: b.pick([0, 0.5, 1, -1]) }) }),
  unary('Celu', 'close', { since: 12, attributes: (b) => ({ alpha: b.pick([0.1, 0.5, 1, 2]) }) }),
  unary('Selu', 'close', { attributes: (b) => ({ alpha: b.pick([0.5, 1.7]), gamma: b.pick([0.5, 1, 2]) }) }),
  unary('Shrink', 'step', {
    since: 9,
    dtypes: NUMBERS,
    attributes: (b) => ({ lambd: b.pick([0, 0.5, 1, 2]), bias: b.pick([0, 0.25, -1, 1]) }),
  }),
  unary('Gelu', 'close', { since: 20, attributes: (b) => ({ approximate: b.pick(['none', 'tanh']) }) }),
  unary('Swish', 'close', { since: 24, attributes: (b) => ({ alpha: b.pick([0, 0.5, 1, 1.702, -1]) }) }),
  unary('Not', 'exact', { dtypes: ['bool'] }),
  unary('BitwiseNot', 'exact', { since: 18, dtypes: INTEGERS }),
  unary('IsNaN', 'step', { since: 9, values: (rng) => (rng.int(0, 3) === 0 ? Number.NaN : rng.int(-2, 2)) }),
  unary('IsInf', 'step', {
    since: 10,
    dtypes: ['f32', 'f64'],
    values: (rng) => [Infinity, -Infinity, Number.NaN, 1, 0][rng.int(0, 4)],
    attributes: (b) => ({ detect_negative: b.int(0, 1), detect_positive: b.int(0, 1) }),
  }),
  unary('Identity', 'exact', { dtypes: ANY }),
];

/** Shapes of operands that broadcast together; the first keeps the result's shape where `whole` asks for it. */
export function broadcastTo(b: Builder, shape: Shape): Shape {
  const kept = shape.slice(b.int(0, shape.length));
  return kept.map((dimension) => (b.chance(0.3) ? 1 : dimension));
}

interface BinaryOptions {
  readonly since?: number;
  readonly dtypes?: readonly DType[];
  readonly left?: Values;
  readonly right?: Values;
  readonly attributes?: (b: Builder, dtype: DType) => Record<string, Attribute>;
  /** The second operand's shape broadcasts to the first's, never the other way. */
  readonly oneWay?: boolean;
  /** The second operand may be of another type. */
  readonly second?: readonly DType[];
}

function binary(op: string, nature: Nature, options: BinaryOptions = {}): Family {
  const { since = 7, dtypes = NUMBERS, left, right, attributes, oneWay, second } = options;
  return {
    op,
    nature,
    since,
    make: (b) => {
      const x = b.data({ dtypes, rank: [0, 4], ...(left && { values: left }) });
      const grow = !oneWay && b.chance(0.3) ? b.shape(0, 2).slice(0, 4 - x.shape.length) : [];
      const grown = [...grow, ...x.shape.map((dimension) => (b.chance(0.3) ? 1 : dimension))];
      const fits = grow.length > 0 ? grown : broadcastTo(b, x.shape);
      const y = b.operand(second ? b.dtype(second) : x.dtype, fits, right);
      const inputs = !oneWay && !left && !right && b.chance(0.3) ? [y, x] : [x, y];
      b.node(op, inputs, attributes?.(b, x.dtype) ?? {});
    },
  };
}

/** Never 0: onnxruntime would divide integers by it. */
const nonzero: Values = (rng) => (rng.int(0, 1) ? 1 : -1) * rng.int(1, 5);
const positiveWhole = whole(1, 5);
const SIGNED: readonly DType[] = ['f32', 'i32', 'i64', 'f64', 'f16', 'i8', 'i16'];

const BINARY: readonly Family[] = [
  binary('Add', 'close'),
  binary('Sub', 'close'),
  binary('Mul', 'close'),
  binary('Div', 'close', { dtypes: SIGNED, right: nonzero }),
  binary('Mod', 'step', {
    since: 10,
    dtypes: INTEGERS.slice(0, 4),
    left: whole(1, 60),
    right: positiveWhole,
    attributes: (b) => b.some({ fmod: b.int(0, 1) }),
  }),
  binary('Mod', 'step', { since: 10, dtypes: FLOATS, right: nonzero, attributes: () => ({ fmod: 1 }) }),
  binary('Mod', 'step', {
    since: 10,
    dtypes: ['i32', 'i64', 'i8', 'i16'],
    right: nonzero,
    attributes: (b) => b.some({ fmod: b.int(0, 1) }),
  }),
  binary('Pow', 'close', { dtypes: FLOATS.slice(0, 2), left: between(0.1, 3), right: between(-2, 2) }),
  binary('Pow', 'close', {
    since: 12,
    dtypes: ['i32', 'i64', 'f32', 'f64'],
    left: whole(-4, 4),
    right: whole(0, 3),
    second: ['i32', 'i64', 'f32'],
  }),
  binary('PRelu', 'close', { dtypes: ['f32', 'f64', 'i32', 'u32', 'i64', 'u64', 'f16'], oneWay: true }),
  binary('And', 'exact', { dtypes: ['bool'] }),
  binary('Or', 'exact', { dtypes: ['bool'] }),
  binary('Xor', 'exact', { dtypes: ['bool'] }),
  binary('Equal', 'step', { dtypes: ANY }),
  binary('Greater', 'step', { since: 9 }),
  binary('Less', 'step', { since: 9 }),
  binary('GreaterOrEqual', 'step', { since: 12 }),
  binary('LessOrEqual', 'step', { since: 12 }),
  binary('BitShift', 'exact', {
    since: 11,
    dtypes: ['u8', 'u32', 'u64', 'u16'],
    left: whole(0, 200),
    right: whole(0, 40),
    attributes: (b) => ({ direction: b.pick(['LEFT', 'RIGHT']) }),
  }),
  binary('BitwiseAnd', 'exact', { since: 18, dtypes: INTEGERS }),
  binary('BitwiseOr', 'exact', { since: 18, dtypes: INTEGERS }),
  binary('BitwiseXor', 'exact', { since: 18, dtypes: INTEGERS }),
];

function variadic(op: string, nature: Nature, dtypes: readonly DType[]): Family {
  return {
    op,
    nature,
    since: 8,
    make: (b) => {
      const x = b.data({ dtypes, rank: [0, 4] });
      const others = Array.from({ length: b.int(0, 3) }, () => b.operand(x.dtype, broadcastTo(b, x.shape)));
      b.node(op, b.rng.shuffle([x, ...others]));
    },
  };
}

const OTHERS: readonly Family[] = [
  variadic('Sum', 'close', FLOATS),
  variadic('Mean', 'close', FLOATS),
  variadic('Max', 'exact', NUMBERS),
  variadic('Min', 'exact', NUMBERS),
  {
    op: 'Where',
    nature: 'exact',
    since: 9,
    make: (b) => {
      const x = b.data({ dtypes: ANY, rank: [0, 4] });
      const condition = b.operand('bool', broadcastTo(b, x.shape));
      const y = b.operand(x.dtype, broadcastTo(b, x.shape));
      b.node('Where', b.chance(0.5) ? [condition, x, y] : [condition, y, x]);
    },
  },
  {
    op: 'Clip',
    nature: 'exact',
    make: (b) => {
      const x = b.data({ dtypes: b.opset < 12 ? FLOATS : NUMBERS, rank: [0, 4] });
      const [min, max] = b.pick([
        [0, 6],
        [1, 2],
        [2, 1],
        [0, 0],
      ]);
      if (b.opset < 11) return b.node('Clip', [x], b.some({ min, max }));
      const bound = (value: number) => b.optional(() => b.operand(x.dtype, [], () => value));
      b.node('Clip', [x, bound(min), bound(max)]);
    },
  },
  { op: 'Cast', nature: 'step', make: (b) => cast(b, false) },
  { op: 'CastLike', nature: 'step', since: 15, make: (b) => cast(b, true) },
  {
    op: 'BitCast',
    nature: 'step',
    since: 26,
    make: (b) => {
      const [from, to] = b.pick([
        ['f32', 6],
        ['i32', 1],
        ['f32', 12],
        ['u8', 3],
        ['f64', 7],
        ['i64', 11],
        ['u16', 5],
      ] as const);
      b.node('BitCast', [b.data({ dtypes: [from], rank: [0, 4] })], { to });
    },
  },
];

/** Codes of TensorProto.DataType. */
const TYPE_CODES: Readonly<Partial<Record<DType, number>>> = {
  f32: 1,
  u8: 2,
  i8: 3,
  u16: 4,
  i16: 5,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  u64: 13,
};

/** Integers wrap; floats stay within what every target holds, as nothing else is defined. */
function cast(b: Builder, like: boolean): void {
  const from = b.previous?.dtype ?? b.dtype(ANY);
  const to = b.dtype([...ANY].reverse());
  const unsigned = to.startsWith('u');
  const x = b.data({
    dtypes: [from],
    rank: [0, 4],
    ...(FLOATS.includes(from) && { values: unsigned ? between(0, 9) : within(-100, 100, anyOf(from)) }),
  });
  if (like) b.node('CastLike', [x, b.operand(to, b.shape(0, 2))]);
  else b.node('Cast', [x], { to: TYPE_CODES[to]! });
}

export const ELEMENTWISE: readonly Family[] = [...UNARY, ...BINARY, ...OTHERS];
