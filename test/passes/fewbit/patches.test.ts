import { expect, test } from 'vitest';
import { outputElement, patchesOf } from '../../../src/passes/fewbit/patches.ts';
import type { WeightLayer } from '../../../src/passes/fewbit/weight-layer.ts';

/** Along an axis of 4 with a pad of 1 before it: windows of two cells, two apart, begin at -1 and 1. */
const AXIS = { size: 4, outputs: 2, kernel: 2, stride: 2, dilation: 2, begin: 1, end: 0 };

test('windows over a volume see what they should, padding is -1', () => {
  const line = { size: 3, outputs: 3, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0 };
  const window = { batch: 2, channels: 4, axes: [AXIS, line, AXIS] };
  const layer = { window, groups: 2, depth: 8, rows: 6 } as unknown as WeightLayer;
  const { positions, fill } = patchesOf(layer);
  expect(positions).toBe(2 * 2 * 3 * 2);
  const offsets = new Int32Array(8);
  // Sample 1, output (1, 2, 0), group 1: channels 2 and 3, depths 1 and 3, row 2, columns -1 and 1.
  fill(12 + 6 + 4, 1, offsets);
  const at = (channel: number, depth: number) => ((4 + channel) * 4 + depth) * 12 + 2 * 4 + 1;
  expect([...offsets]).toEqual([-1, at(2, 1), -1, at(2, 3), -1, at(3, 1), -1, at(3, 3)]);
  expect(outputElement(layer, 12 + 6 + 4, 5)).toBe((6 + 5) * 12 + 10);
});
