import type { WindowShape } from '../../ir/window.ts';
import { LANES } from '../packing/helium-stream.ts';
import type { Chunks } from './chunk-overlap.ts';
import { depthOf } from './gemm-weights.ts';

/** The columns of some windows, as nn_conv2d_helium_s8 copies them. */
export interface Strip extends Chunks {
  /** Of the windows in it, with columns that are `dilation_w` apart. */
  readonly shape: WindowShape;
  /** Columns from one window to the next: neighbours of a row share the others. */
  readonly between: number;
  readonly columnBytes: number;
  readonly bytes: number;
  /** By which the codes of a column are gathered, in eights; null: they are copied row by row. */
  readonly offsets: Uint16Array | null;
}

/** Scratch that a strip may take: as much as two windows in pairs of int16, or this. */
const LEAST_BYTES = 128;

export function stripOf(window: WindowShape): Strip {
  const { kernel_w, stride_w, out_w, out_h, in_c, kernel_h, groups } = window;
  const shape = kernel_w === 1 ? { ...window, dilation_w: stride_w } : window;
  const columnBytes = (kernel_h * in_c) / groups;
  const inRow = kernel_w === 1 || (shape.dilation_w === 1 && stride_w < kernel_w);
  const between = kernel_w === 1 ? 1 : inRow ? stride_w : kernel_w;
  const columns = Math.floor(Math.max(LEAST_BYTES, 4 * depthOf(shape)) / columnBytes);
  const windows = Math.floor((columns - kernel_w) / between) + 1;
  const most = Math.min(inRow ? out_w : out_h * out_w, Math.max(2, 2 * Math.floor(windows / 2)));
  const bytes = ((most - 1) * between + kernel_w) * columnBytes + LANES;
  return { shape, most, inRow, between, columnBytes, bytes, offsets: columnOffsets(shape) };
}

function columnOffsets({ in_c, in_w, kernel_h, dilation_h, groups }: WindowShape): Uint16Array | null {
  const channels = in_c / groups;
  const pitch = dilation_h * in_w * in_c;
  if (channels >= LANES || (kernel_h - 1) * pitch + channels > 0xffff) return null;
  const count = kernel_h * channels;
  const offsets = new Uint16Array(8 * Math.ceil(count / 8));
  for (let i = 0; i < count; i++) offsets[i] = Math.floor(i / channels) * pitch + (i % channels);
  return offsets;
}
