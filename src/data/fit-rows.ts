import { elementCount, sameShape } from '../ir/shape.ts';
import type { Shape } from '../ir/types.ts';
import { badData } from '../numerics/bad-data.ts';

/** How the rows of a file (its entries along the sample axis) fill a model input. */
export interface RowFit {
  readonly rows: number;
  /** Rows that make one sample: the model's batch size. */
  readonly rowsPerSample: number;
  /** Index in a file row of each element of the model's row; null when the order is the same. */
  readonly gather: Int32Array | null;
  /** The model's row as [channels, elements per channel] for per-channel factors, with the runs before it. */
  readonly channels: number;
  readonly channelRun: number;
  readonly rowElements: number;
}

interface Arrangement {
  readonly axes: readonly number[];
  readonly channelAxis: number;
}

/**
 * Matches a file of shape `fileShape` with a model input of shape `inputShape` (batch first, by ONNX convention).
 * The file is a stack of rows, or a single sample. Rows match when they have the model's dimensions apart from ones, or
 * when either side is flat. UserError BAD_DATA when nothing matches; `where` names the file.
 */
export function fitRows(fileShape: Shape, layout: string | undefined, inputShape: Shape, where: string): RowFit {
  if (elementCount(inputShape) === 0 && elementCount(fileShape) === 0) return NOTHING;
  const letters = layout?.replace(/^N/, '');
  const targets = [
    { shape: inputShape.slice(1), batch: inputShape[0] ?? 1 },
    { shape: inputShape, batch: 1 },
  ];
  for (const { rows, rowShape } of readings(fileShape, layout, letters)) {
    for (const { shape, batch } of targets) {
      for (const arrangement of arrangements(rowShape.length, letters)) {
        const arranged = arrangement.axes.map((axis) => rowShape[axis]);
        if (!matches(arranged, shape)) continue;
        if (rows % batch !== 0) throw badData(where, `${rows} samples do not make whole batches of ${batch}`);
        // Without a layout, channels are the model's first axis after the batch.
        const channelled = letters?.includes('C') ? arranged : shape;
        const axis = letters?.includes('C') ? arrangement.channelAxis : 0;
        return {
          rows,
          rowsPerSample: batch,
          gather: gatherOf(rowShape, arrangement.axes),
          channels: channelled[axis] ?? 1,
          channelRun: elementCount(channelled.slice(axis + 1)),
          rowElements: elementCount(arranged),
        };
      }
    }
  }
  const stated = layout === undefined ? '' : ` with layout ${layout}`;
  throw badData(
    where,
    `shape [${fileShape}]${stated} does not fit an input of shape [${inputShape}]`,
    'stack samples along the first axis; images stored with channels last need "layout": "HWC" in a dataset descriptor',
  );
}

/** An input without elements: one sample, whatever the file's shape says. */
const NOTHING: RowFit = { rows: 1, rowsPerSample: 1, gather: null, channels: 1, channelRun: 0, rowElements: 0 };

/** The ways to see the file: a stack of rows, or one row without a sample axis. */
function readings(fileShape: Shape, layout: string | undefined, letters: string | undefined) {
  const stack = { rows: fileShape[0] ?? 1, rowShape: fileShape.slice(1) };
  const single = { rows: 1, rowShape: fileShape };
  if (letters === undefined) return fileShape.length === 0 ? [single] : [stack, single];
  if (fileShape.length === letters.length + 1) return [stack];
  return fileShape.length === letters.length && letters === layout ? [single] : [];
}

/** Channels first, then the order of the file. */
function arrangements(rank: number, letters: string | undefined): Arrangement[] {
  const asStored = Array.from({ length: rank }, (_, axis) => axis);
  const channel = letters?.indexOf('C') ?? -1;
  if (channel < 0) return [{ axes: asStored, channelAxis: 0 }];
  return [
    { axes: [channel, ...asStored.filter((axis) => axis !== channel)], channelAxis: 0 },
    { axes: asStored, channelAxis: channel },
  ];
}

function matches(row: Shape, target: Shape): boolean {
  const [a, b] = [row, target].map((shape) => shape.filter((dimension) => dimension !== 1));
  return sameShape(a, b) || ((a.length <= 1 || b.length <= 1) && elementCount(a) === elementCount(b));
}

/** Walks the permuted row in C order and notes where each element lies in the stored one. */
function gatherOf(rowShape: Shape, axes: readonly number[]): Int32Array | null {
  if (axes.every((axis, i) => axis === i)) return null;
  let gather = [0];
  for (const axis of axes) {
    const stride = elementCount(rowShape.slice(axis + 1));
    gather = gather.flatMap((base) => Array.from({ length: rowShape[axis] }, (_, k) => base + k * stride));
  }
  return Int32Array.from(gather);
}
