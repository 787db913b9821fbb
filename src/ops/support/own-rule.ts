import type { QuantizeRule } from '../op-def.ts';

/** Tensors of codes with scales of their own, whose integer form rounds as our own models do. */
export const ownRule: QuantizeRule = {
  inputs: 'all-activations',
  output: 'calibrated',
  wide: true,
  refuse: ({ rounding }) => (rounding ? 'files of other tools are rounded in float here' : null),
};
