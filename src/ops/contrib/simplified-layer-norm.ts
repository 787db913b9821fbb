import type { Node } from '../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';

/** RMSNormalization under the name it had before ONNX took it in, in the domain of ONNX itself. */
export const simplifiedLayerNormalization: OpDef = {
  op: 'SimplifiedLayerNormalization',
  summary: "onnxruntime's own spelling of RMSNormalization.",
  upgrade(node, _opset, upgrade) {
    refuseStatistics(node, [1], upgrade);
    return { ...node, op: 'RMSNormalization', outputs: [node.outputs[0]] };
  },
};

/** RMSNormalization of x + skip + bias over the last dimension; output 3 is the sum. */
export const skipSimplifiedLayerNormalization: OpDef = {
  op: 'SkipSimplifiedLayerNormalization',
  domain: 'com.microsoft',
  summary: 'Sum of two tensors and a bias, then RMSNormalization.',
  upgrade(node, _opset, upgrade) {
    refuseStatistics(node, [1, 2], upgrade);
    const [x, skip, gamma, bias = null] = node.inputs as readonly [string, string, string, (string | null)?];
    const type = upgrade.type(x);
    const sum = bias === null ? null : upgrade.node('Add', [x, skip], {}, type);
    const whole = upgrade.node('Add', sum === null ? [x, skip] : [sum, bias], {}, type, node.outputs[3] ?? null);
    const attributes = { axis: -1, epsilon: node.attributes.epsilon ?? 1e-12 };
    const [output] = node.outputs;
    return { ...node, op: 'RMSNormalization', domain: '', inputs: [whole, gamma], outputs: [output!], attributes };
  },
};

/** Means and deviations are for training. */
function refuseStatistics(node: Node, outputs: readonly number[], upgrade: UpgradeBuilder): void {
  if (outputs.some((output) => node.outputs[output] != null)) {
    upgrade.refuse(`its output ${outputs.find((output) => node.outputs[output] != null)} is not supported`);
  }
}
