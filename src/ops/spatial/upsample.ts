import { stringAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';

/** The old name of Resize: nearest or linear, asymmetric. Attribute scales (opset 7) or input scales (opset 9). */
export const upsample: OpDef = {
  op: 'Upsample',
  summary: 'Old form of Resize.',
  upgrade(node, _opset, upgrade) {
    const { scales, mode } = node.attributes;
    const list = Array.isArray(scales) ? Float32Array.from(scales as number[]) : null;
    const input = list ? upgrade.constant('f32', [list.length], list) : node.inputs[1];
    return {
      ...node,
      op: 'Resize',
      inputs: [node.inputs[0], null, input],
      attributes: {
        mode: mode === undefined || mode === 'nearest' ? 'nearest' : 'linear',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      },
    };
  },
};

/**
 * Opset 10: x and scales, asymmetric; nearest takes the ceiling along axes that shrink and the floor along those that
 * grow. Newer forms have one rule for all axes, so a node that does both becomes two: what shrinks comes first.
 */
export function fromOpset10(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  if (opset >= 11) return node;
  const [x, scales] = [node.inputs[0]!, node.inputs[1]!];
  const [type, result] = [upgrade.type(x), node.outputs[0] ? upgrade.type(node.outputs[0]) : null];
  const axesWhere = (wanted: (input: number, output: number) => boolean): number[] =>
    type && result ? type.shape.flatMap((size, d) => (wanted(size, result.shape[d]!) ? [d] : [])) : [];
  const shrinking = axesWhere((input, output) => output < input);
  const growing = axesWhere((input, output) => output > input);
  const asymmetric = { ...node.attributes, coordinate_transformation_mode: 'asymmetric' };
  const isNearest = stringAttribute(node, 'mode', 'nearest') === 'nearest';
  if (!isNearest || !type || !result || shrinking.length === 0 || growing.length === 0) {
    const attributes = { ...asymmetric, nearest_mode: shrinking.length > 0 ? 'ceil' : 'floor' };
    return { ...node, inputs: [x, null, scales], attributes };
  }
  const scalesOf = (axes: readonly number[]) => {
    const indices = upgrade.constant('i64', [axes.length], BigInt64Array.from(axes, BigInt));
    return upgrade.node('Gather', [scales, indices], {}, { dtype: 'f32', shape: [axes.length], quant: null });
  };
  const shape = type.shape.map((size, d) => Math.min(size, result.shape[d]));
  const shrunk = upgrade.node(
    'Resize',
    [x, null, scalesOf(shrinking)],
    { ...asymmetric, nearest_mode: 'ceil', axes: shrinking },
    { ...type, shape },
  );
  const attributes = { ...asymmetric, nearest_mode: 'floor', axes: growing };
  return { ...node, inputs: [shrunk, null, scalesOf(growing)], attributes };
}
