import { floatAttribute } from '../ir/attributes.ts';
import { constantOf } from '../ir/graph.ts';
import type { OpDef, QuantizeRule } from './op-def.ts';
import { cType } from './support/c-text.ts';
import { elementwise } from './support/elementwise-rules.ts';
import { checkMoves } from './support/moves.ts';
import { ONNX_I32 } from './support/oracle.ts';
import { lowerPointwise } from './support/pointwise.ts';
import { inputs, length } from './support/rules.ts';
import { isInteger, isReal } from './support/scalar.ts';
import { scalar } from './support/upgrade.ts';

/** Codes are chosen as they are. A constant may lie far outside of what it stands in for, as that of a mask does. */
const CHOOSES: QuantizeRule = {
  inputs: ['parameter', 'activation', 'activation'],
  output: 'shared',
  wide: true,
  refuse: ({ inputs }, graph) =>
    inputs.slice(1).some((input) => constantOf(graph, input))
      ? 'it chooses between computed values and constants'
      : null,
};

export const where: OpDef = {
  op: 'Where',
  elementwise: true,
  summary: 'Elements of the second or the third input, chosen by the first; broadcast.',
  check: elementwise(3),
  quantize: CHOOSES,
  oracle(node, oracle) {
    const [condition, ...codes] = node.inputs;
    const wide = codes.map((value) => oracle.node('Cast', [value], { to: ONNX_I32 }));
    const chosen = oracle.node('Where', [condition!, ...wide]);
    oracle.output(0, oracle.node('Cast', [chosen], { to: oracle.carrier }));
  },
  lower(node, lower) {
    checkMoves(node, lower, [1, 2]);
    const onCodes = lower.type(node.outputs[0]).quant !== null;
    lowerPointwise(node, lower, { title: 'Where', expression: '(a != 0) ? b : c', onCodes });
  },
};

export const clip: OpDef = {
  op: 'Clip',
  elementwise: true,
  summary: 'Clamp to [min, max], either of which may be left out; NaN stays.',
  check: [inputs(1, 3), length(1, 'min', () => 1), length(2, 'max', () => 1)],
  upgrade(node, opset, upgrade) {
    if (opset >= 11) return node;
    const { min, max, ...attributes } = node.attributes;
    const dtype = upgrade.type(node.inputs[0]!)?.dtype ?? 'f32';
    const bound = (name: string, value: unknown) =>
      value === undefined ? null : scalar(upgrade, dtype, floatAttribute(node, name, 0));
    return { ...node, inputs: [node.inputs[0], bound('min', min), bound('max', max)], attributes };
  },
  lower(node, lower) {
    const { dtype } = lower.type(node.inputs[0]);
    if (!isReal(dtype) && !isInteger(dtype)) return lower.refuse(`${dtype} is not supported`);
    const low = { ctype: cType(dtype), name: 'low', value: node.inputs[1] ? '(a < b) ? b : a' : 'a' };
    const expression = node.inputs[2] ? '(low > c) ? c : low' : 'low';
    lowerPointwise(node, lower, { title: 'Clip', steps: [low], expression });
  },
};
