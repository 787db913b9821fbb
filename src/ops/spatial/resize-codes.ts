import { intAttribute, numbersOf, stringAttribute } from '../../ir/attributes.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import { isWide } from '../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { clampCodes, quantOf } from '../../quant/quantized.ts';
import type { LowerBuilder, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { inLoops, linesParams, loopsOver, position, type Walk, without } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { clampedCodes, ONNX_I16, ONNX_I32, ONNX_I64, shiftedRight } from '../support/oracle.ts';
import { axisTaps } from './resize-axis.ts';
import { resizeAxes, resizeMode } from './resize-node.ts';

/** Nearest neighbours are moved; between neighbours lie weighted sums on the input's scale. */
export const resizeRule: QuantizeRule = {
  inputs: ['activation'],
  output: 'as-input',
  wide: true,
  computes: (node) => stringAttribute(node, 'mode', 'nearest') !== 'nearest',
  refuse: (node, graph) => {
    if (node.rounding) return 'files of other tools are rounded in float here';
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
  readonly weights: Int32Array;
}

/** Of weights along one axis or two: with codes of 8 bits sums have 32 bits, with codes of 16 they have 64. */
const BITS = [0, 14, 11] as const;
const WIDE_BITS = [0, 18, 18] as const;

function bitsOf(graph: Graph, node: Node, axes: number): number {
  return (isWide(typeOf(graph, node.inputs[0])) ? WIDE_BITS : BITS)[axes] ?? 0;
}

/** The axes that change, from the slowest; null where positions lie outside. */
function interpolatedAxes(node: Node, graph: Graph): Axis[] | null {
  const [x, y] = [typeOf(graph, node.inputs[0]), typeOf(graph, node.outputs[0])];
  const numbers = (index: number) => {
    const constant = constantOf(graph, node.inputs[index]);
    return constant ? numbersOf(constant) : null;
  };
  const changed = resizeAxes(node, numbers, x, y).flatMap((axis, d) => (axis ? [{ axis, d }] : []));
  const bits = bitsOf(graph, node, changed.length);
  const found = changed.map(({ axis, d }) => ({ d, taps: axisTaps(axis, resizeMode(node)) }));
  if (found.some(({ taps }) => typeof taps === 'string' || taps.positions.includes(-1))) return null;
  return found.map(({ d, taps }) => {
    if (typeof taps === 'string') throw new TypeError(taps);
    const second = (i: number) => Math.round(taps.weights[i | 1] * 2 ** bits);
    const weights = Int32Array.from(taps.weights, (_, i) => (i % 2 === 1 ? second(i) : 2 ** bits - second(i)));
    return { d, positions: taps.positions, weights };
  });
}

export function lowerResizeCodes(node: Node, lower: LowerBuilder): void {
  checkMoves(node, lower);
  const axes = interpolatedAxes(node, lower.graph) ?? lower.refuse('positions lie outside');
  const each = bitsOf(lower.graph, node, axes.length);
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
  const code = `nn_sum_${wide ? 's16' : 's8'}(sum${half}, ${bits}, ${min}, ${max})`;
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
  const bits = axes.length * bitsOf(oracle.graph, node, axes.length);
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
  const half = oracle.node('Add', [sum, oracle.tensor('i64', [], [bits > 0 ? 1n << BigInt(bits - 1) : 0n])]);
  const clamp = clampCodes(node, quantOf(oracle.graph, node.outputs[0]));
  oracle.output(0, clampedCodes(oracle, shiftedRight(oracle, half, bits), clamp));
}
