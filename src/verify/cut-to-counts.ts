import type { Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import type { Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';

export type Outputs = Pick<Program, 'outputs' | 'sizes'>;

/** Whether the value is the number of elements of an output, and no output of the file. */
export function isCount({ sizes = [] }: Pick<Program, 'sizes'>, value: ValueName): boolean {
  return sizes.some(({ count }) => count === value);
}

/** The outputs of the file from those of the C, in row-major order: of what the data make as long as it is only what there is. */
export function cutToCounts(program: Outputs, all: readonly TypedArray[]): Tensor[] {
  const { outputs, sizes = [] } = program;
  return outputs.flatMap(({ value, shape, type: { dtype } }, i) => {
    if (isCount(program, value)) return [];
    const data = must(all[i], value);
    const size = sizes.find(({ output }) => output === value);
    if (!size) return [{ dtype, shape, data }];
    const counted = all[outputs.findIndex(({ value }) => value === size.count)];
    const length = Math.max(0, Math.min(shape[size.axis]!, Number(must(counted, size.count)[0])));
    const rows = elementCount(shape.slice(0, size.axis));
    const run = elementCount(shape.slice(size.axis + 1));
    const cut = shape.map((n, d) => (d === size.axis ? length : n));
    return [{ dtype, shape: cut, data: firstOfRows(data, rows, shape[size.axis]! * run, length * run) }];
  });
}

/** The first `kept` of each row. */
function firstOfRows(data: TypedArray, rows: number, width: number, kept: number): TypedArray {
  if (rows === 1) return data.subarray(0, kept);
  const result = data.slice(0, rows * kept);
  for (let row = 0; row < rows; row++) result.set(data.subarray(row * width, row * width + kept) as never, row * kept);
  return result;
}
