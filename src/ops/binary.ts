import { intAttribute, stringAttribute } from '../ir/attributes.ts';
import { bitsOf, isFloat } from '../ir/tensor.ts';
import type { DType, Node } from '../ir/types.ts';
import { isQuantized } from '../quant/quantized.ts';
import type { LowerBuilder, NodeFacts, OpDef, QuantizeRule, Rule } from './op-def.ts';
import { addOracle, lowerAddS8 } from './support/add-int8.ts';
import { cType } from './support/c-text.ts';
import { divOracle, lowerDivS8 } from './support/divide-int8.ts';
import { elementwise } from './support/elementwise-rules.ts';
import { lowerMulS8, mulOracle } from './support/mul-int8.ts';
import { ownRule } from './support/own-rule.ts';
import { binaryRule } from './support/pair-int8.ts';
import { lowerPointwise } from './support/pointwise.ts';
import { lowerPreluS8, preluOracle } from './support/prelu-int8.ts';
import { inputs, oneOf, spreads } from './support/rules.ts';
import { arithmetic, isInteger, isReal, isSigned, kernelSuffix, mathCall, narrowed } from './support/scalar.ts';

interface Binary {
  readonly summary: string;
  readonly accepts?: (dtype: DType) => boolean;
  /** Expression over the elements `a` and `b`. */
  readonly formula: (dtype: DType, node: Node) => string;
  /** Its integer form. */
  readonly int8?: Int8Form;
}

const ADD_S8: Int8Form = { lower: lowerAddS8, oracle: addOracle };
const MUL_S8: Int8Form = { lower: lowerMulS8, oracle: mulOracle };
const DIV_S8: Int8Form = { lower: lowerDivS8, oracle: divOracle, quantize: ownRule };
const isNumber = (dtype: DType) => isReal(dtype) || isInteger(dtype);
interface Int8Form {
  readonly lower: NonNullable<OpDef['lower']>;
  readonly oracle: NonNullable<OpDef['oracle']>;
  readonly quantize?: QuantizeRule;
}

const ring = (operator: string, summary: string, int8?: Int8Form): Binary => ({
  summary,
  ...(int8 && { int8 }),
  formula: (dtype) => arithmetic(dtype, operator, 'a', 'b'),
});
const bitwise = (operator: string, summary: string): Binary => ({ ...ring(operator, summary), accepts: isInteger });
const logical = (expression: string, summary: string): Binary => ({
  summary,
  accepts: (dtype) => dtype === 'bool',
  formula: () => `(uint8_t)(${expression})`,
});
const comparison = (operator: string, summary: string): Binary => ({
  summary,
  accepts: (dtype) => isNumber(dtype) || (dtype === 'bool' && operator === '=='),
  formula: () => `(uint8_t)(a ${operator} b)`,
});

const BINARY: Readonly<Record<string, Binary>> = {
  Add: ring('+', 'Sum, broadcast; integers modulo 2^bits.', ADD_S8),
  Sub: ring('-', 'Difference, broadcast; integers modulo 2^bits.', ADD_S8),
  Mul: ring('*', 'Product, broadcast; integers modulo 2^bits.', MUL_S8),
  Div: { summary: 'Quotient, broadcast; integers truncate, x / 0 = 0.', formula: divide, int8: DIV_S8 },
  Mod: { summary: 'Remainder with the sign of the divisor, or of the dividend with fmod = 1.', formula: modulo },
  BitShift: {
    summary: 'Shifts unsigned integers left or right; by their width or more gives 0.',
    accepts: (dtype) => isInteger(dtype) && !isSigned(dtype),
    formula: shift,
  },
  BitwiseAnd: bitwise('&', 'a & b'),
  BitwiseOr: bitwise('|', 'a | b'),
  BitwiseXor: bitwise('^', 'a ^ b'),
  And: logical('a != 0 && b != 0', 'Logical and, broadcast.'),
  Or: logical('a != 0 || b != 0', 'Logical or, broadcast.'),
  Xor: logical('(a != 0) != (b != 0)', 'Logical exclusive or, broadcast.'),
  Equal: comparison('==', 'a == b'),
  Greater: comparison('>', 'a > b'),
  GreaterOrEqual: comparison('>=', 'a >= b'),
  Less: comparison('<', 'a < b'),
  LessOrEqual: comparison('<=', 'a <= b'),
};

/** Rules beyond two inputs. */
const CHECKS: Readonly<Record<string, readonly Rule[]>> = {
  BitShift: [oneOf('direction', 'LEFT', 'RIGHT')],
  Mod: [remainder],
};

/** The remainder of floats has the sign of the dividend: fmod = 1 says that this is known. */
function remainder({ node, input }: NodeFacts): string | null {
  const { dtype } = input(0) ?? {};
  return dtype && isFloat(dtype) && intAttribute(node, 'fmod', 0) === 0 ? 'Mod of floats needs fmod = 1' : null;
}

const binary = ([op, { summary, accepts = isNumber, formula, int8 }]: [string, Binary]): OpDef => ({
  op,
  summary,
  elementwise: true,
  check: [...elementwise(2), ...(CHECKS[op] ?? [])],
  ...(int8 && { quantize: int8.quantize ?? binaryRule, oracle: int8.oracle }),
  lower(node, lower) {
    const { dtype } = lower.type(node.inputs[0]);
    if (int8 && isQuantized(lower.type, node)) return int8.lower(node, lower);
    if (!accepts(dtype)) return lower.refuse(`${dtype} is not supported`);
    lowerPointwise(node, lower, { title: op, expression: formula(dtype, node) });
  },
});

export const prelu: OpDef = {
  op: 'PRelu',
  elementwise: true,
  summary: 'x, or slope x below zero; the slope is broadcast.',
  check: [inputs(2), spreads(1)],
  quantize: ownRule,
  oracle: preluOracle,
  lower(node, lower) {
    if (isQuantized(lower.type, node)) return lowerPreluS8(node, lower);
    const { dtype } = lower.type(node.inputs[0]);
    if (!isNumber(dtype)) return lower.refuse(`${dtype} is not supported`);
    const product = arithmetic(dtype, '*', 'b', 'a');
    const expression = isReal(dtype) || isSigned(dtype) ? `(a < 0) ? ${product} : a` : 'a';
    const inputs = expression === 'a' ? { inputs: [0] } : {};
    lowerPointwise(node, lower, { title: 'PRelu', expression, ...inputs });
  },
};

export const pow: OpDef = {
  op: 'Pow',
  elementwise: true,
  summary: 'a to the power of b, broadcast; base and exponent of any number types.',
  check: elementwise(2),
  lower(node, lower) {
    const [base, exponent] = node.inputs.map((input) => lower.type(input).dtype) as [DType, DType];
    if (!isNumber(base) || !isNumber(exponent))
      return lower.refuse(`${base} to the power of ${exponent} is not supported`);
    const product = productText(base, smallExponent(node, lower));
    lowerPointwise(node, lower, {
      title: 'Pow',
      expression: product ?? power(base, exponent),
      ...(product !== null && { inputs: [0] }),
    });
  },
};

/** The exponent where it is one constant for all. */
function smallExponent(node: Node, lower: LowerBuilder): number | null {
  const exponent = lower.constant(node.inputs[1]);
  const base = lower.type(node.inputs[0]).shape.join();
  if (exponent?.data.length !== 1 || lower.type(node.outputs[0]).shape.join() !== base) return null;
  return Number(exponent.data[0]);
}

/** Squares and cubes are products, as onnxruntime's are; integers wrap. Null for all other exponents. */
function productText(base: DType, exponent: number | null): string | null {
  const square = arithmetic(base, '*', 'a', 'a');
  if (exponent === 2) return square;
  return exponent === 3 ? arithmetic(base, '*', `(${square})`, 'a') : null;
}

/** Float bases in the base's precision; integers exactly where the exponent is whole. */
function power(base: DType, exponent: DType): string {
  if (isReal(base)) return mathCall(base, 'pow', 'a', exponent === base ? 'b' : `(${cType(base)})b`);
  if (isInteger(exponent)) return narrowed(base, `nn_pow_${kernelSuffix(base)}(a, ${int32(exponent)})`);
  if (isSigned(base)) return narrowed(base, `nn_pow_${kernelSuffix(base)}_f64(a, (double)b)`);
  return `(${cType(base)})nn_f64_to_${kernelSuffix(base)}(pow((double)a, (double)b))`;
}

/** The element `b` as an int32_t; exponents beyond its range are out of every result's range as well. */
function int32(dtype: DType): string {
  return kernelSuffix(dtype) === 's32' || bitsOf(dtype) < 32 ? 'b' : '(int32_t)b';
}

function divide(dtype: DType): string {
  if (isReal(dtype)) return 'a / b';
  return narrowed(dtype, `nn_div_${kernelSuffix(dtype)}(a, b)`);
}

function modulo(dtype: DType, node: Node): string {
  if (isReal(dtype)) return mathCall(dtype, 'fmod', 'a', 'b');
  const floored = isSigned(dtype) && intAttribute(node, 'fmod', 0) === 0;
  return narrowed(dtype, `nn_${floored ? 'mod' : 'rem'}_${kernelSuffix(dtype)}(a, b)`);
}

function shift(dtype: DType, node: Node): string {
  const operator = stringAttribute(node, 'direction', '') === 'LEFT' ? '<<' : '>>';
  const wide = bitsOf(dtype) === 64 ? 'uint64_t' : 'uint32_t';
  return `(${cType(dtype)})((b < ${bitsOf(dtype)}u) ? (${wide})a ${operator} b : 0u)`;
}

export const binaryOps: readonly OpDef[] = [...Object.entries(BINARY).map(binary), prelu, pow];
