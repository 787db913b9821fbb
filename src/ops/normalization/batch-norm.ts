import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { ofLength } from '../../ir/of-length.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { LowerBuilder, OpDef, Operand, UpgradeBuilder } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { checkDtype } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver, position } from '../support/loops.ts';
import { elementsText, followInput } from '../support/moves.ts';
import { batchNormRules } from './rules.ts';

/**
 * y = (x - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + bias[c]. With constant parameters one multiplication
 * and one addition per element; a pass folds most of these into the layer before.
 */
export const batchNormalization: OpDef = {
  op: 'BatchNormalization',
  summary: 'Scale and bias per channel from stored statistics (inference).',
  check: batchNormRules,
  inSteps: true,
  spatial: true,
  upgrade: perElement,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const training =
      intAttribute(node, 'training_mode', 0) === 1 || node.outputs.slice(1).some((output) => output !== null);
    if (training) return lower.refuse('training mode is not supported');
    const x = lower.read(0, 'any');
    const parameters = [1, 2, 3, 4].map((i) => lower.constant(node.inputs[i]));
    const expression = parameters.every((tensor) => tensor !== null)
      ? foldedExpression(node, lower, parameters)
      : computedExpression(node, lower);
    const y = lower.write(0, followInput(node, lower));
    const rank = x.shape.length;
    const channel = rank > 1 ? position(rank, 1) : { strides: [0] };
    const { sizes, at } = loopsOver(y.shape, 'y', { x, y, c: channel });
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, [`${y.name}[${at.y}] = ${expression(`${x.name}[${at.x}]`, at.c)};`])),
      summary: `BatchNormalization, ${elementsText(node, lower)}`,
      overlap: x.constant ? [] : [{ read: x, distance: 0 }],
    });
  },
};

/**
 * spatial = 0, until opset 8, has statistics for each element of a sample: y = x f + (bias - mean f), f = scale / sqrt(variance +
 * epsilon), parameters [C, D1, D2, ...].
 */
function perElement(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  if (opset >= 9) return node;
  const { spatial = 1, epsilon = 1e-5, ...attributes } = node.attributes;
  if (spatial !== 0) return { ...node, attributes: { ...attributes, epsilon } };
  const [x, scale, bias, mean, variance] = node.inputs.map((input) => must(input, 'input'));
  const type = upgrade.type(scale);
  const small = upgrade.constant('f32', [], Float32Array.of(Number(epsilon)));
  const deviation = upgrade.node('Sqrt', [upgrade.node('Add', [variance, small], {}, type)], {}, type);
  const factor = upgrade.node('Div', [scale, deviation], {}, type);
  const shift = upgrade.node('Sub', [bias, upgrade.node('Mul', [mean, factor], {}, type)], {}, type);
  const scaled = upgrade.node('Mul', [x, factor], {}, upgrade.type(x));
  return { ...node, op: 'Add', inputs: [scaled, shift], attributes: {} };
}

type Expression = (element: string, channel: string) => string;

function foldedExpression(node: Node, lower: LowerBuilder, parameters: readonly Tensor[]): Expression {
  const { shape } = lower.type(node.inputs[0]);
  const channels = shape.length > 1 ? shape[1] : 1;
  const [scale, bias, mean, variance] = parameters.map(({ data }) =>
    Array.from(ofLength(channels, data as Float32Array, node.name), Number),
  );
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const factor = scale!.map((s, c) => s / Math.sqrt(variance![c] + epsilon));
  const a = lower.table('factor', 'f32', Float32Array.from(factor), 'parameters', `scale / deviation of ${node.name}`);
  const shift = Float32Array.from(factor, (f, c) => bias![c] - mean![c] * f);
  const b = lower.table('shift', 'f32', shift, 'parameters', `bias - mean * factor of ${node.name}`);
  return (element, c) => `${element} * ${a}[${c}] + ${b}[${c}]`;
}

function computedExpression(node: Node, lower: LowerBuilder): Expression {
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i): Operand => lower.read(i, 'row-major'));
  const epsilon = floatLiteral(floatAttribute(node, 'epsilon', 1e-5));
  return (element, c) =>
    `(${element} - ${mean!.name}[${c}]) / sqrtf(${variance!.name}[${c}] + ${epsilon}) * ${scale!.name}[${c}] + ${bias!.name}[${c}]`;
}
