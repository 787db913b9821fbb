import type { Graph } from '../../src/ir/types.ts';
import { untrained } from '../training/untrained.ts';
import { AXES, CLASSES, LENGTH } from './simulate.ts';

/** One convolution over time, three depthwise separable ones, and the mean over time; logits [1, classes]. */
export function vibrationNetwork(seed: number): Graph {
  const stack = untrained('vibration', 'acceleration', [1, AXES, 1, LENGTH], seed)
    .conv('wave', { filters: 16, kernel: [1, 9], strides: [1, 2], pads: [0, 4], bias: false })
    .normRelu('waves');
  for (const [i, filters] of [32, 48, 64].entries()) {
    stack
      .conv(`time${i + 1}`, { kernel: [1, 5], strides: [1, 2], pads: [0, 2], bias: false })
      .normRelu(`times${i + 1}`)
      .conv(`mix${i + 1}`, { filters, kernel: [1, 1], bias: false })
      .normRelu(`mixed${i + 1}`);
  }
  return stack.globalAveragePool('mean').flatten('features').linear('scores', CLASSES.length).graph();
}
