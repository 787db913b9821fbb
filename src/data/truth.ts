import { elementCount, sameShape } from '../ir/shape.ts';
import type { MetricName } from '../metrics/index.ts';
import type { Truth } from '../metrics/truth.ts';
import { badData } from '../numerics/bad-data.ts';
import { elementReader } from '../numerics/convert.ts';
import type { Part } from './column.ts';

/** Labels [samples, ...] of any numbers, read when they are asked for. UserError BAD_DATA when there are not as many as samples. */
export function readTruth(
  metric: MetricName,
  parts: readonly Part[],
  set: { readonly where: string; readonly total: number; readonly rowsPerSample: number; readonly start: number },
): Truth {
  const { where, total, rowsPerSample, start } = set;
  const [, ...row] = parts[0].array.shape;
  const other = parts.find(({ array }) => !sameShape(array.shape.slice(1), row));
  if (other)
    throw badData(
      other.where,
      `labels of shape [${other.array.shape}]`,
      `others have [n${row.map((size) => `,${size}`).join('')}]`,
    );
  const rows = parts.reduce((sum, { array }) => sum + (array.shape[0] ?? 1), 0);
  if (rows !== total * rowsPerSample) throw badData(where, `${rows} labels for ${total * rowsPerSample} samples`);
  const size = elementCount(row);
  const ends: number[] = [];
  for (const { array } of parts) ends.push((ends.at(-1) ?? 0) + (array.shape[0] ?? 1));
  const readers = parts.map(({ array }) => elementReader(array));
  const readRow = (at: number): number[] => {
    const part = ends.findIndex((end) => at < end);
    const first = (at - (ends[part - 1] ?? 0)) * size;
    return Array.from({ length: size }, (_, i) => readers[part](first + i));
  };
  return {
    metric,
    shape: [rowsPerSample, ...row],
    sample: (index) =>
      Array.from({ length: rowsPerSample }, (_, r) => readRow((start + index) * rowsPerSample + r)).flat(),
  };
}

/** One class for each row of all samples. UserError BAD_DATA. */
export function readClasses(parts: readonly Part[], where: string, rows: number): Int32Array {
  const labels = parts.flatMap(classesOf);
  if (labels.length !== rows) throw badData(where, `${labels.length} labels for ${rows} samples`);
  return Int32Array.from(labels);
}

function classesOf({ array, where }: Part): number[] {
  const read = elementReader(array);
  const labels = Array.from({ length: array.data.length }, (_, i) => read(i));
  const isVector = array.shape.filter((dimension) => dimension !== 1).length <= 1;
  if (!isVector) {
    const hint = 'give one class number per sample, or name another metric in a JSON data set ("metric": "miou")';
    throw badData(where, `labels of shape [${array.shape}]`, hint);
  }
  if (labels.every((label) => (label | 0) === label)) return labels;
  throw badData(
    where,
    'a label is not a whole number of 32 bits',
    'numbers to come close to are judged by "metric": "mse"',
  );
}
