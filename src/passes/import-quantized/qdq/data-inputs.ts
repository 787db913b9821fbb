import type { Node } from '../../../ir/types.ts';
import { findOp } from '../../../ops/index.ts';
import { own } from '../../../support/own.ts';

/** Operators that only move or choose elements, besides those whose quantize rule says 'as-input': which inputs they move. */
const MOVES: Readonly<Record<string, readonly number[] | 'all'>> = {
  Concat: 'all',
  DepthToSpace: [0],
  Expand: [0],
  Gather: [0],
  GatherElements: [0],
  GatherND: [0],
  Max: 'all',
  Min: 'all',
  Pad: [0],
  Slice: [0],
  SpaceToDepth: [0],
  Split: [0],
  Tile: [0],
  Where: [1, 2],
};

/** Maxima choose elements: they clamp as they store, and a clamp behind them is a clamp of codes. */
const CLAMPING = ['MaxPool', 'GlobalMaxPool'];

/** The inputs whose elements the node moves to its outputs, the values unchanged; null when it computes. */
export function dataInputs(node: Node): readonly number[] | null {
  if (node.domain !== '' || (node.clip && !CLAMPING.includes(node.op))) return null;
  if (['MaxPool', 'Dropout'].includes(node.op) && node.outputs[1] != null) return null;
  const rule = findOp('', node.op)?.quantize;
  if (rule?.output === 'as-input') return rule.computes?.(node) ? null : [0];
  const inputs = own(MOVES, node.op);
  return inputs === 'all' ? node.inputs.map((_, i) => i) : (inputs ?? null);
}
