import type { Example } from '../training/example.ts';
import { vibrationNetwork } from './network.ts';
import { AXES, CLASSES, COUNTS_PER_G, LENGTH, record } from './simulate.ts';

export const vibration: Example = {
  name: 'vibration',
  classes: CLASSES,
  sample: { dtype: 'i8', shape: [LENGTH, AXES], channels: AXES },
  scale: 1 / COUNTS_PER_G,
  draw: (label, rng) => ({ values: record(label, rng), labels: [label] }),
  untrained: vibrationNetwork,
  tuned: true,
  training: { count: 10_000, epochs: 30, batch: 64, rate: 5e-3, weightDecay: 1e-4, seed: 5 },
};
