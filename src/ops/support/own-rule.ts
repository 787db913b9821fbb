import type { QuantizeRule } from '../op-def.ts';

/** Tensors of codes with scales of their own. */
export const ownRule: QuantizeRule = { inputs: 'all-activations', output: 'calibrated', wide: true };
