import { bitsOf, carrierOf, tensorOf } from '../../../ir/tensor.ts';
import type { Quant, Shape, Tensor } from '../../../ir/types.ts';
import { roundHalfEven } from '../../../numerics/float16.ts';
import { channelRuns } from '../../../quant/per-channel.ts';
import { must } from '../../../support/errors.ts';
import { shiftOf, type Target } from './scales.ts';

/** float32(code - zero point) * scale in float32, as DequantizeLinear computes it. */
export function dequantizeTensor({ shape, data }: Tensor, quant: Quant): Tensor {
  const channel = channelOf(shape, quant);
  const result = new Float32Array(data.length);
  for (let i = 0; i < result.length; i++) {
    const c = channel(i);
    result[i] = Math.fround(Number(data[i]) - quant.zeroPoint[c]) * quant.scale[c];
  }
  return { dtype: 'f32', shape, data: result };
}

/** Codes of constant float32 numbers, as the target's QuantizeLinear computes them; NaN becomes the lowest. */
export function quantizeTensor({ shape, data }: Tensor, { quant, range, rounding }: Target): Tensor {
  const channel = channelOf(shape, quant);
  const codes = Array.from(data as Float32Array, (x, i) => {
    const zero = quant.zeroPoint[channel(i)];
    const steps = Math.fround(x / quant.scale[channel(i)]);
    const code = rounding === 'even-codes' ? roundHalfEven(Math.fround(steps + zero)) : roundHalfEven(steps) + zero;
    return Number.isNaN(code) ? range.min : Math.min(Math.max(code, range.min), range.max);
  });
  return tensorOf(carrierOf(quant), shape, codes);
}

/** Integers of 16 bits or fewer as our codes. */
export function codesTensor({ dtype, shape, data }: Tensor): Tensor {
  const shift = must(shiftOf(dtype), 'integers of 16 bits');
  return tensorOf(
    bitsOf(dtype) > 8 ? 'i16' : 'i8',
    shape,
    Array.from(data as ArrayLike<number>, (code) => code - shift),
  );
}

/** The channel of each element, for codes with one scale or one per channel. */
function channelOf(shape: Shape, { axis }: Quant): (i: number) => number {
  if (axis === null) return () => 0;
  const { channels, inner } = channelRuns(shape, axis);
  return (i) => Math.floor(i / inner) % channels;
}
