import type { Example } from '../training/example.ts';
import { CLASSES, drawShape, SIZE } from './draw.ts';
import { shapesNetwork } from './network.ts';

/** Shapes that are small, pale and noisy enough for some to be taken for another. */
const CONDITIONS = { radius: [6.5, 10], contrast: [50, 170], noise: [4, 28] } as const;

export const shapes: Example = {
  name: 'shapes',
  classes: CLASSES,
  sample: { dtype: 'u8', shape: [SIZE, SIZE], channels: 1 },
  scale: 1 / 256,
  draw: (label, rng) => ({ values: drawShape(label, rng, CONDITIONS), labels: [label] }),
  untrained: shapesNetwork,
  tuned: true,
  training: { count: 10_000, epochs: 25, batch: 64, rate: 5e-3, weightDecay: 1e-4, seed: 5 },
};
