import { intAttribute, intsAttribute } from '../../ir/attributes.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { type WindowShape, windowShape } from '../../ir/window.ts';
import { isQuantized } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { lowerAveragePoolNd, lowerMaxPoolNd } from '../spatial/pool-nd.ts';
import { globalPoolRules } from '../spatial/rules.ts';
import { inputs } from '../support/rules.ts';
import { poolRules } from '../support/window-rules.ts';
import { lowerPoolF32 } from './float.ts';
import { lowerAveragePoolS8, lowerMaxPoolS8 } from './int8.ts';
import { lowerAveragePoolNdS8, lowerMaxPoolNdS8 } from './int8-nd.ts';
import { maxPoolOracle } from './max-oracle.ts';
import { averagePoolNdOracle, averagePoolOracle } from './oracle.ts';
import { lowerPoolRow, rowsInAll } from './pool-row.ts';

export const maxPool: OpDef = {
  op: 'MaxPool',
  summary: 'Maximum over a window of any rank; dilation, ceil_mode, auto_pad.',
  check: [inputs(1), ...poolRules],
  spatial: true,
  quantize: { inputs: ['activation'], output: 'as-input', wide: true, refuse: onlyOneOutput },
  oracle: maxPoolOracle,
  lower(node, lower) {
    lowerMax(node, lower);
  },
};

export const averagePool: OpDef = {
  op: 'AveragePool',
  summary: 'Mean over a window of any rank; ceil_mode, count_include_pad, dilation.',
  check: [inputs(1), ...poolRules],
  spatial: true,
  quantize: { inputs: ['activation'], output: 'calibrated', wide: true },
  oracle(node, oracle) {
    const shape = poolWindow(node, oracle);
    if (shape) averagePoolOracle(node, oracle, shape, includePad(node));
    else averagePoolNdOracle(node, oracle, includePad(node));
  },
  lower: lowerAverage,
};

export const globalAveragePool: OpDef = {
  op: 'GlobalAveragePool',
  summary: 'Mean over all positions of each channel.',
  check: globalPoolRules,
  spatial: true,
  quantize: { inputs: ['activation'], output: 'calibrated', wide: true },
  oracle: (node, oracle) => averagePoolOracle(node, oracle, must(poolWindow(node, oracle), 'a window'), 0),
  lower: lowerAverage,
};

export const globalMaxPool: OpDef = {
  op: 'GlobalMaxPool',
  summary: 'Maximum over all positions of each channel.',
  check: globalPoolRules,
  spatial: true,
  quantize: { inputs: ['activation'], output: 'as-input', wide: true },
  oracle: maxPoolOracle,
  lower: lowerMax,
};

function lowerMax(node: Node, lower: LowerBuilder): void {
  if (rowsInAll(node) > 0) return lowerPoolRow(node, lower, 'max');
  const shape = poolWindow(node, lower);
  const plain = shape !== null && node.outputs[1] == null;
  if (isQuantized(lower.type, node)) {
    if (plain) lowerMaxPoolS8(node, lower, shape);
    else if (node.outputs[1] == null) lowerMaxPoolNdS8(node, lower);
    else lower.refuse('the Indices output of integers is not supported');
  } else if (!plain || lower.type(node.inputs[0]).dtype !== 'f32') lowerMaxPoolNd(node, lower);
  else lowerPoolF32(node, lower, shape, 'max', 0);
}

function lowerAverage(node: Node, lower: LowerBuilder): void {
  if (rowsInAll(node) > 0) return lowerPoolRow(node, lower, 'mean');
  const shape = poolWindow(node, lower);
  if (isQuantized(lower.type, node)) {
    if (shape) lowerAveragePoolS8(node, lower, shape, includePad(node));
    else lowerAveragePoolNdS8(node, lower, includePad(node));
  } else if (!shape || lower.type(node.inputs[0]).dtype !== 'f32') lowerAveragePoolNd(node, lower);
  else lowerPoolF32(node, lower, shape, 'average', includePad(node));
}

function includePad(node: Node): number {
  return intAttribute(node, 'count_include_pad', 0);
}

function onlyOneOutput(node: Node, _graph: Graph): string | null {
  return node.outputs[1] == null ? null : 'the Indices output stays in float';
}

function poolWindow(node: Node, { type }: Pick<LowerBuilder, 'type'>): WindowShape | null {
  const x = type(node.inputs[0]).shape;
  if (node.op.startsWith('Global')) return globalWindow(x);
  return windowShape(node, x, type(node.outputs[0]).shape, intsAttribute(node, 'kernel_shape', []));
}

/** Global pooling is a window as large as the input; any spatial rank is read as 1 x (all positions). */
function globalWindow(x: readonly number[]): WindowShape {
  const positions = x.slice(2).reduce((a, b) => a * b, 1);
  const [batch, channels] = x as [number, number];
  return {
    batch,
    in_h: 1,
    in_w: positions,
    in_c: channels,
    out_h: 1,
    out_w: 1,
    out_c: channels,
    kernel_h: 1,
    kernel_w: positions,
    stride_h: 1,
    stride_w: 1,
    dilation_h: 1,
    dilation_w: 1,
    pad_top: 0,
    pad_left: 0,
    groups: 1,
  };
}
