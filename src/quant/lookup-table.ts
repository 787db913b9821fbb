import { type Affine, quantizeValue } from './affine.ts';

/**
 * A function of one int8 tensor as 256 int8 codes: entry x + 128 is the output code of input code x.
 * Where the function has no value (NaN) the entry is the output's zero point; infinite values saturate.
 */
export function lookupTable(f: (x: number) => number, input: Affine, output: Affine): Int8Array {
  return Int8Array.from({ length: 256 }, (_, index) => {
    const y = f(input.scale * (index - 128 - input.zeroPoint));
    return Number.isNaN(y) ? output.zeroPoint : quantizeValue(y, output);
  });
}
