import { floatAttribute } from '../ir/attributes.ts';
import type { OpDef } from './op-def.ts';
import { cType } from './support/c-text.ts';
import { elementwise } from './support/elementwise-rules.ts';
import { lowerPointwise } from './support/pointwise.ts';
import { inputs, length } from './support/rules.ts';
import { isInteger, isReal } from './support/scalar.ts';
import { scalar } from './support/upgrade.ts';

export const where: OpDef = {
  op: 'Where',
  elementwise: true,
  summary: 'Elements of the second or the third input, chosen by the first; broadcast.',
  check: elementwise(3),
  lower: (node, lower) => lowerPointwise(node, lower, { title: 'Where', expression: '(a != 0) ? b : c' }),
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
