import { floatAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { DType, Node, Shape } from '../../ir/types.ts';
import type { LowerBuilder, OpDef, Operand, UpgradeBuilder } from '../op-def.ts';
import { cType, literal } from '../support/c-text.ts';
import { constantNumbers } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver, position, type Walk } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { isReal, number } from '../support/scalar.ts';
import { axisTaps, type ResizeAxis, type ResizeMode, type Taps } from './resize-axis.ts';
import { lowerResizeCodes, resizeOracle, resizeRule } from './resize-codes.ts';
import { lowerFilteredIntegers } from './resize-integers.ts';
import { resizeLacks } from './resize-lacks.ts';
import { resizeAxes, resizeMode } from './resize-node.ts';
import { resizeRules } from './rules.ts';

/**
 * Sizes, scales and roi are constants, so where each output position reads is settled now: one table of positions
 * and weights per resized axis. Nearest neighbours at whole factors need no table: the position is o / factor.
 */
export const resize: OpDef = {
  op: 'Resize',
  summary: 'Nearest, linear or cubic interpolation along any axes; every coordinate mode; antialias; integers linear.',
  check: resizeRules,
  lacks: resizeLacks,
  spatial: true,
  upgrade: fromOpset10,
  quantize: resizeRule,
  oracle: resizeOracle,
  lower(node, lower) {
    const mode = resizeMode(node);
    const { dtype, quant } = lower.type(node.inputs[0]);
    if (quant && mode.mode === 'linear') return lowerResizeCodes(node, lower);
    const integers = !isReal(dtype) && mode.mode !== 'nearest';
    if (mode.mode === 'nearest') checkMoves(node, lower);
    if (!['nearest', 'linear', 'cubic'].includes(mode.mode)) return lower.refuse(`mode '${mode.mode}' is not known`);
    if (quant && mode.mode !== 'nearest') return lower.refuse(`mode '${mode.mode}' of codes is not supported`);
    if (integers && (!INTEGERS.includes(dtype) || (mode.mode === 'cubic' && !mode.antialias)))
      return lower.refuse(`mode '${mode.mode}' of ${dtype} is not supported`);
    if (integers && mode.antialias) return lowerFiltered(node, lower, mode);
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const resized = resizeAxes(node, given(node, lower), x, y);
    const arithmetic = arithmeticOf(dtype, resized);
    const read = integers && !arithmetic.fixed && resized.some((axis) => axis) ? wholeImage(resized, x.shape) : resized;
    const axes = read.map((axis, d) => reader(node, lower, axis, d, mode, arithmetic));
    lower.call({
      template: 'lines',
      params: linesParams(interpolation(node, x, y, axes, arithmetic)),
      summary: `Resize ${mode.mode}, ${elementsText(node, lower)}`,
    });
  },
};

/** What onnxruntime interpolates in float and truncates; without antialias, only linearly. */
const INTEGERS: readonly DType[] = ['i8', 'u8', 'i32'];

function lowerFiltered(node: Node, lower: LowerBuilder, mode: ResizeMode): void {
  const [x, y] = [lower.type(node.inputs[0]).shape, lower.type(node.outputs[0]).shape];
  const axes = resizeAxes(node, given(node, lower), { shape: x }, { shape: y }).flatMap((axis, d) => {
    if (!axis || axis.input === axis.output) return [];
    const taps = axisTaps(axis, mode);
    if (typeof taps === 'string') return lower.refuse(taps);
    if (taps.positions.includes(-1)) return lower.refuse('antialias of a crop beyond the input is not supported');
    return [{ d, axis, taps }];
  });
  if (axes.length === 0) return lower.alias(0, 0, lower.storageOf(node.inputs[0]!));
  lowerFilteredIntegers(node, lower, axes);
}

/** The old name of Resize: nearest or linear, asymmetric. Attribute scales (opset 7) or input scales (opset 9). */
export const upsample: OpDef = {
  op: 'Upsample',
  summary: 'Old form of Resize.',
  upgrade(node, _opset, upgrade) {
    const { scales, mode } = node.attributes;
    const list = Array.isArray(scales) ? Float32Array.from(scales as number[]) : null;
    const input = list ? upgrade.constant('f32', [list.length], list) : node.inputs[1];
    return {
      ...node,
      op: 'Resize',
      inputs: [node.inputs[0], null, input],
      attributes: {
        mode: mode === undefined || mode === 'nearest' ? 'nearest' : 'linear',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      },
    };
  },
};

/**
 * Opset 10: x and scales, asymmetric; nearest takes the ceiling along axes that shrink and the floor along those that
 * grow. Newer forms have one rule for all axes, so a node that does both becomes two: what shrinks comes first.
 */
function fromOpset10(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  if (opset >= 11) return node;
  const [x, scales] = [node.inputs[0]!, node.inputs[1]!];
  const [type, result] = [upgrade.type(x), node.outputs[0] ? upgrade.type(node.outputs[0]) : null];
  const axesWhere = (wanted: (input: number, output: number) => boolean): number[] =>
    type && result ? type.shape.flatMap((size, d) => (wanted(size, result.shape[d]!) ? [d] : [])) : [];
  const shrinking = axesWhere((input, output) => output < input);
  const growing = axesWhere((input, output) => output > input);
  const asymmetric = { ...node.attributes, coordinate_transformation_mode: 'asymmetric' };
  const isNearest = stringAttribute(node, 'mode', 'nearest') === 'nearest';
  if (!isNearest || !type || !result || shrinking.length === 0 || growing.length === 0) {
    const attributes = { ...asymmetric, nearest_mode: shrinking.length > 0 ? 'ceil' : 'floor' };
    return { ...node, inputs: [x, null, scales], attributes };
  }
  const scalesOf = (axes: readonly number[]) => {
    const indices = upgrade.constant('i64', [axes.length], BigInt64Array.from(axes, BigInt));
    return upgrade.node('Gather', [scales, indices], {}, { dtype: 'f32', shape: [axes.length], quant: null });
  };
  const shape = type.shape.map((size, d) => Math.min(size, result.shape[d]));
  const shrunk = upgrade.node(
    'Resize',
    [x, null, scalesOf(shrinking)],
    { ...asymmetric, nearest_mode: 'ceil', axes: shrinking },
    { ...type, shape },
  );
  const attributes = { ...asymmetric, nearest_mode: 'floor', axes: growing };
  return { ...node, inputs: [shrunk, null, scalesOf(growing)], attributes };
}

/** What an interpolation adds up in. */
interface Arithmetic {
  readonly sum: DType;
  /** Weights are integers, in units of 1 / 1024. */
  readonly fixed: boolean;
}

/** onnxruntime has a kernel of its own for 8-bit images with channels last: scales that leave the last axis, not the second. */
function arithmeticOf(dtype: DType, axes: readonly (ResizeAxis | null)[]): Arithmetic {
  const channelsLast = axes.length === 4 && axes[0] === null && axes[1] !== null && axes[3] === null;
  if (channelsLast && (dtype === 'i8' || dtype === 'u8')) return { sum: 'i32', fixed: true };
  return { sum: isReal(dtype) ? dtype : 'f32', fixed: false };
}

/**
 * Of integers onnxruntime interpolates all axes of an image, also those that keep their size: their last position is two halves
 * of one element, which float32 adds up in an order of its own before the result is truncated.
 */
function wholeImage(axes: readonly (ResizeAxis | null)[], shape: Shape): (ResizeAxis | null)[] {
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

function given(node: Node, lower: LowerBuilder) {
  return (index: number, what: string) => constantNumbers(node, lower, index, what);
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

function reader(
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

function interpolation(
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
