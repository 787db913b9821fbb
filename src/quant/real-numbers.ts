import { numbersOf } from '../ir/tensor.ts';
import type { Tensor, TensorType } from '../ir/types.ts';
import { dequantizeArray } from './affine.ts';

/** What the elements of an output stand for, whether it holds codes of one scale or numbers. */
export function realNumbers(tensor: Tensor, { quant }: Pick<TensorType, 'quant'>): ArrayLike<number> {
  const numbers = numbersOf(tensor);
  return quant ? dequantizeArray(numbers, { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] }) : numbers;
}
