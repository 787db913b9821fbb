import { elementCount } from '../ir/shape.ts';
import type { Shape } from '../ir/types.ts';
import { invariant } from '../support/errors.ts';
import { codeRange, quantizeValue, symmetricScale } from './affine.ts';

/** How the elements of one channel lie in a C-order tensor: `outer` runs of `inner`, `channels * inner` apart. */
export interface ChannelRuns {
  readonly channels: number;
  readonly outer: number;
  readonly inner: number;
}

export function channelRuns(shape: Shape, axis: number): ChannelRuns {
  invariant(axis >= 0 && axis < shape.length, `axis ${axis} of [${shape}]`);
  return {
    channels: shape[axis],
    outer: elementCount(shape.slice(0, axis)),
    inner: elementCount(shape.slice(axis + 1)),
  };
}

/** Largest magnitude of each channel along `axis`. */
export function channelMaxAbs(data: ArrayLike<number>, shape: Shape, axis: number): Float64Array {
  const { channels, inner } = channelRuns(shape, axis);
  const result = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / inner) % channels;
    result[channel] = Math.max(result[channel], Math.abs(data[i]));
  }
  return result;
}

/**
 * Symmetric codes of a weight tensor, -127 .. 127 for 8 bits, one float32 scale per channel along `axis`, zero point 0.
 * minScale: see symmetricScale(); one number per channel. The error of each weight is at most half a step.
 */
export function quantizeWeights(
  data: ArrayLike<number>,
  shape: Shape,
  axis: number,
  { bits = 8, minScale }: { readonly bits?: number; readonly minScale?: ArrayLike<number> } = {},
): { readonly codes: Int8Array; readonly scale: number[] } {
  const range = codeRange(bits, true);
  const { channels, inner } = channelRuns(shape, axis);
  const scale = Array.from(channelMaxAbs(data, shape, axis), (maxAbs, c) =>
    symmetricScale(maxAbs, range.max, minScale?.[c]),
  );
  const codes = new Int8Array(data.length);
  for (let i = 0; i < codes.length; i++) {
    codes[i] = quantizeValue(data[i], { scale: scale[Math.floor(i / inner) % channels], zeroPoint: 0 }, range);
  }
  return { codes, scale };
}
