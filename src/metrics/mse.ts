import { elementCount, sameShape } from '../ir/shape.ts';
import { badData } from '../numerics/bad-data.ts';
import { largestOf } from './classes.ts';
import type { Metric } from './metric.ts';
import { withoutOnes } from './shapes.ts';

/** Mean of (output - label)^2 over all elements of all samples. Labels of the output's shape, but for dimensions of 1. */
export const mse: Metric = {
  title: 'mean squared error',
  kind: 'error',
  meter({ output, labels, where }) {
    if (!sameShape(withoutOnes(output), withoutOnes(labels))) {
      throw badData(
        where,
        `labels of shape [${labels}] a sample, for an output of shape [${output}]`,
        'mse takes a number for each element of the output',
      );
    }
    const elements = elementCount(output);
    let [sum, count] = [0, 0];
    return {
      add(numbers, wanted) {
        for (let i = 0; i < elements; i++) sum += (numbers[i] - wanted[i]) ** 2;
        count += elements;
      },
      value() {
        if (count === 0) throw badData(where, 'there is nothing to judge');
        return sum / count;
      },
      answers: largestOf,
      confusion: () => null,
    };
  },
};
