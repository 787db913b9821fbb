import { expect, test } from 'vitest';
import type { Point } from '../../src/report/svg/marks.ts';
import { frame } from '../../src/report/svg/plot.ts';
import { placeLabels } from '../../src/search/place-labels.ts';

const BOX = frame(400, 300, { top: 20, right: 20, bottom: 40, left: 50 });

test('beside its point where there is room', () => {
  expect(placeLabels([[100, 100]], ['A'], BOX)).toEqual([{ x: 109, y: 104, anchor: 'start' }]);
});

test('points near each other and at a line keep their labels apart', () => {
  const points: Point[] = [
    [200, 100],
    [212, 100],
    [206, 108],
    [322, 100],
  ];
  const line = { left: 330, right: 334, top: 20, bottom: 260 };
  const labels = placeLabels(points, ['int4', 'A, chosen', 'B', 'int8'], BOX, [line]);
  expect(new Set(labels.map(({ x, y, anchor }) => `${x} ${y} ${anchor}`)).size).toBe(4);
  expect(labels[3].anchor).not.toBe('start');
});

test('not over the border', () => {
  expect(placeLabels([[385, 100]], ['int8'], BOX)[0].anchor).toBe('end');
});
