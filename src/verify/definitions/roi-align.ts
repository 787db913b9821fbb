import { type Definition, numbers, withBeyond } from './definition.ts';

/** Regions that are not finite: onnxruntime takes none of them, so that every result is as good. */
export const boundlessRegions: Definition = (_, inputs, { ofC, ofRuntime }) => {
  const corners = numbers(inputs, 1);
  if (!corners || corners.every(Number.isFinite)) return null;
  const each = ofC.length / (corners.length / 4);
  const region = (i: number) => 4 * Math.floor(i / each);
  return withBeyond(
    Float64Array.from(ofRuntime as Float64Array),
    ofC,
    (i) => !corners.subarray(region(i), region(i) + 4).every(Number.isFinite),
    (i) => Number(ofC[i]),
  );
};
