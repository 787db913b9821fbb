import { intsAttribute } from '../../ir/attributes.ts';
import { rowMajorStrides } from '../../ir/shape.ts';
import type { Node, Shape } from '../../ir/types.ts';

/** One cell of a window over an image without its batch and channels. */
export interface Cell {
  /** Which of the kernel's. */
  readonly tap: number;
  /** Which of the image's; null: in the padding. */
  readonly position: number | null;
  /** In the image or its padding, not in what ceil_mode adds behind it. */
  readonly padded: boolean;
}

/** The cells of the window behind position `at` of the result: any number of dimensions, explicit pads. */
export function windowCells(node: Node, image: Shape, kernel: Shape, at: readonly number[]): Cell[] {
  const rank = image.length;
  const ints = (name: string, initial: number, count = rank) => {
    const list = intsAttribute(node, name, []);
    return list.length === 0 ? new Array<number>(count).fill(initial) : list;
  };
  const [strides, dilations, pads] = [ints('strides', 1), ints('dilations', 1), ints('pads', 0, 2 * rank)];
  const steps = rowMajorStrides(image);
  let cells: Cell[] = [{ tap: 0, position: 0, padded: true }];
  for (let d = 0; d < rank; d++) {
    cells = cells.flatMap(({ tap, position, padded }) =>
      Array.from({ length: kernel[d] }, (_, k): Cell => {
        const place = at[d] * strides[d] - pads[d] + k * dilations[d];
        const inside = position !== null && place >= 0 && place < image[d];
        return {
          tap: tap * kernel[d] + k,
          position: inside ? position + place * steps[d] : null,
          padded: padded && place < image[d] + pads[rank + d],
        };
      }),
    );
  }
  return cells;
}

/** Row-major index to one index per dimension. */
export function coordinates(shape: Shape, index: number): number[] {
  return rowMajorStrides(shape).map((stride, d) => Math.floor(index / stride) % shape[d]);
}
