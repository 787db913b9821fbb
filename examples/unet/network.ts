import type { Graph, ValueName } from '../../src/ir/types.ts';
import { type LayerStack, untrained } from '../training/untrained.ts';
import { CLASSES, SIZE } from './draw.ts';

const FILTERS = [8, 16, 32];

/** A U-Net (Ronneberger, Fischer and Brox, 2015) of three levels; scores of the classes for each pixel. */
export function unetNetwork(seed: number): Graph {
  const stack = untrained('unet', 'image', [1, 1, SIZE, SIZE], seed);
  const kept: ValueName[] = [];
  for (const [level, filters] of FILTERS.entries()) {
    if (level > 0) stack.maxPool(`down${level}`, { kernel: [2, 2], strides: [2, 2] });
    twice(stack, `down${level}`, filters);
    kept.push(stack.last());
  }
  for (const level of [1, 0]) {
    stack.grow(`grown${level}`, FILTERS[level]).beside(`both${level}`, kept[level]);
    twice(stack, `up${level}`, FILTERS[level]);
  }
  return stack.conv('scores', { filters: CLASSES.length, kernel: [1, 1] }).graph();
}

function twice(stack: LayerStack, name: string, filters: number): void {
  for (const end of ['a', 'b']) {
    stack.conv(`${name}${end}_conv`, { filters, kernel: [3, 3], pads: [1, 1], bias: false }).normRelu(`${name}${end}`);
  }
}
