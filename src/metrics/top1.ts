import { elementCount } from '../ir/shape.ts';
import { badData } from '../numerics/bad-data.ts';
import { classMeter } from './classes.ts';
import type { Metric } from './metric.ts';

/** Share of rows whose largest score is that of the label's class. Output [rows, classes], labels [rows]. */
export const top1: Metric = {
  title: 'top-1',
  kind: 'share',
  meter(shapes) {
    const [elements, rows] = [elementCount(shapes.output), elementCount(shapes.labels)];
    if (elements % rows !== 0 || elements === 0) {
      throw badData(
        shapes.where,
        `${rows} labels a sample, for an output of shape [${shapes.output}]`,
        'top1 takes one class for each row of scores',
      );
    }
    const layout = { rows, classes: elements / rows, places: 1 };
    return classMeter(layout, shapes, new Set(), (confusion) => {
      const right = confusion.reduce((sum, row, label) => sum + row[label], 0);
      return right / confusion.flat().reduce((a, b) => a + b, 0);
    });
  },
};
