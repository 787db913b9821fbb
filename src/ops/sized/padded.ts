import { intAttribute } from '../../ir/attributes.ts';
import type { CountLimit } from '../../ir/program.ts';
import type { Node, ValueName } from '../../ir/types.ts';
import { int64s } from '../../numerics/dtype.ts';
import type { LowerBuilder, PlainBuilder } from '../op-def.ts';
import { ONNX_I32, ONNX_I64 } from '../support/oracle.ts';

/**
 * Operators whose results are as long as the data make them. Here that dimension is the attribute `capacity`, the most that fits, with
 * zeros behind what there is, and one more result, the last, says how many there are (int32, a scalar); frontend/sizes writes them so.
 */
export function capacityOf(node: Node): number {
  return intAttribute(node, 'capacity', 0);
}

/** The attributes that the file has. */
export function ownAttributes({ attributes: { capacity: _, ...own } }: Node): Node['attributes'] {
  return own;
}

export interface Dimension {
  readonly axis: number;
  readonly rank: number;
  readonly capacity: number;
}

/** `value`, whose dimension `axis` is as long as the data made it, with zeros up to the capacity, and how many there are. */
export function padded(
  plain: PlainBuilder,
  value: ValueName,
  { axis, rank, capacity }: Dimension,
): { readonly value: ValueName; readonly count: ValueName } {
  const shape = plain.node('Shape', [value]);
  const size = plain.node('Slice', [shape, indices(plain, [axis]), indices(plain, [axis + 1])]);
  const missing = plain.node('Sub', [indices(plain, [capacity]), size]);
  const zeros = (count: number) => (count > 0 ? [indices(plain, new Array<number>(count).fill(0))] : []);
  const pads = plain.node('Concat', [...zeros(rank + axis), missing, ...zeros(rank - axis - 1)], { axis: 0 });
  const length = plain.node('Gather', [shape, plain.tensor('i64', [], int64s([axis]))]);
  return { value: plain.node('Pad', [value, pads]), count: plain.node('Cast', [length], { to: ONNX_I32 }) };
}

/** The first `count` (int32, a scalar) along dimension `axis`. */
export function firstOf(plain: PlainBuilder, value: ValueName, count: ValueName, axis: number): ValueName {
  const wide = plain.node('Cast', [count], { to: ONNX_I64 });
  const end = plain.node('Reshape', [wide, indices(plain, [1])]);
  return plain.node('Slice', [value, indices(plain, [0]), end, indices(plain, [axis])]);
}

function indices(plain: PlainBuilder, values: readonly number[]): ValueName {
  return plain.tensor('i64', [values.length], int64s(values));
}

/** The run ends where there are more than fit; no test where there never are. */
export function overflowAbove(capacity: number, most: number): CountLimit | undefined {
  return capacity < most ? { max: capacity } : undefined;
}

/** Writes the last result; where there is a limit it is also what the layer's function returns. */
export function countLines(node: Node, lower: LowerBuilder, limit: CountLimit | undefined): string[] {
  const place = lower.write(node.outputs.length - 1, 'row-major');
  return [`${place.name}[0] = count;`, ...(limit ? ['return count;'] : [])];
}
