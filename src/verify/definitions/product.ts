import { reducedAxes, reducedCells } from '../reduced-cells.ts';
import { type Definition, LARGEST, numbers, withBeyond } from './definition.ts';

/** ReduceProd: where the large factors alone leave float32, it depends on the order whether the small ones come in time. */
export const reducedProduct: Definition = (node, inputs, { ofC }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (tensor?.dtype !== 'f32' || !x) return null;
  const cells = reducedCells(tensor.shape, reducedAxes(node, inputs[1] ?? null, tensor.shape.length));
  const rows = Array.from({ length: ofC.length }, (_, i) => cells(i).map((cell) => x[cell]!));
  const exact = Float64Array.from(rows, (row) => row.reduce((product, v) => product * v, 1));
  const large = (row: readonly number[]) => row.reduce((product, v) => product * Math.max(1, Math.abs(v)), 1);
  return withBeyond(exact, ofC, (i) => rows[i]!.every(Number.isFinite) && large(rows[i]!) > LARGEST);
};
