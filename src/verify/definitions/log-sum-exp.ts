import { reducedAxes, reducedCells } from '../reduced-cells.ts';
import { type Definition, numbers } from './definition.ts';

/**
 * log(sum of exp(x)), of a row with NaN no number. onnxruntime takes the largest element first, past which NaN goes by its place,
 * and has that for the result where it is infinite.
 */
export const logSumExp: Definition = (node, inputs, { ofC }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (!tensor || !x) return null;
  const { shape } = tensor;
  const cells = reducedCells(shape, reducedAxes(node, inputs[1] ?? null, shape.length));
  return Float64Array.from({ length: ofC.length }, (_, index) => {
    const row = cells(index).map((cell) => x[cell]!);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!Number.isFinite(top)) return top;
    return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
  });
};
