import { elementCount } from '../ir/shape.ts';
import type { Shape } from '../ir/types.ts';
import { invariant } from '../support/errors.ts';
import { type CodeRange, codeRange, quantizeValue, symmetricScale } from './affine.ts';
import { pow2AtLeast, type Scales } from './pow2-scale.ts';

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

interface WeightOptions {
  readonly bits?: number;
  /** See symmetricScale(); one number per channel. */
  readonly minScale?: ArrayLike<number>;
  /** 'pow2': the nearest power of two below or above, whichever gives less squared error. Default 'free'. */
  readonly scales?: Scales;
}

/**
 * Symmetric codes of a weight tensor, -127 .. 127 for 8 bits, one float32 scale per channel along `axis`, zero point 0.
 * The error of each weight is at most half a step, unless a power of two below the free scale cuts off the largest.
 */
export function quantizeWeights(
  data: ArrayLike<number>,
  shape: Shape,
  axis: number,
  { bits = 8, minScale, scales = 'free' }: WeightOptions = {},
): { readonly codes: Int8Array; readonly scale: number[] } {
  const range = codeRange(bits, true);
  const { channels, inner } = channelRuns(shape, axis);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const free = Array.from(channelMaxAbs(data, shape, axis), (maxAbs, c) =>
    symmetricScale(maxAbs, range.max, minScale?.[c]),
  );
  const scale = scales === 'free' ? free : pow2Scales(data, channelOf, free, range, minScale);
  const codes = new Int8Array(data.length);
  for (let i = 0; i < codes.length; i++) {
    codes[i] = quantizeValue(data[i], { scale: scale[channelOf(i)], zeroPoint: 0 }, range);
  }
  return { codes, scale };
}

function pow2Scales(
  data: ArrayLike<number>,
  channelOf: (i: number) => number,
  free: readonly number[],
  range: CodeRange,
  minScale: ArrayLike<number> | undefined,
): number[] {
  const up = free.map(pow2AtLeast);
  const errors = [1, 0.5].map((factor) => {
    const sums = new Float64Array(free.length);
    for (let i = 0; i < data.length; i++) {
      const scale = up[channelOf(i)] * factor;
      sums[channelOf(i)] += (data[i] - scale * quantizeValue(data[i], { scale, zeroPoint: 0 }, range)) ** 2;
    }
    return sums;
  });
  return up.map((scale, c) => (errors[1][c] < errors[0][c] && scale / 2 >= (minScale?.[c] ?? 0) ? scale / 2 : scale));
}
