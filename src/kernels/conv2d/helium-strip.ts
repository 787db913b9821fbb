import type { WindowShape } from '../../ir/window.ts';
import { LANES } from '../packing/helium-stream.ts';
import type { Chunks } from './chunk-overlap.ts';
import { depthOf } from './gemm-weights.ts';

/** The columns of some windows, as nn_conv2d_helium_s8 copies them; `inRow`: windows are neighbours and share columns. */
export interface Strip extends Chunks {
  readonly columnBytes: number;
  readonly bytes: number;
  /** By which the codes of a column are gathered, in eights; null: they are copied row by row. */
  readonly offsets: Uint16Array | null;
}

/** Scratch that a strip may take: as much as two windows in pairs of int16, or this. */
const LEAST_BYTES = 128;

export function stripOf(shape: WindowShape): Strip {
  const columnBytes = (shape.kernel_h * shape.in_c) / shape.groups;
  const inRow = shape.dilation_w === 1 && shape.stride_w < shape.kernel_w && !isWasteful(shape);
  const columns = Math.floor(Math.max(LEAST_BYTES, 4 * depthOf(shape)) / columnBytes);
  const windows = inRow ? Math.floor((columns - shape.kernel_w) / shape.stride_w) + 1 : columns / shape.kernel_w;
  const longest = inRow ? shape.out_w : shape.out_h * shape.out_w;
  const most = Math.min(longest, Math.max(2, 2 * Math.floor(windows / 2)));
  const taken = inRow ? (most - 1) * shape.stride_w + shape.kernel_w : most * shape.kernel_w;
  return { most, inRow, columnBytes, bytes: taken * columnBytes + LANES, offsets: columnOffsets(shape) };
}

/** Windows of a row in pairs leave one over, and rows are so short that it costs more than copying columns again. */
function isWasteful({ out_w }: WindowShape): boolean {
  return out_w % 2 === 1 && out_w < 12;
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
