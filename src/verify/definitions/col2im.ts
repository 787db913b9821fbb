import { intsAttribute } from '../../ir/attributes.ts';
import { type Definition, numbers } from './definition.ts';

/** Sum of the blocks where they lie in the image: element k of block l at l stride + k dilation - pad, in each dimension. */
export const col2im: Definition = (node, inputs) => {
  const [x, image, block] = [numbers(inputs, 0), numbers(inputs, 1), numbers(inputs, 2)];
  if (!x || !image || !block) return null;
  const rank = image.length;
  const ones = new Array<number>(rank).fill(1);
  const [strides, dilations] = [intsAttribute(node, 'strides', ones), intsAttribute(node, 'dilations', ones)];
  const pads = intsAttribute(node, 'pads', new Array<number>(2 * rank).fill(0));
  const counts = image.map((size, d) => {
    const reach = (block[d]! - 1) * dilations[d]! + 1;
    return Math.floor((size + pads[d]! + pads[d + rank]! - reach) / strides[d]!) + 1;
  });
  const product = (sizes: Float64Array) => sizes.reduce((a, b) => a * b, 1);
  const [positions, elements, blocks] = [product(image), product(block), product(counts)];
  const y = new Float64Array((x.length / elements / blocks) * positions);
  x.forEach((value, index) => {
    let l = index % blocks;
    let k = Math.floor(index / blocks) % elements;
    let [offset, step] = [Math.floor(index / blocks / elements) * positions, 1];
    for (let d = rank - 1; d >= 0; d--) {
      const at = (l % counts[d]!) * strides[d]! + (k % block[d]!) * dilations[d]! - pads[d]!;
      if (at < 0 || at >= image[d]!) return;
      offset += at * step;
      step *= image[d]!;
      l = Math.floor(l / counts[d]!);
      k = Math.floor(k / block[d]!);
    }
    y[offset]! += value;
  });
  return y;
};
