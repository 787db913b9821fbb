import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { LONGEST_ROW, type Normalization, normalizationParameters } from '../../quant/normalization.ts';
import { clampCodes, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { LONGEST_WIDE_ROW, type WideNormalization, wideNormalization } from '../../quant/wide-normalization.ts';
import { counted } from '../../support/counted.ts';
import type { LowerBuilder, QuantizeRule } from '../op-def.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { groupLayout, groupsOf } from './groups.ts';
import { spread } from './spread.ts';

/** Scales and biases are constants in real numbers; see quant/normalization.ts for what becomes of them. */
export const normalizationRule: QuantizeRule = {
  inputs: ['activation', 'parameter', 'parameter'],
  output: 'calibrated',
  wide: (node, graph) => rowsOf(graph, node).length <= LONGEST_WIDE_ROW,
  refuse(node, graph) {
    if (node.outputs.slice(1).some((output) => output !== null)) return 'its mean and deviation are asked for';
    const constant = [1, 2].every((i) => node.inputs[i] == null || constantOf(graph, node.inputs[i])?.dtype === 'f32');
    if (!constant) return 'its scale or bias is computed';
    const { length } = rowsOf(graph, node);
    return length >= 1 && length <= LONGEST_ROW ? null : `its rows have ${length} elements`;
  },
};

/** The tensor as [batch, groups, length]; each row of it is normalized. */
export interface NormalRows {
  readonly batch: number;
  readonly groups: number;
  readonly length: number;
  /** How many elements in a row take one scale and one bias. */
  readonly run: number;
  /** Whether the mean is taken off. */
  readonly centre: boolean;
}

export function rowsOf(graph: Graph, node: Node): NormalRows {
  const { shape } = typeOf(graph, node.inputs[0]);
  const centre = node.op !== 'RMSNormalization';
  if (node.op === 'LayerNormalization' || node.op === 'RMSNormalization') {
    const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape.length);
    const [batch, length] = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
    return { batch, groups: 1, length, run: 1, centre };
  }
  const groups = groupsOf(node, shape);
  const run = elementCount(shape.slice(2));
  return { batch: shape[0], groups, length: (shape[1] / groups) * run, run, centre };
}

/** Parameters for all groups, one for each run of each. */
export function normalizationOf(graph: Graph, node: Node): Normalization | WideNormalization {
  const { groups, length, run } = rowsOf(graph, node);
  const { shape } = typeOf(graph, node.inputs[0]);
  const count = (groups * length) / run;
  const whole = run === 1 && groups === 1 ? shape.slice(shape.length - rankOf(node, shape.length)) : [count];
  const values = (index: number, otherwise: number) => {
    const constant = constantOf(graph, node.inputs[index]);
    return constant ? spread(constant, whole) : new Float32Array(count).fill(otherwise);
  };
  const [x, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  const job = {
    length,
    epsilon: floatAttribute(node, 'epsilon', 1e-5),
    inputScale: scaleOf(x),
    outputScale: scaleOf(y),
    zeroPoint: zeroPointOf(y),
    scale: values(1, 1),
    bias: values(2, 0),
  };
  if (hasWideCodes(graph, node)) return wideNormalization(job);
  return node.rounding ? wideNormalization(job, 'bytes') : normalizationParameters(job);
}

/** In 64 bits: of codes of 16, or as near to float32 as a file of another tool wants it. */
export function isLong(graph: Graph, node: Node): boolean {
  return hasWideCodes(graph, node) || node.rounding !== undefined;
}

/** Of a row, in dimensions. */
function rankOf(node: Node, rank: number): number {
  return rank - normalizeAxis(intAttribute(node, 'axis', -1), rank);
}

export function lowerNormalizationS8(node: Node, lower: LowerBuilder): void {
  const { batch, groups, length, run, centre } = rowsOf(lower.graph, node);
  const { layout, channelStep, positionStep } =
    run === 1 && groups === 1
      ? { layout: 'row-major' as const, channelStep: 1, positionStep: 1 }
      : groupLayout(node, lower);
  const wide = hasWideCodes(lower.graph, node);
  const x = lower.read(0, layout, { wide });
  const y = lower.write(0, layout, { wide });
  const { epsilon, fraction, factors, offsets, shift, ...more } = normalizationOf(lower.graph, node);
  const long = isLong(lower.graph, node);
  const quant = quantOf(lower.graph, node.outputs[0]);
  const { min, max } = clampCodes(node, quant);
  const channels = length / run;
  const factor = lower.table(
    'factor',
    long ? 'i32' : 'i16',
    factors,
    'parameters',
    `scale in steps of the result, of ${node.name}`,
  );
  const offset = lower.table(
    'offset',
    long ? 'i64' : 'i32',
    offsets,
    'parameters',
    `bias and zero point, of ${node.name}`,
  );
  const fields = {
    // One loop where each element has a scale of its own.
    ...(run === 1
      ? { outer: 1, outer_step: 0, inner: channels, inner_step: channelStep, outer_parameter: 0, inner_parameter: 1 }
      : {
          outer: channels,
          outer_step: channelStep,
          inner: run,
          inner_step: positionStep,
          outer_parameter: 1,
          inner_parameter: 0,
        }),
    zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[0])),
    centre: centre ? 1 : 0,
    fraction,
    ...more,
    shift,
    min,
    max,
    epsilon: `UINT64_C(${epsilon})`,
  };
  const start = `i0 * ${groups * length} + i1 * ${channels * channelStep}`;
  const parameters = groups === 1 ? '' : ` + i1 * ${channels}`;
  const kernel = wide ? 'nn_norm_s16' : long ? 'nn_norm_s8_wide' : 'nn_norm_s8';
  const call = `${kernel}(&norm, ${x.name} + ${start}, ${factor}${parameters}, ${offset}${parameters}, ${y.name} + ${start});`;
  const loops =
    groups === 1
      ? inLoops([batch], [call.replaceAll(` + i1 * ${channels * channelStep}`, '')])
      : inLoops([batch, groups], [call]);
  const named = Object.entries(fields).map(([name, value]) => `.${name} = ${value}`);
  lower.call({
    template: 'lines',
    params: linesParams([
      `static const ${long ? 'nn_wide_norm' : 'nn_norm'} norm = {`,
      `    ${named.slice(0, 6).join(', ')},`,
      `    ${named.slice(6).join(', ')},`,
      '};',
      ...loops,
    ]),
    summary: `${node.op} of ${counted(batch * groups, 'row')} of ${length}`,
    overlap: layout === 'row-major' ? [{ read: x, distance: 0 }] : [],
  });
}
