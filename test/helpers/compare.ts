import { isFloat } from '../../src/ir/tensor.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { elementReader } from '../../src/numerics/convert.ts';

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** The tolerances of ONNX's own backend test runner. */
export const ONNX_TOLERANCE: Tolerance = { relative: 1e-3, absolute: 1e-7 };

/** The first difference in words, or null: floats within the tolerances, everything else exact. */
export function difference(name: string, got: Tensor, want: Tensor, tolerance = ONNX_TOLERANCE): string | null {
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join()) {
    return `${name} is ${got.dtype}[${got.shape}], not ${want.dtype}[${want.shape}]`;
  }
  const close = isFloat(want.dtype)
    ? (a: number, b: number) => isClose(a, b, tolerance)
    : (a: number, b: number) => a === b;
  const exact = want.dtype === 'i64' || want.dtype === 'u64';
  const read = [elementReader(got), elementReader(want)] as const;
  let wrong = 0;
  let first = '';
  for (let i = 0; i < want.data.length; i++) {
    const [a, b] = [read[0](i), read[1](i)];
    if (exact ? got.data[i] === want.data[i] : close(a, b)) continue;
    if (wrong++ === 0) first = `${name}[${i}] is ${a}, not ${b}`;
  }
  return wrong === 0 ? null : `${first} (${wrong} of ${want.data.length} differ)`;
}

function isClose(a: number, b: number, { relative, absolute }: Tolerance): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return a === b || (Number.isFinite(b) && Math.abs(a - b) <= absolute + relative * Math.abs(b));
}
