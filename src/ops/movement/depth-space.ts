import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { factorStrides, transposeStorage } from '../../ir/storage.ts';
import type { Shape } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { copyLines, linesParams, plainWalk } from '../support/loops.ts';
import { depthToSpaceRules, spaceToDepthRules } from './rules.ts';

/** [N, C, H, W] -> [N, C / b^2, H b, W b]: reshape, transpose, reshape - a view; who reads it copies if need be. */
export const depthToSpace: OpDef = {
  op: 'DepthToSpace',
  summary: 'Moves blocks of channels into space; a view.',
  check: depthToSpaceRules,
  lower(node, lower) {
    const [n, c, h, w] = lower.type(node.inputs[0]).shape as [number, number, number, number];
    const b = intAttribute(node, 'blocksize', 1);
    const crd = stringAttribute(node, 'mode', 'DCR') === 'CRD';
    const inner = c / (b * b);
    if (crd) lowerView(lower, node.inputs[0]!, [n, inner, b, b, h, w], [0, 1, 4, 2, 5, 3]);
    else lowerView(lower, node.inputs[0]!, [n, b, b, inner, h, w], [0, 3, 4, 1, 5, 2]);
  },
};

/** [N, C, H, W] -> [N, C b^2, H / b, W / b] */
export const spaceToDepth: OpDef = {
  op: 'SpaceToDepth',
  summary: 'Moves blocks of space into channels; a view.',
  check: spaceToDepthRules,
  lower(node, lower) {
    const [n, c, h, w] = lower.type(node.inputs[0]).shape as [number, number, number, number];
    const b = intAttribute(node, 'blocksize', 1);
    lowerView(lower, node.inputs[0]!, [n, c, h / b, b, w / b, b], [0, 3, 5, 1, 2, 4]);
  },
};

function lowerView(lower: LowerBuilder, input: string, split: Shape, perm: readonly number[]): void {
  const storage = transposeStorage(lower.storageOf(input), split, perm);
  if (storage) return lower.alias(0, 0, storage);
  const x = lower.read(0, 'row-major');
  const moved = must(transposeStorage(x.storage, split, perm), 'split of a row-major tensor');
  const y = lower.write(0, 'row-major');
  const from = { name: x.name, walk: { strides: factorStrides(moved) } };
  lower.call({
    template: 'lines',
    params: linesParams(copyLines(moved.factors, from, { name: y.name, walk: plainWalk(moved.factors) })),
    summary: 'blocks between depth and space, copied',
  });
}
