import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Node, Shape } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import { counted } from '../../support/counted.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { lowerNormalizationS8, normalizationRule } from './int8.ts';
import { normalizationOracle } from './int8-oracle.ts';
import { layerNormRules, rmsNormRules, skipLayerNormRules } from './rules.ts';
import { spread } from './spread.ts';

/** y = (x - mean) / sqrt(variance + epsilon) * scale + bias over all dimensions from the axis on. */
export const layerNormalization: OpDef = {
  op: 'LayerNormalization',
  summary: 'Zero mean and unit variance over the last dimensions, then scale and bias.',
  check: layerNormRules,
  quantize: normalizationRule,
  oracle: normalizationOracle,
  lower(node, lower) {
    if (isQuantized(lower.type, node)) return lowerNormalizationS8(node, lower);
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const { rows, n, shape } = rowsFrom(node, lower);
    const x = lower.read(0, 'row-major');
    const scale = rowTable(node, lower, 1, shape);
    const bias = rowTable(node, lower, 2, shape);
    const y = lower.write(0, 'row-major');
    const [mean, deviation] = [1, 2].map((i) =>
      node.outputs[i] == null ? 'NULL' : `${lower.write(i, 'row-major').name} + i0`,
    );
    const epsilon = floatLiteral(floatAttribute(node, 'epsilon', 1e-5));
    const row = `i0 * ${n}`;
    const call = `nn_layernorm_f32(${x.name} + ${row}, ${n}, ${scale}, ${bias}, ${epsilon}, ${y.name} + ${row}, ${mean}, ${deviation});`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops([rows], [call])),
      summary: `LayerNormalization of ${counted(rows, 'row')} of ${n}`,
      overlap: mean === 'NULL' && deviation === 'NULL' ? [{ read: x, distance: 0 }] : [],
    });
  },
};

/** y = x / sqrt(mean(x^2) + epsilon) * scale over all dimensions from the axis on. */
export const rmsNormalization: OpDef = {
  op: 'RMSNormalization',
  summary: 'Unit root mean square over the last dimensions, then scale.',
  check: rmsNormRules,
  quantize: normalizationRule,
  oracle: normalizationOracle,
  lower(node, lower) {
    if (isQuantized(lower.type, node)) return lowerNormalizationS8(node, lower);
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const { rows, n, shape } = rowsFrom(node, lower);
    const x = lower.read(0, 'row-major');
    const scale = rowTable(node, lower, 1, shape);
    const y = lower.write(0, 'row-major');
    const epsilon = floatLiteral(floatAttribute(node, 'epsilon', 1e-5));
    const call = `nn_rmsnorm_f32(${x.name} + i0 * ${n}, ${n}, ${scale}, ${epsilon}, ${y.name} + i0 * ${n});`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops([rows], [call])),
      summary: `RMSNormalization of ${counted(rows, 'row')} of ${n}`,
      overlap: [{ read: x, distance: 0 }],
    });
  },
};

/** LayerNormalization of input + skip + bias; the sum is made in the output and normalized in place. */
export const skipLayerNormalization: OpDef = {
  op: 'SkipLayerNormalization',
  domain: 'com.microsoft',
  summary: 'Sum of two tensors and a bias, then LayerNormalization.',
  check: skipLayerNormRules,
  inSteps: true,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const { shape } = lower.type(node.inputs[0]);
    const [n, last] = [shape.at(-1)!, shape.slice(-1)];
    const x = lower.read(0, 'row-major');
    const skip = lower.read(1, 'row-major');
    const gamma = rowTable(node, lower, 2, last);
    const beta = rowTable(node, lower, 3, last);
    const bias = node.inputs[4] == null ? null : rowTable(node, lower, 4, last);
    if (node.outputs[1] != null || node.outputs[2] != null)
      return lower.refuse('only its outputs 0 and 3 are supported');
    const y = lower.write(0, 'row-major');
    const sum = node.outputs[3] == null ? '' : `${lower.write(3, 'row-major').name}[i0 * ${n} + i1] = `;
    const rows = elementCount(shape) / n;
    const repeated = elementCount(skip.shape) / n;
    const skipRow = repeated === rows ? 'i0' : `(i0 % ${repeated})`;
    const element = `${x.name}[i0 * ${n} + i1] + ${skip.name}[${skipRow} * ${n} + i1]${bias ? ` + ${bias}[i1]` : ''}`;
    const epsilon = floatLiteral(floatAttribute(node, 'epsilon', 1e-12));
    const row = `${y.name} + i0 * ${n}`;
    lower.call({
      template: 'lines',
      params: linesParams(
        inLoops(
          [rows],
          [
            ...inLoops([n], [`${sum}${y.name}[i0 * ${n} + i1] = ${element};`], 'i', 1),
            `nn_layernorm_f32(${row}, ${n}, ${gamma}, ${beta}, ${epsilon}, ${row}, NULL, NULL);`,
          ],
        ),
      ),
      summary: `SkipLayerNormalization of ${counted(rows, 'row')} of ${n}`,
    });
  },
};

function rowsFrom(node: Node, lower: LowerBuilder): { rows: number; n: number; shape: Shape } {
  const whole = lower.type(node.inputs[0]).shape;
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), whole.length);
  const shape = whole.slice(axis);
  return { rows: elementCount(whole.slice(0, axis)), n: elementCount(shape), shape };
}

/** Scale or bias spread to one value per element of a row; 'NULL' when left out. */
function rowTable(node: Node, lower: LowerBuilder, index: number, shape: Shape): string {
  const value = node.inputs[index];
  if (value == null) return 'NULL';
  const own = lower.type(value).shape;
  if (elementCount(own) === elementCount(shape) && !lower.constant(value)) return lower.read(index, 'row-major').name;
  const constant = lower.constant(value) ?? lower.refuse('a scale or bias that is repeated must be constant');
  return lower.table(
    index === 1 ? 'scale' : 'bias',
    'f32',
    spread(constant, shape),
    'weights',
    `input ${index} of ${node.name}`,
  );
}
