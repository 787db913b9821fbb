import { intsAttribute } from '../ir/attributes.ts';
import { broadcastNest } from '../ir/loop-nest.ts';
import { elementCount } from '../ir/shape.ts';
import { transposeStorage } from '../ir/storage.ts';
import { createData } from '../ir/tensor.ts';
import type { Node } from '../ir/types.ts';
import type { LowerBuilder, OpDef, UpgradeBuilder } from './op-def.ts';
import { pointwiseParams } from './support/pointwise.ts';
import { upgradeToInput } from './support/upgrade.ts';
import {
  dropoutRules,
  flattenRules,
  identityRules,
  reshapeRules,
  squeezeRules,
  transposeRules,
  unsqueezeRules,
} from './support/view-rules.ts';

/** A reshape keeps the row-major index of every element: another shape over the same memory. */
function lowerReshape(node: Node, lower: LowerBuilder): void {
  lower.alias(0, 0, lower.storageOf(node.inputs[0]!));
}

const view = (op: string, summary: string, more: Partial<OpDef> = {}): OpDef => ({
  op,
  summary,
  quantize: { inputs: ['activation', 'parameter', 'parameter'], output: 'as-input', wide: true },
  lower: lowerReshape,
  ...more,
});

export const reshape = view('Reshape', 'Another shape; a free view.', { check: reshapeRules });
export const flatten = view('Flatten', 'Two dimensions; a free view.', { check: flattenRules });
export const squeeze = view('Squeeze', 'Drops dimensions of 1; a free view.', {
  check: squeezeRules,
  upgrade: upgradeToInput('axes', 13),
});
export const unsqueeze = view('Unsqueeze', 'Adds dimensions of 1; a free view.', {
  check: unsqueezeRules,
  upgrade: upgradeToInput('axes', 13),
});
export const identity = view('Identity', 'The input itself.', { check: identityRules });

/** Before opset 12 the ratio was an attribute, and onnxruntime's mask is all zeros. */
function oldDropout(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  if (opset >= 12) return node;
  const { ratio: _, ...attributes } = node.attributes;
  const [y, mask] = node.outputs;
  const type = mask ? upgrade.type(mask) : null;
  if (!mask || !type) return { ...node, attributes };
  upgrade.settle(mask, { ...type, data: createData(type.dtype, elementCount(type.shape)) });
  return { ...node, attributes, outputs: [y] };
}

export const dropout = view('Dropout', 'The input itself (inference); the mask is all true.', {
  check: dropoutRules,
  upgrade: oldDropout,
  lower(node, lower) {
    const given = (input: number) => (node.inputs[input] ? lower.constant(node.inputs[input])?.data[0] : undefined);
    if (node.inputs[2] && given(2) !== 0 && given(1) !== 0)
      return lower.refuse('training_mode is not false and its ratio not 0: it draws random numbers');
    lowerReshape(node, lower);
    if (!node.outputs[1]) return;
    const mask = lower.write(1, 'row-major');
    const nest = { sizes: [elementCount(mask.shape)], strides: [[1]] };
    lower.call({ template: 'pointwise', params: pointwiseParams(nest, [], mask, '1'), summary: 'mask of ones' });
  },
});

export const transpose: OpDef = {
  op: 'Transpose',
  summary: 'Permutes dimensions; a free view, consumers read through strides or ask for a copy.',
  check: transposeRules,
  quantize: { inputs: ['activation'], output: 'as-input', wide: true },
  lower(node, lower) {
    const { shape } = lower.type(node.inputs[0]);
    const perm = intsAttribute(
      node,
      'perm',
      shape.map((_, i) => shape.length - 1 - i),
    );
    const storage = transposeStorage(lower.storageOf(node.inputs[0]!), shape, perm);
    if (storage) return lower.alias(0, 0, storage);
    copyTransposed(lower, perm);
  },
};

/** For the rare layouts in which the transposed tensor is no plain view. */
function copyTransposed(lower: LowerBuilder, perm: readonly number[]): void {
  const x = lower.read(0, 'row-major');
  const seen = {
    ...x,
    shape: perm.map((i) => x.shape[i]),
    strides: perm.map((i) => x.strides[i]),
    storage: transposeStorage(x.storage, x.shape, perm)!,
  };
  const y = lower.write(0, 'row-major');
  lower.call({
    template: 'pointwise',
    params: pointwiseParams(broadcastNest([seen], y)!, [x], y, 'a'),
    summary: 'Transpose, copied',
  });
}
