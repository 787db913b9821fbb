import { expect, test } from 'vitest';
import type { DType } from '../../src/ir/types.ts';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { anyValue, compareWithOrt, type GraphCase } from '../helpers/cases.ts';
import { describeWith } from '../verify/native.ts';

const REALS: readonly DType[] = ['f32', 'f64'];
const INTEGERS: readonly DType[] = ['i8', 'i16', 'i32', 'i64', 'u8', 'u16', 'u32', 'u64'];
const ALL: readonly DType[] = [...REALS, ...INTEGERS, 'bool'];
/** onnxruntime's own exp, tanh, erf and the like are approximations of a few units in the last place. */
const CLOSE = { relative: 4e-6, absolute: 1e-6 };

const names = (list: string) => list.split(' ');
const unary = (op: string, dtype: DType, attributes = '', to: DType = dtype): GraphCase => ({
  name: `${op} ${dtype} ${attributes}`,
  text: `input x: ${dtype}[3,17]\ny: ${to}[3,17] = ${op}(x) ${attributes}\nreturn y`,
});
const binary = (op: string, dtype: DType, attributes = '', to: DType = dtype): GraphCase => ({
  name: `${op} ${dtype} ${attributes}`,
  text: `input x: ${dtype}[2,5,4]\ninput z: ${dtype}[5,1]\ny: ${to}[2,5,4] = ${op}(x, z) ${attributes}\nreturn y`,
});

async function expectNoDifference(cases: readonly GraphCase[], atLeast: number) {
  const results = await compareWithOrt(cases, CLOSE);
  expect([...results].filter(([, wrong]) => wrong !== null)).toEqual([]);
  expect(results.size).toBeGreaterThanOrEqual(atLeast);
}

await describeWith(
  'element-wise operators against onnxruntime',
  () => toolAvailable('gcc'),
  () => {
    test('functions of one float', { timeout: 120_000 }, async () => {
      const plain = names(
        'Relu LeakyRelu ThresholdedRelu Elu Selu Celu Sigmoid Tanh HardSigmoid HardSwish Softplus Softsign Mish Gelu Exp Log ' +
          'Sqrt Reciprocal Floor Ceil Round Erf Sin Cos Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Neg Abs Shrink',
      );
      await expectNoDifference(
        [
          ...plain.flatMap((op) => REALS.map((dtype) => unary(op, dtype))),
          unary('Sign', 'f32'),
          // In double precision onnxruntime's sign of NaN is 0.
          { ...unary('Sign', 'f64'), values: notNaN },
          ...REALS.flatMap((dtype) => [
            unary('LeakyRelu', dtype, 'alpha=-0.25'),
            unary('Celu', dtype, 'alpha=0.5'),
            unary('HardSigmoid', dtype, 'alpha=0.6 beta=0.1'),
            unary('Shrink', dtype, 'lambd=1.5 bias=0.75'),
            unary('Gelu', dtype, 'approximate="tanh"'),
            unary('IsNaN', dtype, '', 'bool'),
            unary('IsInf', dtype, '', 'bool'),
            unary('IsInf', dtype, 'detect_negative=0', 'bool'),
            unary('IsInf', dtype, 'detect_positive=0', 'bool'),
            unary('IsInf', dtype, 'detect_positive=0 detect_negative=0', 'bool'),
          ]),
        ],
        60,
      );
    });

    test('functions of one integer', { timeout: 120_000 }, async () => {
      const every = names('Neg Abs Sign BitwiseNot Relu');
      const shrunk = INTEGERS.map((dtype) => ({ ...unary('Shrink', dtype, 'lambd=3.5 bias=1.5'), values: oneDigit }));
      await expectNoDifference(
        [...every.flatMap((op) => INTEGERS.map((dtype) => unary(op, dtype))), ...shrunk, unary('Not', 'bool')],
        20,
      );
    });

    const oneDigit: GraphCase['values'] = (_, dtype, rng) => rng.int(dtype.startsWith('i') ? -9 : 0, 9);

    /** Divisors that neither divide by zero nor overflow. */
    const safeDivisor = (input: string, dtype: DType, rng: Parameters<typeof anyValue>[1]) =>
      input === 'z' ? rng.int(2, 9) : anyValue(dtype, rng);

    test('functions of two numbers, broadcast', { timeout: 120_000 }, async () => {
      const compare = names('Equal Greater GreaterOrEqual Less LessOrEqual');
      await expectNoDifference(
        [
          ...names('Add Sub Mul').flatMap((op) => [...REALS, ...INTEGERS].map((dtype) => binary(op, dtype))),
          ...[...REALS, ...INTEGERS].map((dtype) => ({ ...binary('Div', dtype), values: safeDivisor })),
          ...INTEGERS.map((dtype) => ({ ...binary('Mod', dtype), values: safeDivisor })),
          ...[...REALS, ...INTEGERS].map((dtype) => ({ ...binary('Mod', dtype, 'fmod=1'), values: safeDivisor })),
          ...names('Min Max').flatMap((op) => [...REALS, ...INTEGERS].map((dtype) => binary(op, dtype))),
          ...names('Sum Mean PRelu').flatMap((op) => REALS.map((dtype) => binary(op, dtype))),
          ...names('And Or Xor').map((op) => binary(op, 'bool')),
          ...names('BitwiseAnd BitwiseOr BitwiseXor').flatMap((op) => INTEGERS.map((dtype) => binary(op, dtype))),
          ...compare.flatMap((op) => ALL.map((dtype) => binary(op, dtype, '', 'bool'))),
          ...names('LEFT RIGHT').flatMap((direction) =>
            INTEGERS.map((dtype) => ({ ...binary('BitShift', dtype, `direction="${direction}"`), values: shiftCount })),
          ),
        ],
        100,
      );
    });

    const shiftCount: GraphCase['values'] = (input, dtype, rng) =>
      input === 'z' ? rng.int(0, 7) : anyValue(dtype, rng);

    test('powers', { timeout: 120_000 }, async () => {
      const types: readonly DType[] = ['f32', 'f64', 'i32', 'i64'];
      const small: GraphCase['values'] = (_, dtype, rng) => (dtype.startsWith('f') ? rng.uniform() * 4 : rng.int(0, 4));
      const pairs = types.flatMap((base) => types.map((exponent) => ({ base, exponent })));
      const squares = types.map((base) => ({
        name: `square ${base}`,
        text: `input x: ${base}[7]\nconst two: f32[] = 2\ny: ${base}[7] = Pow(x, two)\nreturn y`,
        values: small,
      }));
      const powers = pairs.map(({ base, exponent }) => ({
        name: `Pow ${base} ${exponent}`,
        text: `input x: ${base}[2,3]\ninput z: ${exponent}[3]\ny: ${base}[2,3] = Pow(x, z)\nreturn y`,
        values: small,
      }));
      await expectNoDifference([...powers, ...squares], 16);
    });

    test('Clip with either bound, constant or computed', { timeout: 120_000 }, async () => {
      const clips = [...REALS, ...INTEGERS].flatMap((dtype): GraphCase[] => [
        {
          name: `Clip ${dtype}`,
          text: `input x: ${dtype}[9]\nconst low: ${dtype}[] = 1\nconst high: ${dtype}[] = 3\ny: ${dtype}[9] = Clip(x, low, high)\nreturn y`,
        },
        {
          name: `Clip below ${dtype}`,
          text: `input x: ${dtype}[9]\ninput low: ${dtype}[]\ny: ${dtype}[9] = Clip(x, low)\nreturn y`,
          values: notNaN,
        },
        {
          name: `Clip above ${dtype}`,
          text: `input x: ${dtype}[9]\ninput high: ${dtype}[]\ny: ${dtype}[9] = Clip(x, _, high)\nreturn y`,
          values: notNaN,
        },
      ]);
      await expectNoDifference(clips, 20);
    });

    const notNaN: GraphCase['values'] = (_, dtype, rng) =>
      dtype.startsWith('f') ? rng.normal() : anyValue(dtype, rng);

    test('Where of every type', { timeout: 120_000 }, async () => {
      const where = ALL.map((dtype) => ({
        name: `Where ${dtype}`,
        text: `input c: bool[4,1]\ninput a: ${dtype}[4,3]\ninput b: ${dtype}[3]\ny: ${dtype}[4,3] = Where(c, a, b)\nreturn y`,
      }));
      await expectNoDifference(where, 5);
    });

    test('Cast between every two types', { timeout: 240_000 }, async () => {
      const codes: Record<string, number> = {
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
      const types = Object.keys(codes) as DType[];
      const inRange: GraphCase['values'] = (_, dtype, rng) => {
        if (dtype === 'f16') return rng.int(0, 0x7bff) & 0xfff0;
        return dtype.startsWith('f') ? rng.uniform() * 120 : anyValue(dtype, rng);
      };
      const casts = types.flatMap((from) =>
        types.map((to) => ({ ...unary('Cast', from, `to=${codes[to]}`, to), values: inRange })),
      );
      // A half of up to 65504 does not fit into 8 or 16 bits, where C and onnxruntime differ.
      const cases = casts.filter(({ name }) => !/^Cast f16 to=(2|3|4|5)$/.test(name));
      await expectNoDifference(cases, 100);
    });

    test('fused clamps, views and tensors that lie otherwise', { timeout: 120_000 }, async () => {
      await expectNoDifference(
        [
          ...names('Add Sub Mul Div').map((op) => ({
            name: `${op} clamped`,
            text: `input x: f32[2,3]\ninput z: f32[2,3]\ny: f32[2,3] = ${op}(x, z) clip=[0,6]\nreturn y`,
            values: notNaN,
          })),
          {
            name: 'a scalar and a vector of one',
            text: `input x: f32[]\ninput z: f32[1]\ny: f32[1] = Add(x, z)\nreturn y`,
          },
          {
            name: 'transposed and not, of one value',
            text: `input x: f32[4,4]\na: f32[4,4] = Neg(x)\nt: f32[4,4] = Transpose(a) perm=[1,0]\ny: f32[4,4] = Add(a, t)\nreturn y`,
          },
          {
            name: 'transposed operand of a broadcast',
            text: `input x: f32[2,3,4]\ninput b: f32[4,1]\nt: f32[4,2,3] = Transpose(x) perm=[2,0,1]\nu: f32[4,2,3] = Exp(t)\nv: f32[2,4,3] = Transpose(u) perm=[1,0,2]\ny: f32[2,4,3] = Mul(v, b)\nreturn y`,
          },
          {
            name: 'growing and shrinking elements in place',
            text: `input x: u8[50]\nc: bool[50] = Cast(x) to=9\na: bool[50] = Not(c)\nd: u8[50] = Cast(a) to=2\nb: f32[50] = Cast(d) to=1\ne: i8[50] = Cast(b) to=3\ny: f32[50] = Cast(e) to=1\nreturn y`,
          },
        ],
        6,
      );
    });
  },
);
