import { elementCount } from '../ir/shape.ts';
import { badData } from '../numerics/bad-data.ts';
import { type ClassLayout, classMeter, scoresLayout } from './classes.ts';
import type { JudgedShapes, Metric } from './metric.ts';
import { withoutOnes } from './shapes.ts';

/** Labels that say nothing about a place; 255 is that of Pascal VOC, unless it is a class. */
const NOTHING = [-1, 255];

/** @param classes of the model */
export function saysNothing(label: number, classes: number): boolean {
  return NOTHING.includes(label) && (label < 0 || label >= classes);
}

/**
 * Mean over the classes of intersection over union, each summed over the whole set; classes that neither labels nor answers
 * have are left out. Output [N, classes, ...places] scores or [N, ...places] classes, labels [N, ...places].
 */
export const miou: Metric = {
  title: 'mean IoU',
  kind: 'share',
  meter(shapes) {
    const layout = layoutOf(shapes);
    const ignored = new Set(NOTHING.filter((label) => saysNothing(label, layout.classes ?? 255)));
    return classMeter(layout, shapes, ignored, meanIntersection);
  },
};

function layoutOf({ output, labels, where }: JudgedShapes): ClassLayout {
  const scores = scoresLayout(output);
  const ofPlaces = [scores.rows, ...output.slice(2)];
  if (scores.classes !== 1 && output.length > 2 && sameNumbers(withoutOnes(ofPlaces), withoutOnes(labels)))
    return scores;
  if (sameNumbers(withoutOnes(output), withoutOnes(labels))) {
    return { rows: 1, classes: null, places: elementCount(output) };
  }
  throw badData(
    where,
    `labels of shape [${labels}] a sample, for an output of shape [${output}]`,
    'miou takes a class for each place: labels [N, ...places] for scores [N, classes, ...places]',
  );
}

function meanIntersection(confusion: readonly (readonly number[])[]): number {
  const shares = confusion.flatMap((row, c) => {
    const labelled = row.reduce((a, b) => a + b, 0);
    const answered = confusion.reduce((sum, other) => sum + other[c], 0);
    const union = labelled + answered - row[c];
    return union === 0 ? [] : [row[c] / union];
  });
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
