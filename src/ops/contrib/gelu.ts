import type { Node, ValueName } from '../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 of the sum of x and a bias. */
export const fastGelu: OpDef = {
  op: 'FastGelu',
  domain: 'com.microsoft',
  summary: 'Gelu by tanh, of a sum with a bias.',
  upgrade: (node, _opset, upgrade) => gelu(node, 'tanh', withBias(node, upgrade)),
};

/** x (1 + erf(x / sqrt(2))) / 2 of the sum of x and a bias. */
export const biasGelu: OpDef = {
  op: 'BiasGelu',
  domain: 'com.microsoft',
  summary: 'Gelu of a sum with a bias.',
  upgrade: (node, _opset, upgrade) => gelu(node, 'none', withBias(node, upgrade)),
};

/** x sigmoid(alpha x), alpha 1.702 unless given. */
export const quickGelu: OpDef = {
  op: 'QuickGelu',
  domain: 'com.microsoft',
  summary: 'Swish under another name, with another alpha.',
  upgrade: (node) => ({
    ...node,
    op: 'Swish',
    domain: '',
    attributes: { alpha: node.attributes.alpha ?? Math.fround(1.702) },
  }),
};

function gelu(node: Node, approximate: string, x: ValueName | null): Node {
  return { ...node, op: 'Gelu', domain: '', inputs: [x], attributes: { approximate } };
}

/** The bias has the length of the last dimension: the sum has the shape of x. */
function withBias({ inputs: [x, bias] }: Node, upgrade: UpgradeBuilder): ValueName | null {
  return bias == null ? x! : upgrade.node('Add', [x!, bias], {}, upgrade.type(x!));
}
