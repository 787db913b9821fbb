import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, rowMajorStrides } from '../../ir/shape.ts';
import type { Node, Shape } from '../../ir/types.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { cType } from '../support/c-text.ts';
import { clipBounds } from '../support/clip.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver, position, type Walk } from '../support/loops.ts';
import { elementsText, followInput } from '../support/moves.ts';
import { isInteger, isReal, mathCall, number } from '../support/scalar.ts';
import { lowest } from '../support/type-limits.ts';
import { positionText, type WindowAxis, windowAxes, windowLoops } from '../support/window-loops.ts';
import { globalLpPoolRules, lpPoolRules, maxUnpoolRules } from './rules.ts';

/** A pool as loops over its output with the window written out: any rank, layout and element type. */
export interface Pool {
  /** Declarations before the window. */
  readonly start: readonly string[];
  /** For each element v at positions p0, p1, ... */
  readonly step: readonly string[];
  readonly result: string;
  /** Walk into the padding too. */
  readonly padded?: boolean;
  /** The result is in the node's clip already. */
  readonly clamped?: boolean;
  /** Lines after the result is stored. */
  readonly finish?: readonly string[];
}

/** MaxPool of any rank, with the Indices output (row-major or, storage_order 1, column-major positions). */
export function lowerMaxPoolNd(node: Node, lower: LowerBuilder): void {
  checkDtype(node, lower, (dtype) => isReal(dtype) || isInteger(dtype));
  const { dtype, shape } = lower.type(node.inputs[0]);
  const indices = node.outputs[1] != null;
  lowerPool(node, lower, kernelOf(node, shape), (planes) => {
    const spatial = shape.slice(2);
    const columns = intAttribute(node, 'storage_order', 0) === 1;
    const strides = columns ? rowMajorStrides([...spatial].reverse()).reverse() : rowMajorStrides(spatial);
    // The first element, then what is greater: nothing is greater than NaN, and NaN is not greater than anything.
    const places = indices ? ['int32_t best_at = -1;'] : isReal(dtype) ? ['int32_t seen = 0;'] : [];
    const step = indices
      ? ['if (v > best || best_at < 0) {', '    best = v;', `    best_at = ${positionText(strides)};`, '}']
      : isReal(dtype)
        ? ['best = (v > best || seen == 0) ? v : best;', 'seen = 1;']
        : ['best = (v > best) ? v : best;'];
    return {
      start: [`${cType(dtype)} best = ${lowest(dtype)};`, ...places],
      step,
      result: 'best',
      finish: indices ? [`y1[${planes.index}] = ${planes.plane} + best_at;`] : [],
    };
  });
}

/** AveragePool of any rank: padding counts with count_include_pad, what ceil_mode adds beyond it never does. */
export function lowerAveragePoolNd(node: Node, lower: LowerBuilder): void {
  checkDtype(node, lower, isReal);
  const { dtype, shape } = lower.type(node.inputs[0]);
  const padded = intAttribute(node, 'count_include_pad', 0) === 1;
  lowerPool(node, lower, kernelOf(node, shape), () => ({
    start: [`${cType(dtype)} sum = ${number(dtype, 0)};`, 'int32_t count = 0;'],
    step: ['sum += v;', ...(padded ? [] : ['count++;'])],
    padded,
    result: `sum / (${cType(dtype)})((count > 1) ? count : 1)`,
  }));
}

/** (sum |x|^p)^(1/p) over a window. */
export const lpPool: OpDef = {
  op: 'LpPool',
  summary: 'p-norm over a window of any rank.',
  check: lpPoolRules,
  spatial: true,
  lower: lowerLpPool,
};

export const globalLpPool: OpDef = {
  op: 'GlobalLpPool',
  summary: 'p-norm over all positions of each channel.',
  check: globalLpPoolRules,
  spatial: true,
  lower: lowerLpPool,
};

function lowerLpPool(node: Node, lower: LowerBuilder): void {
  checkDtype(node, lower, isReal);
  const { dtype, shape } = lower.type(node.inputs[0]);
  const p = intAttribute(node, 'p', 2);
  const power = (x: string, exponent: number) => mathCall(dtype, 'pow', x, number(dtype, exponent));
  const magnitude = mathCall(dtype, 'fabs', 'v');
  const term = p === 1 ? magnitude : p === 2 ? 'v * v' : power(magnitude, p);
  lowerPool(node, lower, kernelOf(node, shape), () => ({
    start: [`${cType(dtype)} sum = ${number(dtype, 0)};`],
    step: [`sum += ${term};`],
    result: p === 1 ? 'sum' : p === 2 ? mathCall(dtype, 'sqrt', 'sum') : power('sum', 1 / p),
  }));
}

/** The window of a global pool is its whole input. */
function kernelOf({ op, attributes }: Node, shape: Shape): readonly number[] {
  return op.startsWith('Global') ? shape.slice(2) : (attributes.kernel_shape as readonly number[]);
}

/** `index`: of the element in the second output; `plane`: elements before this channel in a row-major input. */
interface Planes {
  readonly index: string;
  readonly plane: string;
}

export function lowerPool(
  node: Node,
  lower: LowerBuilder,
  kernel: readonly number[],
  pool: (planes: Planes) => Pool,
): void {
  const x = lower.read(0, 'any');
  const y = lower.write(0, followInput(node, lower));
  const indices = node.outputs[1] == null ? null : lower.write(1, y.storage);
  const rank = x.shape.length;
  const planeSize = elementCount(x.shape.slice(2));
  const walks: Record<string, Walk> = {
    x: { strides: x.strides.map((stride, d) => (d < 2 ? stride : 0)) },
    y: { strides: y.strides },
    indices: { strides: indices?.strides ?? y.strides },
    plane: { strides: x.shape.map((_, d) => (d === 0 ? planeSize * x.shape[1] : d === 1 ? planeSize : 0)) },
  };
  for (let d = 2; d < rank; d++) walks[`o${d}`] = position(rank, d);
  const { sizes, at } = loopsOver(y.shape, 'y', walks);
  const axes = windowAxes(node, x.shape, y.shape, kernel);
  const {
    start,
    step,
    result,
    padded = false,
    clamped = false,
    finish = [],
  } = pool({ index: at.indices!, plane: at.plane! });
  const element = `const ${x.ctype} v = ${x.name}[${at.x} + ${positionText(x.strides.slice(2))}];`;
  const inside = [element, ...step];
  const body = padded
    ? ['count++;', `if (${insideText(axes)}) {`, ...inside.map((line) => `    ${line}`), '}']
    : inside;
  const outputs = axes.map((_, i) => at[`o${i + 2}`]);
  const bounded = node.clip && !clamped ? `nn_clamp_f32(${result}, ${clipBounds(node).join(', ')})` : result;
  const lines = [...start, ...windowLoops(axes, outputs, body, padded), `${y.name}[${at.y}] = ${bounded};`, ...finish];
  lower.call({
    template: 'lines',
    params: linesParams(inLoops(sizes, lines)),
    summary: `${node.op} ${kernel.join('x')}, ${elementsText(node, lower)}`,
  });
}

function insideText(axes: readonly WindowAxis[]): string {
  return axes.map(({ size }, i) => `p${i} >= 0 && p${i} < ${size}`).join(' && ');
}

/** x goes to the element of the output that its index names, over all dimensions (as onnxruntime reads it); the rest is 0. */
export const maxUnpool: OpDef = {
  op: 'MaxUnpool',
  summary: 'Puts the maxima of a MaxPool back where they came from.',
  check: maxUnpoolRules,
  lower(node, lower) {
    checkDtype(node, lower, isReal);
    const x = lower.read(0, 'row-major');
    const indices = lower.read(1, 'row-major');
    const y = lower.write(0, 'row-major');
    const count = elementCount(y.shape);
    const place = `nn_index(${indices.name}[i0], ${count})`;
    lower.call({
      template: 'lines',
      params: linesParams([
        ...inLoops([count], [`${y.name}[i0] = ${number(y.type.dtype, 0)};`]),
        ...inLoops([elementCount(x.shape)], [`${y.name}[${place}] = ${x.name}[i0];`]),
      ]),
      summary: `MaxUnpool, ${count} elements`,
    });
  },
};
