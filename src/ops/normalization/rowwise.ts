import { floatAttribute, intAttribute, intsAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { axisOf, checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver } from '../support/loops.ts';
import { elementsText, followInput } from '../support/moves.ts';
import { pointer, rowsAlong } from '../support/rows.ts';
import { lpNormRules, lrnLacks, lrnRules, meanVarianceRules } from './rules.ts';

/** y[c] = x[c] / (bias + alpha / size * sum of x^2 over `size` channels around c)^beta */
export const lrn: OpDef = {
  op: 'LRN',
  summary: 'Local response normalization across channels.',
  check: lrnRules,
  lacks: lrnLacks,
  spatial: true,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const rows = rowsAlong(1, x, y);
    const size = intAttribute(node, 'size', 1);
    const [alpha, beta, bias] = [
      floatAttribute(node, 'alpha', 1e-4) / size,
      floatAttribute(node, 'beta', 0.75),
      floatAttribute(node, 'bias', 1),
    ].map(floatLiteral);
    const call = `nn_lrn_f32(${rows.x}, ${rows.xStep}, ${rows.length}, ${size}, ${alpha}, ${beta}, ${bias}, ${rows.y}, ${rows.yStep});`;
    lower.call({ template: 'lines', params: linesParams(rows.loops([call])), summary: `LRN over ${size} channels` });
  },
};

/** y = x / (sum |x|^p)^(1/p) along an axis, p = 1 or 2; rows of zeros stay zero. */
export const lpNormalization: OpDef = {
  op: 'LpNormalization',
  summary: 'Unit L1 or L2 norm along an axis.',
  check: lpNormRules,
  inSteps: true,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const rows = rowsAlong(axisOf(node, x.shape.length, -1), x, y);
    const p = intAttribute(node, 'p', 2);
    const call = `nn_lp_normalize_f32(${p}, ${rows.x}, ${rows.xStep}, ${rows.length}, ${rows.y}, ${rows.yStep});`;
    lower.call({
      template: 'lines',
      params: linesParams(rows.loops([call])),
      summary: `LpNormalization, p = ${p}, ${elementsText(node, lower)}`,
      overlap: rows.inPlace ? [{ read: x, distance: 0 }] : [],
    });
  },
};

/** y = (x - mean) / (deviation + 1e-9), both over the axes (default: all but channels). */
export const meanVarianceNormalization: OpDef = {
  op: 'MeanVarianceNormalization',
  inSteps: true,
  summary: 'Zero mean and unit variance over axes.',
  check: meanVarianceRules,
  spatial: true,
  upgrade: fromOpset8,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const axes = meanAxes(node, x.shape.length);
    if (axes.length === 0) return lower.refuse('it has no axes');
    const outer = loopsOver(
      x.shape.map((size, d) => (axes.includes(d) ? 1 : size)),
      'x',
      { x, y },
    );
    const inner = loopsOver(
      x.shape.map((size, d) => (axes.includes(d) ? size : 1)),
      'x',
      { x, y },
      { prefix: 'k' },
    );
    const count = axes.reduce((product, d) => product * x.shape[d], 1);
    const [row, result] = [pointer(x.name, outer.at.x), pointer(y.name, outer.at.y)];
    const lines = inLoops(outer.sizes, [
      `const float *const row = ${row};`,
      'float mean = 0.0f;',
      'float rest = 0.0f; /* what the mean, summed in float32, is off by */',
      'float squares = 0.0f;',
      ...inLoops(inner.sizes, [`mean += row[${inner.at.x}];`], 'k'),
      `mean /= ${floatLiteral(count)};`,
      ...inLoops(inner.sizes, [`const float d = row[${inner.at.x}] - mean;`, 'rest += d;', 'squares += d * d;'], 'k'),
      `rest /= ${floatLiteral(count)};`,
      `const float variance = squares / ${floatLiteral(count)} - rest * rest;`,
      'const float factor = 1.0f / (sqrtf(variance > 0.0f ? variance : 0.0f) + 1e-9f);',
      ...inLoops(inner.sizes, [`(${result})[${inner.at.y}] = ((row[${inner.at.x}] - mean) - rest) * factor;`], 'k'),
    ]);
    lower.call({
      template: 'lines',
      params: linesParams(lines),
      summary: `MeanVarianceNormalization, ${elementsText(node, lower)}`,
    });
  },
};

/** As onnxruntime reads them: those that a tensor of this rank does not have count for nothing. */
function meanAxes(node: Node, rank: number): number[] {
  const axes = intsAttribute(node, 'axes', [0, 2, 3]).filter((axis) => axis < rank);
  return [...new Set(axes.map((axis) => normalizeAxis(axis, rank)))];
}

/** Before opset 9: all axes or all but channels, and on request the mean only. */
function fromOpset8(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  if (opset >= 9) return node;
  const axes = intAttribute(node, 'across_channels', 0) === 1 ? [0, 1, 2, 3] : [0, 2, 3];
  if (intAttribute(node, 'normalize_variance', 1) === 1) return { ...node, attributes: { axes } };
  const x = node.inputs[0]!;
  const type = upgrade.type(x);
  const inside = type ? axes.filter((axis) => axis < type.shape.length) : axes;
  const list = upgrade.constant('i64', [inside.length], BigInt64Array.from(inside.map(BigInt)));
  const shape = type?.shape.map((size, d) => (inside.includes(d) ? 1 : size));
  const mean = upgrade.node('ReduceMean', [x, list], { keepdims: 1 }, type && shape ? { ...type, shape } : null);
  return { ...node, op: 'Sub', inputs: [x, mean], attributes: {} };
}
