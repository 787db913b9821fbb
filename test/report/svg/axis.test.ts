import { expect, test } from 'vitest';
import { bottomAxis, columnAxis, leftAxis, rowAxis } from '../../../src/report/svg/axis.ts';
import { group, type Markup } from '../../../src/report/svg/markup.ts';
import { frame } from '../../../src/report/svg/plot.ts';
import { bandScale, linearScale } from '../../../src/report/svg/scale.ts';

test('labels of columns leave room for one another', () => {
  const box = frame(400, 100, { top: 0, right: 0, bottom: 30, left: 0 });
  const ticks = Array.from({ length: 200 }, (_, value) => ({ value, label: String(value) }));
  const positions = textPositions(columnAxis(ticks, bandScale(200, box.x), box, 'layer')).slice(0, -1);
  expect(positions.length).toBeGreaterThan(5);
  expect(positions.every((x, i) => i === 0 || x - positions[i - 1] >= 3 * 6.7)).toBe(true);
});

test('a name of a row that is too long keeps its end, and shows in full on hover', () => {
  const box = frame(400, 100, { top: 0, right: 0, bottom: 30, left: 80 });
  const { markup } = rowAxis([{ index: 7, name: 'stage3/block2/conv1' }], bandScale(1, box.y), box);
  expect(markup).toContain('>7 …2/conv1<title>7 stage3/block2/conv1</title>');
});

test('axes have ticks, labels and a title with a unit', () => {
  const box = frame(200, 100, { top: 20, right: 0, bottom: 40, left: 40 });
  const { markup } = group(
    bottomAxis(linearScale([0, 10], box.x), box, { title: 'time (ms)', ticks: 2 }),
    leftAxis(linearScale([0, 1], box.y), box, { title: 'share', ticks: 2, grid: false }),
  );
  expect([...markup.matchAll(/>([^<>]+)<\/text>/g)].map(([, label]) => label)).toEqual([
    ...['0', '5', '10', 'time (ms)'],
    ...['0', '0.5', '1', 'share'],
  ]);
  expect(markup.match(/class="grid"/g)).toHaveLength(3);
});

function textPositions({ markup }: Markup): number[] {
  return [...markup.matchAll(/<text x="([\d.]+)"/g)].map(([, x]) => Number(x));
}
