import type { Example } from '../training/example.ts';
import { CLASSES, drawScene, SIZE } from './draw.ts';
import { unetNetwork } from './network.ts';

export const unet: Example = {
  name: 'unet',
  classes: CLASSES,
  sample: { dtype: 'u8', shape: [SIZE, SIZE], channels: 1 },
  scale: 1 / 256,
  labelShape: [SIZE, SIZE],
  testSamples: 200,
  draw: (_, rng) => drawScene(rng),
  untrained: unetNetwork,
  training: { count: 4000, epochs: 12, batch: 32, rate: 5e-3, weightDecay: 1e-4, seed: 5 },
};
