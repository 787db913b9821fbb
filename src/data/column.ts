import { elementCount } from '../ir/shape.ts';
import { createData } from '../ir/tensor.ts';
import type { DType, Shape, Tensor, ValueName } from '../ir/types.ts';
import { badData } from '../numerics/bad-data.ts';
import { elementReader } from '../numerics/convert.ts';
import { integerRange } from '../numerics/dtype.ts';
import { roundHalfEven, toBfloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { invariant } from '../support/errors.ts';
import { fitRows, type RowFit } from './fit-rows.ts';
import type { Domain } from './input-domains.ts';

/** An input of the model a data set is meant for. */
export interface DatasetInput {
  readonly name: ValueName;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The numbers for which the model is defined; absent: any. Random samples stay inside. */
  readonly domain?: Domain;
}

/** One array of a file, with the path errors name. */
export interface Part {
  readonly array: Tensor;
  readonly where: string;
}

/** The values of one model input over all samples. */
export interface Column {
  readonly count: number;
  readonly rowsPerSample: number;
  sample(index: number): Tensor;
}

/** How raw values become numbers; see InputDescriptor. */
export interface Conversion {
  readonly layout?: string;
  readonly scale?: number | readonly number[];
  readonly offset?: number | readonly number[];
}

/** Samples are converted when asked for: the raw arrays stay as they are. UserError BAD_DATA when they do not fit. */
export function createColumn(input: DatasetInput, parts: readonly Part[], conversion: Conversion): Column {
  const { dtype, shape } = input;
  const sources = parts.map((part) => {
    const fit = fitRows(part.array.shape, conversion.layout, shape, part.where);
    return {
      ...fit,
      read: elementReader(part.array),
      count: fit.rows / fit.rowsPerSample,
      scale: spread(conversion.scale ?? 1, fit, 'scale', part.where),
      offset: spread(conversion.offset ?? 0, fit, 'offset', part.where),
    };
  });
  const store = storer(dtype, input.name);
  return {
    count: sources.reduce((sum, { count }) => sum + count, 0),
    rowsPerSample: sources[0].rowsPerSample,
    sample(index) {
      let at = index;
      const source = sources.find(({ count }) => {
        if (at < count) return true;
        at -= count;
        return false;
      });
      invariant(source && index >= 0, `sample ${index} of '${input.name}'`);
      const { gather, read, scale, offset, rowElements } = source;
      const data = createData(dtype, elementCount(shape));
      for (let i = 0; i < data.length; i++) {
        const j = i % rowElements;
        const raw = read(at * data.length + (gather ? i - j + gather[j] : i));
        data[i] = store(raw * scale[j] + offset[j]);
      }
      return { dtype, shape, data };
    },
  };
}

/** One number per element of a row. */
function spread(value: number | readonly number[], fit: RowFit, key: string, where: string): Float64Array {
  const { rowElements, channels, channelRun } = fit;
  if (typeof value === 'number') return new Float64Array(rowElements).fill(value);
  if (value.length !== channels) {
    throw badData(where, `"${key}" has ${value.length} entries for ${channels} channels`);
  }
  return Float64Array.from({ length: rowElements }, (_, j) => value[Math.floor(j / channelRun) % channels]);
}

/** Brings a number into the input's type; integers must be able to hold the (rounded) value. */
function storer(dtype: DType, name: string): (x: number) => number | bigint {
  const range = integerRange(dtype);
  if (range) {
    return (x) => {
      const value = roundHalfEven(x);
      if (value >= range.min && value <= range.max) return value;
      throw badData(`input '${name}'`, `${x} does not fit its type ${dtype}`, 'check scale and offset of the data');
    };
  }
  if (dtype === 'i64' || dtype === 'u64') return (x) => BigInt(roundHalfEven(x));
  if (dtype === 'f16') return toFloat16Bits;
  if (dtype === 'bf16') return toBfloat16Bits;
  if (dtype === 'f32' || dtype === 'f64') return (x) => x;
  throw badData(`input '${name}'`, `type ${dtype} cannot be filled from data files`);
}
