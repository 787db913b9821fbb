import { floatAttribute } from '../../ir/attributes.ts';
import type { DType, Node, Shape } from '../../ir/types.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { cType, literal } from '../support/c-text.ts';
import { inLoops, loopsOver, position, type Walk } from '../support/loops.ts';
import { isReal, number } from '../support/scalar.ts';
import { axisTaps, type ResizeAxis, type ResizeMode, type Taps } from './resize-axis.ts';

/** What an interpolation adds up in. */
interface Arithmetic {
  readonly sum: DType;
  /** Weights are integers, in units of 1 / 1024. */
  readonly fixed: boolean;
}

/** onnxruntime has a kernel of its own for 8-bit images with channels last: scales that leave the last axis, not the second. */
export function arithmeticOf(dtype: DType, axes: readonly (ResizeAxis | null)[]): Arithmetic {
  const channelsLast = axes.length === 4 && axes[0] === null && axes[1] !== null && axes[3] === null;
  if (channelsLast && (dtype === 'i8' || dtype === 'u8')) return { sum: 'i32', fixed: true };
  return { sum: isReal(dtype) ? dtype : 'f32', fixed: false };
}

/**
 * Of integers onnxruntime interpolates all axes of an image, also those that keep their size: their last position is two halves
 * of one element, which float32 adds up in an order of its own before the result is truncated.
 */
export function wholeImage(axes: readonly (ResizeAxis | null)[], shape: Shape): (ResizeAxis | null)[] {
  const first = shape.length < 4 ? 0 : axes[1] ? 1 : 2;
  const last = axes[1] && shape.length === 4 ? 2 : shape.length - 1;
  return axes.map((axis, d) => {
    const kept: ResizeAxis = { input: shape[d]!, output: shape[d]!, scale: 1, roi: [0, 1] };
    return axis ?? (first <= d && d <= last ? kept : null);
  });
}

/** Pairs that add up to 1024, the second one truncated. */
function inFixedPoint(weights: Float32Array): Int32Array {
  return Int32Array.from(weights, (weight, i) =>
    i % 2 === 1 ? Math.trunc(weight * 1024) : 1024 - Math.trunc((weights[i + 1] ?? 0) * 1024),
  );
}

/** How the loops read along one dimension. */
interface Reader {
  readonly d: number;
  readonly taps: number;
  /** Input position as C text, from the output position and the tap. */
  readonly position: (output: string, tap: string) => string;
  readonly weight: (output: string, tap: string) => string | null;
  /** Some positions are -1. */
  readonly leaves: boolean;
}

export function reader(
  node: Node,
  lower: LowerBuilder,
  axis: ResizeAxis | null,
  d: number,
  mode: ResizeMode,
  arithmetic: Arithmetic,
): Reader | null {
  if (!axis) return null;
  const taps = axisTaps(axis, mode);
  if (typeof taps === 'string') return lower.refuse(taps);
  const divided = mode.mode === 'nearest' ? quotient(taps, axis) : null;
  if (divided) return { d, taps: 1, position: divided, weight: () => null, leaves: false };
  const positions = lower.table(
    `positions${d}`,
    'i32',
    taps.positions,
    'parameters',
    `input positions along axis ${d} of ${node.name}`,
  );
  const at = (output: string, tap: string) => (taps.taps === 1 ? output : `(${output}) * ${taps.taps} + ${tap}`);
  const weighted = mode.mode !== 'nearest';
  const weights =
    weighted &&
    lower.table(
      `weights${d}`,
      arithmetic.sum === 'f64' ? 'f32' : arithmetic.sum,
      arithmetic.fixed ? inFixedPoint(taps.weights) : taps.weights,
      'parameters',
      `weights along axis ${d} of ${node.name}`,
    );
  return {
    d,
    taps: taps.taps,
    position: (output, tap) => `${positions}[${at(output, tap)}]`,
    weight: (output, tap) => (weights ? `${weights}[${at(output, tap)}]` : null),
    leaves: taps.positions.includes(-1),
  };
}

/** Positions that are o / n or o * n + c. */
function quotient({ positions }: Taps, { input, output }: ResizeAxis): ((output: string) => string) | null {
  const factor = output / input;
  if (Number.isInteger(factor) && positions.every((p, o) => p === Math.floor(o / factor))) {
    return (o) => (factor === 1 ? o : `(${o}) / ${factor}`);
  }
  const step = input / output;
  const start = positions[0];
  if (Number.isInteger(step) && start >= 0 && positions.every((p, o) => p === o * step + start)) {
    return (o) => `((${o}) * ${step}${start === 0 ? '' : ` + ${start}`})`;
  }
  return null;
}

export function interpolation(
  node: Node,
  x: Operand,
  y: Operand,
  all: readonly (Reader | null)[],
  { sum, fixed }: Arithmetic,
): string[] {
  const axes = all.filter((axis) => axis !== null);
  const walks: Record<string, Walk> = { x: { strides: x.strides.map((s, d) => (all[d] ? 0 : s)) }, y };
  for (const { d } of axes) walks[`o${d}`] = position(x.shape.length, d);
  const { sizes, at } = loopsOver(y.shape, 'y', walks);
  const source = (tap: (i: number) => string) => {
    const terms = axes.map(({ d, position: place }, i) => `${place(at[`o${d}`], tap(i))} * ${x.strides[d]}`);
    return `${x.name}[${[at.x, ...terms].filter((term) => term !== '0').join(' + ') || '0'}]`;
  };
  const target = `${y.name}[${at.y}]`;
  const single = axes.every(({ taps }) => taps === 1);
  const body = single ? [`${target} = ${source(() => '0')};`] : weightedSum(axes);
  const leaving = axes.filter(({ leaves }) => leaves).map(({ d, position: place }) => `${place(at[`o${d}`], '0')} < 0`);
  if (leaving.length === 0) return inLoops(sizes, body);
  const given = floatAttribute(node, 'extrapolation_value', 0);
  const value = literal(isReal(y.type.dtype) ? given : Math.trunc(given), y.type.dtype);
  return inLoops(sizes, [
    `if (${leaving.join(' || ')}) {`,
    `    ${target} = ${value};`,
    '} else {',
    ...body.map((line) => `    ${line}`),
    '}',
  ]);

  function weightedSum(readers: readonly Reader[]): string[] {
    // The last axis first: weights are multiplied before the element is, which float32 rounds.
    const weights = readers
      .map(({ d, weight }, i) => weight(at[`o${d}`], `k${i}`))
      .filter((text) => text !== null)
      .reverse();
    const element = source((i) => `k${i}`);
    const product = [...weights, isReal(y.type.dtype) || fixed ? element : `(float)${element}`].join(' * ');
    const total = fixed ? `sum / ${1024 ** readers.length}` : 'sum';
    const whole = y.type.dtype === 'i32' ? `nn_f32_to_s32(${total})` : `(${y.ctype})(${total})`;
    return [
      `${cType(sum)} sum = ${number(sum, 0)};`,
      ...inLoops(
        readers.map(({ taps }) => taps),
        [`sum += ${product};`],
        'k',
      ),
      `${target} = ${isReal(y.type.dtype) ? 'sum' : whole};`,
    ];
  }
}
