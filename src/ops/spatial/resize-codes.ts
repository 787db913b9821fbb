import { intAttribute, numbersOf, stringAttribute } from '../../ir/attributes.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { clampCodes, layerRequantization, quantOf, scaleOf, spanOf, zeroPointOf } from '../../quant/quantized.ts';
import type { LowerBuilder, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { inLoops, linesParams, loopsOver, position, type Walk, without } from '../support/loops.ts';
import { elementsText, followInput } from '../support/moves.ts';
import { clampedToInt8, ONNX_I64, requantized, shiftedRight } from '../support/oracle.ts';
import { axisTaps } from './resize-axis.ts';
import { resizeAxes, resizeMode } from './resize-node.ts';

/** Nearest neighbours are moved; between neighbours lie weighted sums on the input's scale. */
export const resizeRule: QuantizeRule = {
  inputs: ['activation'],
  output: 'as-input',
  computes: (node) => stringAttribute(node, 'mode', 'nearest') !== 'nearest',
  refuse: (node, graph) => {
    const mode = stringAttribute(node, 'mode', 'nearest');
    if (mode !== 'nearest' && mode !== 'linear') return `mode '${mode}' of codes is not supported`;
    if (mode === 'linear' && intAttribute(node, 'antialias', 0) === 1) return 'antialias of codes is not supported';
    const axes = interpolatedAxes(node, graph);
    if (axes === null) return 'positions outside the input are filled with a number that is no code';
    return mode === 'linear' && axes.length > 2 ? 'it interpolates along more than two axes' : null;
  },
};

/** An axis whose positions lie between two elements: y = (x[at[0]] weight[0] + x[at[1]] weight[1]) / 2^bits. */
interface Axis {
  readonly d: number;
  readonly positions: Int32Array;
  /** Pairs that add up to 2^bits. */
  readonly weights: Int16Array;
}

/** Products of two weights, or one weight, in 2^-22 and 2^-14: with codes in int32. */
const BITS = [0, 14, 11] as const;

/** The axes that change, from the slowest; null where positions lie outside. */
function interpolatedAxes(node: Node, graph: Graph): Axis[] | null {
  const [x, y] = [typeOf(graph, node.inputs[0]), typeOf(graph, node.outputs[0])];
  const numbers = (index: number) => {
    const constant = constantOf(graph, node.inputs[index]);
    return constant ? numbersOf(constant) : null;
  };
  const changed = resizeAxes(node, numbers, x, y).flatMap((axis, d) => (axis ? [{ axis, d }] : []));
  const bits = BITS[changed.length] ?? 0;
  const found = changed.map(({ axis, d }) => ({ d, taps: axisTaps(axis, resizeMode(node)) }));
  if (found.some(({ taps }) => typeof taps === 'string' || taps.positions.includes(-1))) return null;
  return found.map(({ d, taps }) => {
    if (typeof taps === 'string') throw new TypeError(taps);
    const second = (i: number) => Math.round(taps.weights[i | 1] * 2 ** bits);
    const weights = Int16Array.from(taps.weights, (_, i) => (i % 2 === 1 ? second(i) : 2 ** bits - second(i)));
    return { d, positions: taps.positions, weights };
  });
}

/** What becomes of the sums: a shift on one scale, requantization on two. */
function sumsOf(graph: Graph, node: Node, bits: number) {
  const [x, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  const same = scaleOf(x) === scaleOf(y) && zeroPointOf(x) === zeroPointOf(y) && !node.rounding;
  const clamp = clampCodes(node, y);
  const ratio = scaleOf(x) / scaleOf(y) / 2 ** bits;
  const scale = same ? null : layerRequantization(graph, node, [ratio], () => [spanOf(x) * 2 ** bits]);
  return { scale, clamp, start: zeroPointOf(x) * 2 ** bits, zeroPoint: zeroPointOf(y) };
}

export function lowerResizeCodes(node: Node, lower: LowerBuilder): void {
  const axes = interpolatedAxes(node, lower.graph) ?? lower.refuse('positions lie outside');
  const bits = axes.length * BITS[axes.length];
  const x = lower.read(0, 'any');
  const y = lower.write(0, followInput(node, lower));
  const { scale, clamp, start, zeroPoint } = sumsOf(lower.graph, node, bits);
  lower.requantizes(scale?.form);
  const rank = x.shape.length;
  const still = axes.reduce((strides, { d }) => without(strides, d), x.strides);
  const places: Record<string, Walk> = Object.fromEntries(axes.map(({ d }) => [`o${d}`, position(rank, d)]));
  const walks: Record<string, Walk> = { x: { strides: still }, y, ...places };
  const { sizes, at, depth } = loopsOver(y.shape, 'y', walks);
  const settled = Math.max(0, ...axes.map(({ d }) => depth[`o${d}`] ?? 0));
  const about = (d: number) => `along axis ${d} of ${node.name}`;
  const lines = axes.flatMap(({ d, positions, weights }) => {
    const offsets = lower.table(`positions${d}`, 'i32', positions, 'parameters', `input positions ${about(d)}`);
    const shares = lower.table(
      `weights${d}`,
      'i16',
      weights,
      'parameters',
      `weights * 2^${BITS[axes.length]} ${about(d)}`,
    );
    const index = (k: number) => `(${at[`o${d}`]}) * 2${k === 0 ? '' : ' + 1'}`;
    return [0, 1].flatMap((k) => [
      `const int32_t at${d}${k} = ${offsets}[${index(k)}] * ${x.strides[d]};`,
      `const int32_t w${d}${k} = ${shares}[${index(k)}];`,
    ]);
  });
  const corners = axes.reduce<number[][]>(
    (all, _) =>
      all.flatMap((corner) => [
        [...corner, 0],
        [...corner, 1],
      ]),
    [[]],
  );
  const terms = corners.map((corner) => {
    const offset = corner.map((k, i) => `at${axes[i].d}${k}`);
    const weight = corner.map((k, i) => `w${axes[i].d}${k}`);
    return [`${x.name}[${[at.x, ...offset].filter((text) => text !== '0').join(' + ') || '0'}]`, ...weight].join(' * ');
  });
  const { min, max } = clamp;
  const code = scale
    ? `nn_requantize_s8(&(const nn_quant){ ${scale.leftShift}, ${zeroPointField(scale, zeroPoint)}, ${min}, ${max} }, sum - (${start}), ${scale.multiplier[0]})`
    : `nn_sum_s8(sum${bits > 0 ? ` + ${2 ** (bits - 1)}` : ''}, ${bits}, ${min}, ${max})`;
  const body = [`const int32_t sum = ${terms.join(' + ')};`, `${y.name}[${at.y}] = ${code};`];
  lower.call({
    template: 'lines',
    params: linesParams(
      inLoops(sizes.slice(0, settled), [...lines, ...inLoops(sizes.slice(settled), body, 'i', settled)]),
    ),
    summary: `Resize linear, ${elementsText(node, lower)}`,
  });
}

/** Along one axis after the other: Gather of the neighbours, times their weights. */
export function resizeOracle(node: Node, oracle: OracleBuilder): void {
  const [x] = node.inputs;
  if (!resizeRule.computes?.(node)) {
    const moved = oracle.node('Resize', node.inputs, node.attributes);
    return oracle.output(0, moved);
  }
  const axes = interpolatedAxes(node, oracle.graph) ?? [];
  const rank = oracle.type(x).shape.length;
  const bits = axes.length * BITS[axes.length];
  let sum: ValueName = oracle.node('Cast', [x], { to: ONNX_I64 });
  for (const { d, positions, weights } of axes) {
    const count = positions.length / 2;
    const every = (values: ArrayLike<number>, k: number) =>
      Array.from({ length: count }, (_, o) => BigInt(values[o * 2 + k]));
    const shape = Array.from({ length: rank }, (_, i) => (i === d ? count : 1));
    const [near, far] = [0, 1].map((k) => {
      const picked = oracle.node('Gather', [sum, oracle.tensor('i64', [count], every(positions, k))], { axis: d });
      return oracle.node('Mul', [picked, oracle.tensor('i64', shape, every(weights, k))]);
    });
    sum = oracle.node('Add', [near!, far!]);
  }
  const { scale, clamp, start, zeroPoint } = sumsOf(oracle.graph, node, bits);
  const number = (value: number) => oracle.tensor('i64', [], [BigInt(value)]);
  if (scale) {
    const acc = oracle.node('Sub', [sum, number(start)]);
    return oracle.output(0, requantized(oracle, acc, scale, [], zeroPoint, clamp));
  }
  const half = oracle.node('Add', [sum, number(bits > 0 ? 2 ** (bits - 1) : 0)]);
  oracle.output(0, clampedToInt8(oracle, shiftedRight(oracle, half, bits), clamp));
}
