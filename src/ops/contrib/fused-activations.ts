import type { Attribute, Node } from '../../ir/types.ts';
import { own } from '../../support/own.ts';
import type { NodeFacts, OpDef, UpgradeBuilder } from '../op-def.ts';
import { scalar } from '../support/upgrade.ts';

/** act(Conv(x, w, b) + z) */
export const fusedConv: OpDef = {
  op: 'FusedConv',
  domain: 'com.microsoft',
  summary: 'Conv, a sum with another tensor, an activation.',
  upgrade(node, _opset, upgrade) {
    const { activation, activation_params, ...attributes } = node.attributes;
    const [x, w, b = null, z = null] = node.inputs;
    const conv = { op: 'Conv', inputs: b === null ? [x!, w!] : [x!, w!, b], attributes };
    const params = (Array.isArray(activation_params) ? activation_params : []) as readonly number[];
    if (z === null) return activated(node, conv, activation, params, upgrade);
    const type = upgrade.type(node.outputs[0]!);
    const sum = { op: 'Add', inputs: [upgrade.node('Conv', conv.inputs, attributes, type), z], attributes: {} };
    return activated(node, sum, activation, params, upgrade);
  },
};

/** act(alpha A B + beta C) */
export const fusedGemm: OpDef = {
  op: 'FusedGemm',
  domain: 'com.microsoft',
  summary: 'Gemm and an activation.',
  lacks: [{ missing: otherActivation, next: 'give the model from before onnxruntime optimized it' }],
  upgrade(node, _opset, upgrade) {
    const { activation, activation_alpha, activation_beta, activation_gamma, ...attributes } = node.attributes;
    const [a, b, c = null] = node.inputs;
    const params = [activation_alpha, activation_beta, activation_gamma].filter((value) => typeof value === 'number');
    return activated(node, { op: 'Gemm', inputs: [a!, b!, c], attributes }, activation, params, upgrade);
  },
};

/** Names of an activation's parameters, in the order of activation_params. Clip has inputs in their place. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Relu: [],
  Sigmoid: [],
  Tanh: [],
  LeakyRelu: ['alpha'],
  HardSigmoid: ['alpha', 'beta'],
  HardSwish: [],
  Elu: ['alpha'],
  Softplus: [],
  Softsign: [],
  ThresholdedRelu: ['alpha'],
};

/** As onnxruntime's kernel has them: each with all of its parameters. */
function otherActivation({ node: { attributes } }: NodeFacts): string | null {
  const { activation } = attributes;
  if (!activation) return 'it names no activation';
  const parameters = own(PARAMETERS, String(activation));
  if (!parameters)
    return `its activation is '${String(activation)}'; onnxruntime has ${Object.keys(PARAMETERS).join(', ')}`;
  const absent = parameters.find((name) => attributes[`activation_${name}`] === undefined);
  return absent ? `its activation ${String(activation)} comes without activation_${absent}` : null;
}

/** The layer under a name of its own, then the activation, which makes the node's output. */
function activated(
  node: Node,
  layer: Pick<Node, 'op' | 'inputs' | 'attributes'>,
  activation: Attribute | undefined,
  params: readonly number[],
  upgrade: UpgradeBuilder,
): Node {
  if (activation === undefined || activation === '') return { ...node, ...layer, domain: '' };
  const type = upgrade.type(node.outputs[0]!);
  const inner = upgrade.node(layer.op, layer.inputs, layer.attributes, type);
  if (activation === 'Clip') {
    const bounds = params.slice(0, 2).map((bound) => scalar(upgrade, type?.dtype ?? 'f32', bound));
    return { ...node, op: 'Clip', domain: '', inputs: [inner, ...bounds], attributes: {} };
  }
  const names = own(PARAMETERS, String(activation));
  if (!names) return upgrade.refuse(`its activation '${String(activation)}' is not known`);
  const attributes = Object.fromEntries(names.flatMap((name, i) => (i in params ? [[name, params[i]]] : [])));
  return { ...node, op: String(activation), domain: '', inputs: [inner], attributes };
}
