import { intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { DType, Node } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { cType } from '../support/c-text.ts';
import { checkDtype, constantNumbers } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import {
  arithmetic,
  isInteger,
  isReal,
  isSigned,
  mathCall,
  narrowed,
  negated,
  number,
  orNaN,
} from '../support/scalar.ts';
import { highest, lowest } from '../support/type-limits.ts';
import { upgradeToInput } from '../support/upgrade.ts';
import { extremeForm, type IntegerForm, sumForm, sumText } from './int8.ts';
import { type Reduction, reduction } from './kept.ts';
import { logSumOracle, logSumRule, logSumText } from './log-sum-int8.ts';
import { wideLogSumOracle, wideLogSumText } from './log-sum-wide.ts';
import { reduceRules } from './rules.ts';

/**
 * acc starts at `start`, takes every element v by `step`, and ends as `end` (n elements). C expressions for the type of acc:
 * that of the elements, or int64 where `wide` says so.
 */
interface Formula {
  readonly summary: string;
  readonly accepts: (dtype: DType) => boolean;
  readonly start: (dtype: DType) => string;
  readonly step: (dtype: DType) => string;
  readonly end?: (dtype: DType, count: number) => string;
  /** The step in int64 for elements of int32, which are saturated at the end. */
  readonly wide?: string;
}

const isNumber = (dtype: DType) => isReal(dtype) || isInteger(dtype);
const isOrdered = (dtype: DType) => isNumber(dtype) || dtype === 'bool';
const zero = (dtype: DType) => number(dtype, 0);
const sum = (dtype: DType) => arithmetic(dtype, '+', 'acc', 'v');
/** No term is above 2^62: what has reached that before the last of them is beyond int32, its root as well. */
const WIDE_SQUARES = 'nn_clamp_s64(acc, (INT64_C(1) << 62) - 1) + v * v';
const square = (dtype: DType) => arithmetic(dtype, '+', 'acc', arithmetic(dtype, '*', 'v', 'v'));

const FORMULAS: Readonly<Record<string, Formula>> = {
  ReduceSum: { summary: 'Sum over axes.', accepts: isNumber, start: zero, step: sum, wide: 'acc + v' },
  ReduceMean: {
    summary: 'Mean over axes.',
    accepts: isNumber,
    start: zero,
    step: sum,
    end: (dtype, count) => narrowed(dtype, `(acc / ${number(dtype, count)})`),
    wide: 'acc + v',
  },
  ReduceProd: {
    summary: 'Product over axes.',
    accepts: isNumber,
    start: (dtype) => number(dtype, 1),
    step: (dtype) => arithmetic(dtype, '*', 'acc', 'v'),
    wide: 'nn_clamp_s64(acc * v, INT64_C(1) << 31)',
  },
  ReduceMax: {
    summary: 'Maximum over axes; NaN wins.',
    accepts: isOrdered,
    start: (dtype) => lowest(dtype),
    step: (dtype) => `(v > acc${orNaN(dtype, 'v')}) ? v : acc`,
  },
  ReduceMin: {
    summary: 'Minimum over axes; NaN wins.',
    accepts: isOrdered,
    start: (dtype) => highest(dtype),
    step: (dtype) => `(v < acc${orNaN(dtype, 'v')}) ? v : acc`,
  },
  ReduceL1: {
    summary: 'Sum of absolute values over axes.',
    accepts: isNumber,
    start: zero,
    step: (dtype) => arithmetic(dtype, '+', 'acc', absolute(dtype)),
    wide: 'acc + ((v < 0) ? -v : v)',
  },
  ReduceL2: {
    summary: 'Root of the sum of squares over axes.',
    accepts: isNumber,
    start: zero,
    step: square,
    end: (dtype) => (isReal(dtype) ? mathCall(dtype, 'sqrt', 'acc') : `(${cType(dtype)})sqrt((double)acc)`),
    wide: WIDE_SQUARES,
  },
  ReduceSumSquare: {
    summary: 'Sum of squares over axes.',
    accepts: isNumber,
    start: zero,
    step: square,
    wide: WIDE_SQUARES,
  },
  ReduceLogSum: {
    summary: 'Logarithm of the sum over axes.',
    accepts: isReal,
    start: zero,
    step: sum,
    end: (dtype) => mathCall(dtype, 'log', 'acc'),
  },
};

function absolute(dtype: DType): string {
  if (isReal(dtype)) return mathCall(dtype, 'fabs', 'v');
  return isSigned(dtype) ? `((v < 0) ? ${negated(dtype, 'v')} : v)` : 'v';
}

const INTEGER_FORMS: Readonly<Record<string, IntegerForm>> = {
  ReduceMax: extremeForm,
  ReduceMin: extremeForm,
  ReduceMean: sumForm,
  ReduceSum: sumForm,
  ReduceL1: sumForm,
  ReduceSumSquare: sumForm,
};

const reduce = ([op, formula]: [string, Formula]): OpDef => ({
  op,
  summary: formula.summary,
  check: reduceRules,
  upgrade: upgradeToInput('axes', op === 'ReduceSum' ? 13 : 18),
  ...INTEGER_FORMS[op],
  ...((op === 'ReduceL2' || op === 'ReduceLogSum') && { inSteps: true }),
  lower(node, lower) {
    if (isQuantized(lower.type, node) && INTEGER_FORMS[op]) return lowerCodes(node, lower, formula);
    checkDtype(node, lower, formula.accepts);
    lowerReduce(node, lower, (r) => accumulate(r, formula));
  },
});

/** Extremes of codes as of any integers; sums in int32, requantized. */
function lowerCodes(node: Node, lower: LowerBuilder, formula: Formula): void {
  if (INTEGER_FORMS[node.op] === extremeForm) return lowerReduce(node, lower, (r) => accumulate(r, formula));
  const { ctype, start, term, code } = sumText(node, lower);
  lowerReduce(node, lower, (r) => ({
    lines: [`${ctype} acc = ${start};`, ...inBlock(r.inner.sizes, [`acc += ${term(elementText(r))};`])],
    result: code,
  }));
}

/** The lines of one output element, given as the C expression `result` at the end. */
interface Lines {
  readonly lines: readonly string[];
  readonly result: string;
}

function lowerReduce(node: Node, lower: LowerBuilder, element: (r: Reduction) => Lines): void {
  const given = constantNumbers(node, lower, 1, 'axes') ?? [];
  const all = lower.type(node.inputs[0]).shape.map((_, d) => d);
  const none = intAttribute(node, 'noop_with_empty_axes', 0) === 1;
  const r = reduction(node, lower, given.length > 0 ? given : none ? [] : all, (storage) => lower.write(0, storage));
  const { lines, result } = element(r);
  lower.call({
    template: 'lines',
    params: linesParams(inLoops(r.outer.sizes, [...lines, `${r.y.name}[${r.outer.at.y}] = ${result};`])),
    summary: `${node.op} over axes ${r.reduced.join(', ')}, ${elementCount(r.x.shape)} elements`,
  });
}

/** onnxruntime computes int32 in float64 and saturates: int64 holds the same numbers. */
function accumulate(r: Reduction, { start, step, end, wide }: Formula): Lines {
  const saturates = r.x.type.dtype === 'i32' && wide !== undefined;
  const dtype = saturates ? 'i64' : r.x.type.dtype;
  const ctype = cType(dtype);
  const count = elementCount(r.reduced.map((d) => r.x.shape[d]));
  const body = [`const ${ctype} v = ${elementText(r)};`, `acc = ${saturates ? wide : step(dtype)};`];
  const result = end ? end(dtype, count) : 'acc';
  return {
    lines: [`${ctype} acc = ${start(dtype)};`, ...inBlock(r.inner.sizes, body)],
    result: saturates ? `nn_saturate_s32(${result})` : result,
  };
}

/** The body has names of its own. */
function inBlock(sizes: readonly number[], body: readonly string[]): string[] {
  return sizes.length === 0 ? ['{', ...body.map((line) => `    ${line}`), '}'] : inLoops(sizes, body, 'k');
}

function elementText({ x, outer, inner }: Reduction): string {
  return `${x.name}[${[outer.at.x, inner.at.x].filter((text) => text !== '0').join(' + ') || '0'}]`;
}

/** log(sum(exp(v))) = top + log(sum(exp(v - top))), top the maximum: no overflow. */
const reduceLogSumExp: OpDef = {
  op: 'ReduceLogSumExp',
  summary: 'Logarithm of the sum of exponentials over axes.',
  check: reduceRules,
  upgrade: upgradeToInput('axes', 18),
  quantize: logSumRule,
  oracle: (node, oracle) =>
    hasWideCodes(oracle.graph, node) ? wideLogSumOracle(node, oracle) : logSumOracle(node, oracle),
  lower(node, lower) {
    if (isQuantized(lower.type, node)) {
      const text = hasWideCodes(lower.graph, node) ? wideLogSumText : logSumText;
      return lowerReduce(node, lower, (r) => text(node, lower, r.inner.sizes, elementText(r)));
    }
    checkDtype(node, lower, (dtype) => dtype === 'f32' || dtype === 'f64');
    lowerReduce(node, lower, (r) => {
      const { dtype } = r.x.type;
      const ctype = cType(dtype);
      const v = elementText(r);
      return {
        lines: [
          `${ctype} top = ${lowest(dtype)};`,
          ...inLoops(r.inner.sizes, [`top = (${v} > top) ? ${v} : top;`], 'k'),
          `top = (top > ${lowest(dtype)} && top < ${highest(dtype)}) ? top : ${zero(dtype)};`,
          `${ctype} acc = ${zero(dtype)};`,
          ...inLoops(r.inner.sizes, [`acc += ${mathCall(dtype, 'exp', `${v} - top`)};`], 'k'),
        ],
        result: `top + ${mathCall(dtype, 'log', 'acc')}`,
      };
    });
  },
};

export const reduceOps: readonly OpDef[] = [...Object.entries(FORMULAS).map(reduce), reduceLogSumExp];
