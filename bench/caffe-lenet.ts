import { untrained } from '../examples/training/untrained.ts';
import type { Graph } from '../src/ir/types.ts';

/**
 * LeNet as Caffe's examples/mnist and the papers on pruning and few bits have it, untrained: 431,080 parameters, images
 * [1, 1, 28, 28] with pixels in [0, 1], logits [1, 10]. There is no Relu behind the convolutions.
 */
export function caffeLenet(seed: number): Graph {
  const pool = { kernel: [2, 2], strides: [2, 2] } as const;
  return untrained('caffe_lenet', 'image', [1, 1, 28, 28], seed)
    .conv('conv1', { filters: 20, kernel: [5, 5] })
    .maxPool('pool1', pool)
    .conv('conv2', { filters: 50, kernel: [5, 5] })
    .maxPool('pool2', pool)
    .flatten('features')
    .linear('ip1', 500)
    .relu('relu1')
    .linear('ip2', 10)
    .graph();
}
