import { intAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import type { OpDef } from '../op-def.ts';
import { followStorage } from '../support/follow-storage.ts';
import { axisOf } from '../support/inputs.ts';
import { copyLines, linesParams } from '../support/loops.ts';
import { checkMoves } from '../support/moves.ts';
import { upgradeToInput } from '../support/upgrade.ts';
import { splitRules } from './rules.ts';

const splitToInput = upgradeToInput('split', 13);

/** The types of the outputs already say where the cuts are: the `split` input is not read. */
export const split: OpDef = {
  op: 'Split',
  summary: 'Cuts a tensor along one axis into several.',
  check: splitRules,
  upgrade: (node, opset, upgrade) => splitToInput(withCount(node, opset), opset, upgrade),
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any', { packed: true });
    const axis = axisOf(node, x.shape.length, 0);
    let start = 0;
    const lines = node.outputs.flatMap((output, i) => {
      if (output === null) return [];
      const { shape } = lower.type(output);
      const y = lower.write(i, followStorage(x.storage, x.shape, shape), { packed: true });
      const walk = { strides: x.strides, start: start * x.strides[axis] };
      start += shape[axis];
      return copyLines(shape, { ...x, walk }, { ...y, walk: y });
    });
    lower.call({
      template: 'lines',
      params: linesParams(lines),
      summary: `Split into ${node.outputs.length} along axis ${axis}`,
    });
  },
};

/** Before opset 18 a Split without sizes counted its outputs; now num_outputs says so. */
function withCount(node: Node, opset: number): Node {
  const sized = node.attributes.split !== undefined || node.inputs[1] != null;
  if (opset >= 18 || sized || intAttribute(node, 'num_outputs', 0) > 0) return node;
  return { ...node, attributes: { ...node.attributes, num_outputs: node.outputs.length } };
}
