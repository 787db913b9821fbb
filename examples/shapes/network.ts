import type { Graph } from '../../src/ir/types.ts';
import { untrained } from '../training/untrained.ts';
import { CLASSES, SIZE } from './draw.ts';

/** Three convolutions, each followed by a maximum over 2 x 2 places, and a linear layer; probabilities [1, classes]. */
export function shapesNetwork(seed: number): Graph {
  const stack = untrained('shapes', 'image', [1, 1, SIZE, SIZE], seed);
  for (const [i, filters] of [8, 16, 32].entries()) {
    stack
      .conv(`conv${i + 1}`, { filters, kernel: [3, 3], pads: [1, 1], bias: false })
      .normRelu(`found${i + 1}`)
      .maxPool(`pool${i + 1}`, { kernel: [2, 2], strides: [2, 2] });
  }
  return stack.flatten('features').linear('scores', CLASSES.length).softmax('classes').graph();
}
