import type { OpDef } from './op-def.ts';

/** Operators whose results follow from static shapes and constants: they have no C and must fold away before it. */
const foldable = (op: string, summary: string): OpDef => ({ op, summary });

export const foldableOps: readonly OpDef[] = [
  foldable('Shape', 'The dimensions of a tensor; known at compile time.'),
  foldable('Size', 'The element count of a tensor; known at compile time.'),
  foldable('Constant', 'A constant.'),
  foldable('ConstantOfShape', 'A constant tensor; its shape must be constant.'),
  foldable('If', 'One of two branches; both and a choice where the condition is computed (docs/control-flow.md).'),
  foldable('Loop', 'A body over and over; a computed number of turns needs a capacity (docs/control-flow.md).'),
  foldable('Scan', 'A body for each part of a tensor (docs/control-flow.md).'),
  foldable('Range', 'Numbers in steps; computed bounds need a capacity (docs/sizes.md).'),
  foldable('HannWindow', 'Hann window; its size must be constant.'),
  foldable('HammingWindow', 'Hamming window; its size must be constant.'),
  foldable('BlackmanWindow', 'Blackman window; its size must be constant.'),
  foldable('MelWeightMatrix', 'Mel filter bank; its parameters must be constant.'),
];
