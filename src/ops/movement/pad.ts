import { floatAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import { int64s } from '../../numerics/dtype.ts';
import { own } from '../../support/own.ts';
import type { LowerBuilder, OpDef, Operand, UpgradeBuilder } from '../op-def.ts';
import { literal } from '../support/c-text.ts';
import { assignText, elementText } from '../support/element.ts';
import { constantNumbers } from '../support/inputs.ts';
import { copyLines, inLoops, linesParams, loopsOver, position, type Walk, without } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { padRules } from './rules.ts';

/** Index functions of the modes that take padding from the tensor itself. */
const INDEX: Readonly<Record<string, string>> = {
  reflect: 'nn_reflect_index',
  edge: 'nn_edge_index',
  wrap: 'nn_wrap_index',
};

export const pad: OpDef = {
  op: 'Pad',
  summary: 'Adds a border (constant, reflect, edge, wrap) or, with negative pads, cuts one off.',
  check: padRules,
  upgrade: attributesToInputs,
  lower(node, lower) {
    checkMoves(node, lower);
    const mode = stringAttribute(node, 'mode', 'constant');
    const x = lower.read(0, 'any', { packed: true });
    const begins = beginPads(node, lower, x.shape.length);
    const value = mode === 'constant' ? padValue(node, lower, x) : '';
    const y = lower.write(0, followInput(node, lower), { packed: true });
    const index = own(INDEX, mode);
    if (mode !== 'constant' && !index) return lower.refuse(`mode '${mode}' is not known`);
    lower.call({
      template: 'lines',
      params: linesParams(index ? mirrored(x, y, begins, index) : surrounded(x, y, begins, value)),
      summary: `Pad ${mode}, ${elementsText(node, lower)}`,
    });
  },
};

/** Pads before the first element of each dimension, negative = elements cut off. */
function beginPads(node: Node, lower: LowerBuilder, rank: number): number[] {
  const pads = constantNumbers(node, lower, 1, 'pads') ?? [];
  const axes = constantNumbers(node, lower, 3, 'axes') ?? Array.from({ length: rank }, (_, d) => d);
  const begins = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    begins[normalizeAxis(axis, rank)] = pads[i];
  });
  return begins;
}

function padValue(node: Node, lower: LowerBuilder, x: Operand): string {
  const { dtype, quant } = x.type;
  if (node.inputs[2] == null) return literal(quant ? quant.zeroPoint[0] : 0, dtype);
  const constant = lower.constant(node.inputs[2]);
  if (!constant) return `${lower.read(2, 'any').name}[0]`;
  return literal(constant.data[0], dtype === 'f16' || dtype === 'bf16' ? 'u16' : dtype);
}

/** The whole output filled with the value, then what remains of the input over it. */
export function surrounded(x: Operand, y: Operand, begins: readonly number[], value: string): string[] {
  const from = begins.map((begin) => Math.max(0, -begin));
  const to = begins.map((begin) => Math.max(0, begin));
  const shape = x.shape.map((size, d) => Math.max(0, Math.min(size - from[d], y.shape[d] - to[d])));
  const start = (strides: readonly number[], at: readonly number[]) =>
    strides.reduce((sum, stride, d) => sum + stride * at[d], 0);
  const copy = copyLines(
    shape,
    { ...x, walk: { strides: x.strides, start: start(x.strides, from) } },
    { ...y, walk: { strides: y.strides, start: start(y.strides, to) } },
  );
  const covered = shape.every((size, d) => size === y.shape[d]);
  return covered ? copy : [...inLoops([elementCount(y.shape)], [assignText(y, 'i0', value)]), ...copy];
}

/**
 * Every output element reads one input element, whose position along each padded dimension a function gives. Negative pads cut
 * first: what they take away is not mirrored, and not repeated.
 */
function mirrored(x: Operand, y: Operand, begins: readonly number[], index: string): string[] {
  const padded = x.shape.map((_, d) => d).filter((d) => begins[d] !== 0 || x.shape[d] !== y.shape[d]);
  const rank = x.shape.length;
  const strides = padded.reduce<readonly number[]>(without, x.strides);
  const walks: Record<string, Walk> = { x: { strides }, y: { strides: y.strides } };
  for (const d of padded) walks[`p${d}`] = { ...position(rank, d), start: -Math.max(0, begins[d]) };
  const { sizes, at } = loopsOver(y.shape, 'y', walks);
  const terms = padded
    .filter((d) => x.shape[d] !== 1)
    .map((d) => {
      const from = Math.max(0, -begins[d]);
      const end = y.shape[d] - x.shape[d] - begins[d];
      const kept = x.shape[d] - from + Math.min(0, end);
      const place = `${index}(${at[`p${d}`]}, ${kept})`;
      return `${from > 0 ? `(${from} + ${place})` : place} * ${x.strides[d]}`;
    });
  return inLoops(sizes, [assignText(y, at.y, elementText(x, [...terms, at.x].join(' + ')))]);
}

/** pads and value were attributes before opset 11. */
function attributesToInputs(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  const { pads, value, ...attributes } = node.attributes;
  if (opset >= 11 || !Array.isArray(pads)) return node;
  const list = upgrade.constant('i64', [pads.length], int64s(pads as number[]));
  const fill = Float32Array.of(floatAttribute(node, 'value', 0));
  const wide = upgrade.type(node.inputs[0]!)?.dtype === 'f64';
  const constant = wide ? upgrade.constant('f64', [], Float64Array.from(fill)) : upgrade.constant('f32', [], fill);
  return { ...node, inputs: [node.inputs[0], list, constant], attributes };
}
