import { elementCount } from '../ir/shape.ts';
import type { Shape } from '../ir/types.ts';
import { saysNothing } from '../metrics/miou.ts';
import { badData } from '../numerics/bad-data.ts';
import type { Dataset } from './dataset.ts';

/** What a model whose first output has this shape may learn from labels of places; null where the data set has none. */
export function labelMaps({ name, truth }: Dataset, output: Shape) {
  const [rows = 1, classes = 1, ...places] = output;
  if (truth?.metric !== 'miou' || rows !== 1 || elementCount(truth.shape) !== elementCount(places)) return null;
  return {
    shape: places,
    /** A class for each place, -1 where nothing is known. @throws UserError BAD_DATA for what is no class. */
    sample(index: number): Int32Array {
      const map = Int32Array.from(truth.sample(index), (label) => (saysNothing(label, classes) ? -1 : label));
      const wrong = map.findIndex((label) => label < -1 || label >= classes);
      if (wrong < 0) return map;
      const hint = `labels count from 0 to ${classes - 1}; -1 says nothing; loss 'teacher' looks at none`;
      throw badData(name, `a label of sample ${index} is ${map[wrong]}, and the model has ${classes} classes`, hint);
    },
  };
}
