import type { Operand } from '../../ir/lowering.ts';
import type { Tensor } from '../../ir/types.ts';
import type { WindowShape } from '../../ir/window.ts';
import type { Job } from '../kernel.ts';

/** A layer with float32 weights: convolution, or dense as a 1x1 window over `out_w` rows. */
export interface FloatJob extends Job {
  readonly shape: WindowShape;
  /** [out][in / groups][kernel_h][kernel_w]; columns of a dense layer in the order in which its input lies. */
  readonly weights: Tensor;
  /** Null: none; 'computed': no constant. */
  readonly bias: Float32Array | null | 'computed';
  readonly x: Operand;
  readonly y: Operand;
  /** Bounds of the result, and as literals. */
  readonly bounds: readonly [min: number, max: number];
  readonly clip: readonly [min: string, max: string];
  readonly macs: number;
  readonly summary: string;
}
