import { printable } from '../report/printable.ts';
import type { Comparison } from '../verify/compare.ts';
import { offLayers } from '../verify/off-upstream.ts';

/** A line for each layer on which onnxruntime is not the one that is right. */
export function renderOff(layers: readonly Comparison[]): string[] {
  return offLayers(layers).map(({ layer, value, off }) => {
    const [reference, ours] = [off!.maxError, off!.errorOfC].map((error) => error.toExponential(1));
    return `onnxruntime is off in ${layer} '${printable(value)}': by up to ${reference}, the C by ${ours}`;
  });
}
