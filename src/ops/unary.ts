import { floatAttribute, intAttribute, stringAttribute } from '../ir/attributes.ts';
import type { DType, Node } from '../ir/types.ts';
import type { OpDef, Rule } from './op-def.ts';
import { cType } from './support/c-text.ts';
import { elementwise } from './support/elementwise-rules.ts';
import { lowerPointwise, type Step } from './support/pointwise.ts';
import { oneOf } from './support/rules.ts';
import { isInteger, isReal, isSigned, kernelSuffix, mathCall, narrowed, negated, number } from './support/scalar.ts';

/** What a formula is written with: the element `a`, its type, and the node's attributes as constants of that type. */
interface Terms {
  readonly dtype: DType;
  readonly node: Node;
  /** A constant. */
  readonly of: (value: number) => string;
  /** A float attribute. */
  readonly at: (name: string, otherwise: number) => string;
  /** A function of math.h. */
  readonly fn: (name: string, ...args: string[]) => string;
}
type Formula = (terms: Terms) => string | { readonly steps: readonly Step[]; readonly expression: string };

interface Unary {
  readonly summary: string;
  /** Element types; default f32 and f64. */
  readonly accepts?: (dtype: DType) => boolean;
  readonly formula: Formula;
}

const isNumber = (dtype: DType) => isReal(dtype) || isInteger(dtype);
const isSignedNumber = (dtype: DType) => isReal(dtype) || (isInteger(dtype) && isSigned(dtype));
const isBitwise = (dtype: DType) => isInteger(dtype);
const call = (summary: string, name: string): Unary => ({ summary, formula: ({ fn }) => fn(name, 'a') });
const sigmoid = ({ of, fn }: Terms, x: string) => `${of(1)} / (${of(1)} + ${fn('exp', `-${x}`)})`;
const softplus = ({ of, fn }: Terms) =>
  `(a > ${of(0)}) ? a + ${fn('log1p', fn('exp', '-a'))} : ${fn('log1p', fn('exp', 'a'))}`;

/** The formulas of the ONNX operator specification, in the shape in which onnxruntime computes them. */
const UNARY: Readonly<Record<string, Unary>> = {
  Relu: {
    summary: 'max(x, 0)',
    accepts: isSignedNumber,
    formula: ({ of }) => `(a < ${of(0)}) ? ${of(0)} : a`,
  },
  LeakyRelu: {
    summary: 'x, or alpha x below zero',
    formula: ({ of, at }) => `(a < ${of(0)}) ? ${at('alpha', 0.01)} * a : a`,
  },
  ThresholdedRelu: {
    summary: 'x above alpha, else 0',
    formula: ({ of, at }) => `(a > ${at('alpha', 1)}) ? a : ${of(0)}`,
  },
  Elu: {
    summary: 'x, or alpha (exp(x) - 1) below zero',
    formula: ({ of, at, fn }) => `(a < ${of(0)}) ? ${at('alpha', 1)} * (${fn('exp', 'a')} - ${of(1)}) : a`,
  },
  Selu: {
    summary: 'gamma x, or gamma alpha (exp(x) - 1) below zero',
    formula: ({ of, at, fn }) => {
      const alpha = at('alpha', 1.6732632);
      const gamma = at('gamma', 1.050701);
      return `${gamma} * ((a > ${of(0)}) ? a : ${alpha} * (${fn('exp', 'a')} - ${of(1)}))`;
    },
  },
  Celu: {
    summary: 'x, or alpha (exp(x / alpha) - 1) below zero',
    formula: ({ of, at, fn }) => {
      const alpha = at('alpha', 1);
      return `(a < ${of(0)}) ? ${alpha} * (${fn('exp', `a / ${alpha}`)} - ${of(1)}) : a`;
    },
  },
  Sigmoid: { summary: '1 / (1 + exp(-x))', formula: (terms) => sigmoid(terms, 'a') },
  Tanh: { ...call('tanh(x)', 'tanh') },
  HardSigmoid: {
    summary: 'alpha x + beta, clamped to [0, 1]',
    formula: ({ of, at, dtype }) => ({
      steps: [{ ctype: cType(dtype), name: 'line', value: `${at('alpha', 0.2)} * a + ${at('beta', 0.5)}` }],
      expression: `(line < ${of(0)}) ? ${of(0)} : (line > ${of(1)}) ? ${of(1)} : line`,
    }),
  },
  HardSwish: {
    summary: 'x times x / 6 + 0.5 clamped to [0, 1]',
    formula: ({ of, dtype }) => ({
      steps: [{ ctype: cType(dtype), name: 'line', value: `a * ${of(1 / 6)} + ${of(0.5)}` }],
      expression: `a * ((line < ${of(0)}) ? ${of(0)} : (line > ${of(1)}) ? ${of(1)} : line)`,
    }),
  },
  Swish: {
    summary: 'x sigmoid(alpha x)',
    formula: (terms) => `a / (${terms.of(1)} + ${terms.fn('exp', `-(${terms.at('alpha', 1)} * a)`)})`,
  },
  Softplus: { summary: 'log(1 + exp(x))', formula: softplus },
  Softsign: { summary: 'x / (1 + |x|)', formula: ({ of, fn }) => `a / (${of(1)} + ${fn('fabs', 'a')})` },
  Mish: {
    summary: 'x tanh(log(1 + exp(x)))',
    formula: (terms) => `a * ${terms.fn('tanh', softplus(terms))}`,
  },
  Gelu: { summary: 'x times the normal distribution function, exact or by tanh', formula: gelu },
  Shrink: {
    summary: 'x moved towards 0 by bias outside [-lambd, lambd], 0 inside',
    accepts: isNumber,
    formula: shrink,
  },
  Exp: { ...call('exp(x)', 'exp') },
  Log: call('Natural logarithm.', 'log'),
  Sqrt: call('Square root.', 'sqrt'),
  Reciprocal: { summary: '1 / x', formula: ({ of }) => `${of(1)} / a` },
  Floor: call('Largest integer not above x.', 'floor'),
  Ceil: call('Smallest integer not below x.', 'ceil'),
  Round: call('Nearest integer, ties to even.', 'rint'),
  Erf: call('Error function.', 'erf'),
  Sin: call('sin(x)', 'sin'),
  Cos: call('cos(x)', 'cos'),
  Tan: call('tan(x)', 'tan'),
  Asin: call('asin(x)', 'asin'),
  Acos: call('acos(x)', 'acos'),
  Atan: call('atan(x)', 'atan'),
  Sinh: call('sinh(x)', 'sinh'),
  Cosh: call('cosh(x)', 'cosh'),
  Asinh: call('asinh(x)', 'asinh'),
  Acosh: call('acosh(x)', 'acosh'),
  Atanh: call('atanh(x)', 'atanh'),
  Neg: {
    summary: '-x; integers modulo 2^bits.',
    accepts: isSignedNumber,
    formula: ({ dtype }) => negated(dtype, 'a'),
  },
  Abs: {
    summary: '|x|; integers modulo 2^bits.',
    accepts: isNumber,
    formula: ({ dtype, fn }) => {
      if (isReal(dtype)) return fn('fabs', 'a');
      return isSigned(dtype) ? narrowed(dtype, `((a < 0) ? ${negated(dtype, 'a')} : a)`) : 'a';
    },
  },
  Sign: {
    summary: '-1, 0 or 1; NaN stays.',
    accepts: isNumber,
    formula: ({ dtype, of }) => {
      if (isReal(dtype)) return `(a > ${of(0)}) ? ${of(1)} : (a < ${of(0)}) ? ${of(-1)} : a`;
      return `(${cType(dtype)})(${isSigned(dtype) ? '(a > 0) - (a < 0)' : 'a > 0'})`;
    },
  },
  BitwiseNot: {
    summary: 'Every bit inverted.',
    accepts: isBitwise,
    formula: ({ dtype }) => `(${cType(dtype)})~a`,
  },
  Not: { summary: 'Logical negation.', accepts: (dtype) => dtype === 'bool', formula: () => '(uint8_t)(a == 0)' },
  IsNaN: { summary: 'True where x is not a number.', formula: () => '(uint8_t)(isnan(a) != 0)' },
  IsInf: {
    summary: 'True where x is infinite; detect_negative, detect_positive.',
    formula: ({ node }) => {
      const negative = intAttribute(node, 'detect_negative', 1) !== 0;
      const positive = intAttribute(node, 'detect_positive', 1) !== 0;
      if (!negative && !positive) return '(uint8_t)(a != a && a == a)';
      const sign = negative && positive ? '' : negative ? ' && a < 0' : ' && a > 0';
      return `(uint8_t)(isinf(a) != 0${sign})`;
    },
  },
};

/** Rules beyond one input. */
const CHECKS: Readonly<Record<string, readonly Rule[]>> = {
  Gelu: [...elementwise(1), oneOf('approximate', 'none', 'tanh')],
};

function gelu({ dtype, node, of, fn }: Terms): ReturnType<Formula> {
  if (stringAttribute(node, 'approximate', 'none') !== 'tanh') {
    return `${of(0.5)} * a * (${of(1)} + ${fn('erf', `a * ${of(Math.SQRT1_2)}`)})`;
  }
  const inner = `${of(Math.sqrt(2 / Math.PI))} * (a + ${of(0.044715)} * a * a * a)`;
  return {
    steps: [{ ctype: cType(dtype), name: 'inner', value: inner }],
    expression: `${of(0.5)} * a * (${of(1)} + ${fn('tanh', 'inner')})`,
  };
}

/** Integers: the comparison and the sum in float, as onnxruntime does, then truncated. */
function shrink({ dtype, at }: Terms): string {
  const real = isReal(dtype) ? dtype : 'f32';
  const [lambd, bias] = [at('lambd', 0.5), at('bias', 0)];
  const x = isReal(dtype) ? 'a' : '(float)a';
  const formula = `(${x} < -(${lambd})) ? ${x} + ${bias} : (${x} > ${lambd}) ? ${x} - ${bias} : ${number(real, 0)}`;
  return isReal(dtype) ? formula : `(${cType(dtype)})nn_f32_to_${kernelSuffix(dtype)}(${formula})`;
}

const unary = ([op, { summary, accepts = isReal, formula }]: [string, Unary]): OpDef => ({
  op,
  summary,
  elementwise: true,
  check: CHECKS[op] ?? elementwise(1),
  lower(node, lower) {
    const { dtype, quant } = lower.type(node.inputs[0]);
    if (!quant && !accepts(dtype)) return lower.refuse(`${dtype} is not supported`);
    const real = isReal(dtype) ? dtype : 'f32';
    const result = formula({
      dtype,
      node,
      of: (value) => number(dtype, value),
      at: (name, otherwise) => number(real, Math.fround(floatAttribute(node, name, otherwise))),
      fn: (name, ...args) => mathCall(dtype, name, ...args),
    });
    lowerPointwise(node, lower, { title: op, ...(typeof result === 'string' ? { expression: result } : result) });
  },
});

export const unaryOps: readonly OpDef[] = Object.entries(UNARY).map(unary);
