import { CLASSES, drawShape, SIZE } from '../shapes/draw.ts';
import type { Example } from '../training/example.ts';
import { vitNetwork } from './network.ts';

/** Larger and clearer than those of examples/shapes. */
const CONDITIONS = { radius: [8, 11], contrast: [110, 180], noise: [2, 10] } as const;

export const vit: Example = {
  name: 'vit',
  classes: CLASSES,
  sample: { dtype: 'u8', shape: [SIZE, SIZE], channels: 1 },
  scale: 1 / 256,
  draw: (label, rng) => ({ values: drawShape(label, rng, CONDITIONS), labels: [label] }),
  untrained: vitNetwork,
  opset: 23,
  training: { count: 20_000, epochs: 15, batch: 64, rate: 3e-3, warmUp: 300, weightDecay: 1e-2, seed: 5 },
};
