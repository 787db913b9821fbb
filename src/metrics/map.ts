import { elementCount, sameShape } from '../ir/shape.ts';
import { badData } from '../numerics/bad-data.ts';
import { largestOf } from './classes.ts';
import type { JudgedShapes, Metric } from './metric.ts';
import { withoutOnes } from './shapes.ts';

/**
 * Mean average precision of classes that a sample may have several of. Output [N, classes] scores; labels of the same shape, 1
 * where the row has the class and 0 where not, or [N] with one class for each row.
 *
 * The average precision of a class: all rows by falling score, precision at each of its own rows, their mean: rows of one score
 * come at once. That is sum (recall_k - recall_k-1) precision_k over thresholds k, without interpolation. Classes that no row
 * has are left out.
 */
export const map: Metric = {
  title: 'mAP',
  kind: 'share',
  meter(shapes) {
    const { where } = shapes;
    const { rows, classes, hot } = layoutOf(shapes);
    const ranked = Array.from({ length: classes }, (): Ranked[] => []);
    return {
      add(scores, labels) {
        for (let i = 0; i < rows * classes; i++) {
          const [row, c] = [Math.floor(i / classes), i % classes];
          const label = labels[hot ? i : row];
          const known = hot ? label === 0 || label === 1 : Number.isInteger(label) && label >= 0 && label < classes;
          if (!known)
            throw badData(
              where,
              `the label ${label} says no class`,
              hot ? 'labels of map are 0 and 1' : `labels count from 0 to ${classes - 1}`,
            );
          ranked[c].push({ score: scores[i], own: hot ? label === 1 : label === c });
        }
      },
      value() {
        const present = ranked.filter((list) => list.some(({ own }) => own));
        if (present.length === 0) throw badData(where, 'no sample has a class, so nothing can be judged');
        return present.reduce((sum, list) => sum + averagePrecision(list), 0) / present.length;
      },
      answers: largestOf,
      confusion: () => null,
    };
  },
};

interface Ranked {
  readonly score: number;
  /** The row has the class. */
  readonly own: boolean;
}

function layoutOf({ output, labels, where }: JudgedShapes): { rows: number; classes: number; hot: boolean } {
  const [rows = 1, ...rest] = output;
  const classes = elementCount(rest);
  if (sameShape(withoutOnes(output), withoutOnes(labels))) return { rows, classes, hot: true };
  if (elementCount(labels) === rows && withoutOnes(labels).length <= 1) return { rows, classes, hot: false };
  throw badData(
    where,
    `labels of shape [${labels}] a sample, for an output of shape [${output}]`,
    'map takes 0 or 1 for each score, or one class for each row',
  );
}

function averagePrecision(list: readonly Ranked[]): number {
  const falling = list.toSorted((a, b) => b.score - a.score);
  const all = list.filter(({ own }) => own).length;
  let [sum, found, before] = [0, 0, 0];
  falling.forEach(({ score, own }, i) => {
    if (own) found++;
    if (falling[i + 1]?.score === score) return;
    sum += ((found - before) / all) * (found / (i + 1));
    before = found;
  });
  return sum;
}
