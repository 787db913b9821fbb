import { intAttribute, numbersOf, stringAttribute } from '../../ir/attributes.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import { isWide } from '../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { formSuffix } from '../../kernels/forms.ts';
import { outputClampParams } from '../../kernels/weights/weight-tables.ts';
import { clampCodes, layerRequantization, quantOf, scaleOf, spanOf, zeroPointOf } from '../../quant/quantized.ts';
import type { Requantization } from '../../quant/requantize.ts';
import type { LowerBuilder, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { inLoops, linesParams, loopsOver, position, type Walk, without } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { clampedCodes, ONNX_I16, ONNX_I32, ONNX_I64, requantized, shiftedRight } from '../support/oracle.ts';
import { axisTaps, type Taps } from './resize-axis.ts';
import { resizeAxes, resizeMode } from './resize-node.ts';

/**
 * Nearest neighbours are moved; between neighbours lie weighted sums on the input's scale. In files of other tools, whose results
 * have scales of their own, weights are exact or there is no such form.
 */
export const resizeRule: QuantizeRule = {
  inputs: ['activation'],
  output: 'as-input',
  wide: true,
  computes: (node) => stringAttribute(node, 'mode', 'nearest') !== 'nearest',
  refuse: (node, graph) => {
    const mode = stringAttribute(node, 'mode', 'nearest');
    if (mode !== 'nearest' && mode !== 'linear') return `mode '${mode}' of codes is not supported`;
    if (mode === 'linear' && intAttribute(node, 'antialias', 0) === 1) return 'antialias of codes is not supported';
    const axes = interpolatedAxes(node, graph);
    if (axes === null) return 'positions outside the input are filled with a number that is no code';
    if (mode === 'linear' && axes.length > 2) return 'it interpolates along more than two axes';
    const exact = axes.every(({ real, weights, bits }) => real.every((w, i) => w * 2 ** bits === weights[i]));
    return node.rounding && !exact ? 'its weights are no multiples of 2^-11, and float32 is nearer to them' : null;
  },
};

/** An axis whose positions lie between two elements: y = (x[at[0]] weight[0] + x[at[1]] weight[1]) / 2^bits. */
interface Axis {
  readonly d: number;
  readonly positions: Int32Array;
  /** Pairs that add up to 2^bits; of all axes alike. */
  readonly weights: Int32Array;
  readonly bits: number;
  /** As they are in float32. */
  readonly real: Float32Array;
}

/** Of weights along one axis or two: with codes of 8 bits sums have 32 bits, with codes of 16 they have 64. */
const BITS = [0, 14, 11] as const;
const WIDE_BITS = [0, 18, 18] as const;

/** In files of other tools as few as hold all weights exactly, if so many do. */
function bitsOf(graph: Graph, node: Node, axes: readonly Float32Array[]): number {
  const most = (isWide(typeOf(graph, node.inputs[0])) ? WIDE_BITS : BITS)[axes.length] ?? 0;
  if (!node.rounding) return most;
  let bits = 0;
  const holds = (weight: number) => Number.isInteger(weight * 2 ** bits);
  while (bits < most && !axes.every((weights) => weights.every(holds))) bits++;
  return bits;
}

/** The axes that change, from the slowest; null where positions lie outside. */
function interpolatedAxes(node: Node, graph: Graph): Axis[] | null {
  const [x, y] = [typeOf(graph, node.inputs[0]), typeOf(graph, node.outputs[0])];
  const numbers = (index: number) => {
    const constant = constantOf(graph, node.inputs[index]);
    return constant ? numbersOf(constant) : null;
  };
  const changed = resizeAxes(node, numbers, x, y).flatMap((axis, d) => (axis ? [{ axis, d }] : []));
  const found = changed.map(({ axis, d }) => ({ d, taps: axisTaps(axis, resizeMode(node)) }));
  if (found.some(({ taps }) => typeof taps === 'string' || taps.positions.includes(-1))) return null;
  const bits = bitsOf(
    graph,
    node,
    found.map(({ taps }) => (taps as Taps).weights),
  );
  return found.map(({ d, taps }) => {
    if (typeof taps === 'string') throw new TypeError(taps);
    const second = (i: number) => Math.round(taps.weights[i | 1] * 2 ** bits);
    const weights = Int32Array.from(taps.weights, (_, i) => (i % 2 === 1 ? second(i) : 2 ** bits - second(i)));
    return { d, positions: taps.positions, weights, bits, real: taps.weights };
  });
}

/** Of sums of codes less their zero point, in a file of another tool. */
function importedScale(graph: Graph, node: Node, bits: number): Requantization {
  const [x, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  return layerRequantization(graph, node, [scaleOf(x) / scaleOf(y) / 2 ** bits], () => [spanOf(x) * 2 ** bits]);
}

export function lowerResizeCodes(node: Node, lower: LowerBuilder): void {
  if (!node.rounding) checkMoves(node, lower);
  const axes = interpolatedAxes(node, lower.graph) ?? lower.refuse('positions lie outside');
  const each = axes[0]?.bits ?? 0;
  const bits = axes.length * each;
  const wide = isWide(lower.type(node.inputs[0]));
  const x = lower.read(0, 'any');
  const y = lower.write(0, followInput(node, lower));
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const rank = x.shape.length;
  const still = axes.reduce((strides, { d }) => without(strides, d), x.strides);
  const places: Record<string, Walk> = Object.fromEntries(axes.map(({ d }) => [`o${d}`, position(rank, d)]));
  const walks: Record<string, Walk> = { x: { strides: still }, y, ...places };
  const { sizes, at, depth } = loopsOver(y.shape, 'y', walks);
  const settled = Math.max(0, ...axes.map(({ d }) => depth[`o${d}`] ?? 0));
  const stored = (weights: Int32Array) => (wide ? weights : Int16Array.from(weights));
  const about = (d: number) => `along axis ${d} of ${node.name}`;
  const lines = axes.flatMap(({ d, positions, weights }) => {
    const offsets = lower.table(`positions${d}`, 'i32', positions, 'parameters', `input positions ${about(d)}`);
    const shares = lower.table(
      `weights${d}`,
      wide ? 'i32' : 'i16',
      stored(weights),
      'parameters',
      `weights * 2^${each} ${about(d)}`,
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
    const element = `${x.name}[${[at.x, ...offset].filter((text) => text !== '0').join(' + ') || '0'}]`;
    return [wide ? `(int64_t)${element}` : element, ...weight].join(' * ');
  });
  const half = bits > 0 ? ` + ${wide ? `INT64_C(${2 ** (bits - 1)})` : 2 ** (bits - 1)}` : '';
  const own = `nn_sum_${wide ? 's16' : 's8'}(sum${half}, ${bits}, ${min}, ${max})`;
  const code = node.rounding ? importedCode(node, lower, bits) : own;
  const sum = wide ? 'int64_t' : 'int32_t';
  const body = [`const ${sum} sum = ${terms.join(' + ')};`, `${y.name}[${at.y}] = ${code};`];
  lower.call({
    template: 'lines',
    params: linesParams(
      inLoops(sizes.slice(0, settled), [...lines, ...inLoops(sizes.slice(settled), body, 'i', settled)]),
    ),
    summary: `Resize linear, ${elementsText(node, lower)}`,
  });
}

function importedCode(node: Node, lower: LowerBuilder, bits: number): string {
  const scale = importedScale(lower.graph, node, bits);
  const { zero_point, min, max } = outputClampParams(node, lower, scale);
  const zero = zeroPointOf(quantOf(lower.graph, node.inputs[0])) * 2 ** bits;
  lower.requantizes(scale.form);
  const quant = `&(const nn_quant){ ${scale.leftShift}, ${zero_point}, ${min}, ${max} }`;
  return `nn_requantize_s8${formSuffix(scale.form)}(${quant}, sum - (${zero}), ${scale.multiplier[0]})`;
}

/** Along one axis after the other: Gather of the neighbours, times their weights. */
export function resizeOracle(node: Node, oracle: OracleBuilder): void {
  const [x] = node.inputs;
  if (!resizeRule.computes?.(node)) {
    // onnxruntime has no Resize of int16.
    const codes = isWide(oracle.type(x)) ? oracle.node('Cast', [x], { to: ONNX_I32 }) : x;
    const moved = oracle.node('Resize', [codes, ...node.inputs.slice(1)], node.attributes);
    return oracle.output(0, codes === x ? moved : oracle.node('Cast', [moved], { to: ONNX_I16 }));
  }
  const axes = interpolatedAxes(node, oracle.graph) ?? [];
  const rank = oracle.type(x).shape.length;
  const bits = axes.length * (axes[0]?.bits ?? 0);
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
  const clamp = clampCodes(node, quantOf(oracle.graph, node.outputs[0]));
  if (node.rounding) {
    const zero = BigInt(zeroPointOf(quantOf(oracle.graph, x)) * 2 ** bits);
    const acc = oracle.node('Sub', [sum, oracle.tensor('i64', [], [zero])]);
    const y = zeroPointOf(quantOf(oracle.graph, node.outputs[0]));
    return oracle.output(0, requantized(oracle, acc, importedScale(oracle.graph, node, bits), [], y, clamp));
  }
  const half = oracle.node('Add', [sum, oracle.tensor('i64', [], [bits > 0 ? 1n << BigInt(bits - 1) : 0n])]);
  oracle.output(0, clampedCodes(oracle, shiftedRight(oracle, half, bits), clamp));
}
