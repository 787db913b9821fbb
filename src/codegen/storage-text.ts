import type { Storage } from '../ir/program.ts';
import { isRowMajor, refine } from '../ir/storage.ts';
import type { Shape } from '../ir/types.ts';

/** For the header: '[1][3][32][32] row-major' or 'dimensions in memory order 0,2,3,1: [1][32][32][3]'. */
export function describeStorage(shape: Shape, storage: Storage): string {
  const brackets = (dimensions: readonly number[]) => dimensions.map((d) => `[${d}]`).join('') || '[1]';
  if (isRowMajor(storage)) return `${brackets(shape)}, the ONNX order`;
  const refined = refine(storage, shape);
  const dimensionOf = new Map<number, number>();
  refined?.groups.forEach((group, dimension) => {
    for (const factor of group) dimensionOf.set(factor, dimension);
  });
  const letters = shape.length === 4 ? 'NCHW' : shape.length === 3 ? 'NCW' : null;
  const order = (refined?.storage ?? storage).order;
  const name = (factor: number) => {
    const dimension = dimensionOf.get(factor)!;
    return letters ? letters[dimension]! : String(dimension);
  };
  const factors = (refined?.storage ?? storage).factors;
  return `${brackets(order.map((factor) => factors[factor]!))} in memory order ${order.map(name).join('')} (not the ONNX order)`;
}
