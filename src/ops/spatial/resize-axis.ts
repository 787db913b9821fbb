import { own } from '../../support/own.ts';
import { filteredTaps } from './resize-filter.ts';

/** How one axis of a Resize maps output positions to input positions. All arithmetic in float, as onnxruntime does it. */
export interface ResizeAxis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** Of tf_crop_and_resize, in parts of the axis. */
  readonly roi: readonly [start: number, end: number];
}

export interface ResizeMode {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubicA: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

/** y[o] = sum over k of weights[o * taps + k] x[positions[o * taps + k]]; position -1: outside, y is the extrapolation value. */
export interface Taps {
  readonly taps: number;
  readonly positions: Int32Array;
  readonly weights: Float32Array;
}

const f = Math.fround;

/** The taps of every output position of one axis, or why there are none. */
export function axisTaps(axis: ResizeAxis, mode: ResizeMode): Taps | string {
  const centres = Array.from({ length: axis.output }, (_, o) => centre(axis, mode.coordinates, o));
  const unknown = centres.indexOf(null);
  if (unknown >= 0) return `coordinate_transformation_mode '${mode.coordinates}' is not known`;
  const at = centres as number[];
  if (mode.antialias && mode.mode !== 'nearest') return outside(axis, mode, at, filteredTaps(axis, mode, at));
  if (mode.mode === 'nearest') return nearestTaps(axis, mode, at);
  return outside(axis, mode, at, mode.mode === 'linear' ? linearTaps(axis, at) : cubicTaps(axis, mode, at));
}

/** The input position an output position stands on (ONNX Resize, coordinate_transformation_mode). */
function centre({ input, output, scale, roi }: ResizeAxis, mode: string, o: number): number | null {
  const pixel = f(f(o + 0.5) / f(scale));
  if (f(scale) === 1 && mode !== 'tf_crop_and_resize') return o;
  switch (mode) {
    case 'half_pixel':
      return f(pixel - 0.5);
    case 'pytorch_half_pixel':
      return output > 1 ? f(pixel - 0.5) : 0;
    case 'half_pixel_symmetric': {
      const adjustment = f(output / f(f(scale) * input));
      const middle = f(input / 2);
      return f(f(middle * f(1 - adjustment)) + (o + 0.5) / f(scale) - 0.5); // in double, unlike the others
    }
    case 'asymmetric':
      return f(o / f(scale));
    case 'align_corners':
      return output === 1 ? 0 : f(f(o * (input - 1)) / (output - 1));
    case 'tf_half_pixel_for_nn':
      return pixel;
    case 'tf_crop_and_resize': {
      const [start, end] = roi.map(f) as [number, number];
      if (output === 1) return f(f(0.5 * f(start + end)) * (input - 1));
      return f(f(start * (input - 1)) + f(f(f(o * f(end - start)) * (input - 1)) / (output - 1)));
    }
    default:
      return null;
  }
}

function nearestTaps(axis: ResizeAxis, mode: ResizeMode, centres: readonly number[]): Taps | string {
  const round = own(NEAREST, mode.nearest);
  if (!round) return `nearest_mode '${mode.nearest}' is not known`;
  const positions = centres.map((x) => clamp(round(x), axis.input));
  const taps = { taps: 1, positions: Int32Array.from(positions), weights: new Float32Array(positions.length).fill(1) };
  return outside(axis, mode, centres, taps);
}

const NEAREST: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

function clamp(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size - 1);
}

function linearTaps(axis: ResizeAxis, centres: readonly number[]): Taps {
  const positions = new Int32Array(centres.length * 2);
  const weights = new Float32Array(centres.length * 2);
  centres.forEach((centre, o) => {
    const x = clamp(centre, axis.input);
    const first = Math.min(Math.trunc(x), axis.input - 1);
    positions.set([first, Math.min(first + 1, axis.input - 1)], o * 2);
    // Two halves of the last element: float32 adds them up otherwise than one whole.
    weights.set(first === axis.input - 1 ? [0.5, 0.5] : [1 - f(x - first), f(x - first)], o * 2);
  });
  return { taps: 2, positions, weights };
}

/** Keys' cubic convolution with parameter a, |x| < 2. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

function cubicTaps(axis: ResizeAxis, mode: ResizeMode, centres: readonly number[]): Taps {
  const positions = new Int32Array(centres.length * 4);
  const weights = new Float32Array(centres.length * 4);
  centres.forEach((x, o) => {
    const first = Math.floor(x) - 1;
    const raw = [0, 1, 2, 3].map((k) => {
      const inside = first + k >= 0 && first + k < axis.input;
      return mode.excludeOutside && !inside ? 0 : cubic(x - (first + k), mode.cubicA);
    });
    const sum = mode.excludeOutside ? raw.reduce((a, b) => a + b, 0) : 1;
    raw.forEach((weight, k) => {
      positions[o * 4 + k] = clamp(first + k, axis.input);
      weights[o * 4 + k] = weight / sum;
    });
  });
  return { taps: 4, positions, weights };
}

/** tf_crop_and_resize marks output positions that stand outside the input. */
function outside(axis: ResizeAxis, mode: ResizeMode, centres: readonly number[], taps: Taps): Taps {
  if (mode.coordinates !== 'tf_crop_and_resize') return taps;
  centres.forEach((x, o) => {
    if (x < 0 || x > axis.input - 1) taps.positions.fill(-1, o * taps.taps, (o + 1) * taps.taps);
  });
  return taps;
}
