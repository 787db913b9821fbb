import type { Graph } from '../../src/ir/types.ts';
import { CLASSES, SIZE } from '../shapes/draw.ts';
import { untrained } from '../training/untrained.ts';

const PATCH = 4;
const CHANNELS = 32;
const HEADS = 2;
const BLOCKS = 2;

/** A vision transformer (Dosovitskiy et al., 2021) without a class token: the mean of all tokens is classified. */
export function vitNetwork(seed: number): Graph {
  const stack = untrained('vit', 'image', [1, 1, SIZE, SIZE], seed)
    .conv('patches', { filters: CHANNELS, kernel: [PATCH, PATCH], strides: [PATCH, PATCH] })
    .tokens('tokens')
    .position('placed');
  for (let block = 1; block <= BLOCKS; block++) {
    const before = stack.last();
    stack.layerNorm(`norm${block}a`).attention(`attention${block}`, HEADS).add(`seen${block}`, before);
    const seen = stack.last();
    stack
      .layerNorm(`norm${block}b`)
      .project(`wide${block}`, 2 * CHANNELS)
      .gelu(`gelu${block}`)
      .project(`narrow${block}`, CHANNELS)
      .add(`block${block}`, seen);
  }
  return stack.layerNorm('norm').meanToken('features').linear('scores', CLASSES.length).softmax('classes').graph();
}
