import type { ResizeAxis, ResizeMode, Taps } from './resize-axis.ts';

const f = Math.fround;

/**
 * The taps of an axis with antialias: a triangle or cubic filter, stretched by 1 / scale where the axis shrinks. Step by
 * step in float32 as onnxruntime computes them, because sums of integers are rounded later.
 */
export function filteredTaps(axis: ResizeAxis, mode: ResizeMode, centres: readonly number[]): Taps {
  const rows = centres.map((centre) => filterRow(axis, mode, centre));
  const taps = Math.max(1, ...rows.map(({ weights }) => weights.length));
  const positions = new Int32Array(rows.length * taps);
  const weights = new Float32Array(rows.length * taps);
  rows.forEach((row, o) => {
    row.weights.forEach((weight, k) => {
      positions[o * taps + k] = row.first + k;
      weights[o * taps + k] = weight;
    });
  });
  return { taps, positions, weights };
}

/** The weights of the elements from `first` on around one centre. */
function filterRow(
  { input, scale }: ResizeAxis,
  mode: ResizeMode,
  centre: number,
): { first: number; weights: number[] } {
  const stretch = f(1 / f(scale));
  const width = mode.mode === 'linear' ? 1 : 2;
  const support = stretch >= 1 ? f(width * stretch) : width;
  const shrink = stretch >= 1 ? f(1 / stretch) : 1;
  const middle = f(0.5 + centre);
  const [from, to] = [-support, support].map((reach) => Math.floor(f(f(middle + reach) + 0.5))) as [number, number];
  const [first, end] = [from, to].map((place) => Math.min(Math.max(place, 0), input)) as [number, number];
  const start = mode.excludeOutside ? first : from;
  const buffer = Array.from({ length: Math.max(0, (mode.excludeOutside ? end : to) - start) }, (_, k) =>
    kernel(mode, f(f(f(k + start - middle) + 0.5) * shrink)),
  );
  const total = buffer.reduce((sum, weight) => f(sum + weight), 0);
  const inverse = total === 0 ? 1 : f(1 / total);
  const inside = mode.excludeOutside || first >= end ? buffer : foldedIn(buffer, start, input);
  return { first, weights: inside.slice(0, Math.max(0, end - first)).map((weight) => f(weight * inverse)) };
}

/** Weights of places outside the input are added to those of its first and last element. */
function foldedIn(buffer: readonly number[], start: number, input: number): number[] {
  const folded = [...buffer];
  const before = Math.min(Math.max(-start, 0), folded.length - 1);
  for (let k = 0; k < before; k++) folded[before] = f(folded[before] + folded[k]);
  const behind = Math.min(Math.max(folded.length + start - input, 0), folded.length - 1);
  const last = folded.length - behind - 1;
  for (let k = last + 1; k < folded.length; k++) folded[last] = f(folded[last] + folded[k]);
  return folded.slice(before);
}

function kernel({ mode, cubicA }: ResizeMode, x: number): number {
  const d = Math.abs(x);
  const a = f(cubicA);
  if (mode === 'linear') return d < 1 ? f(1 - d) : 0;
  if (d < 1) return f(f(f(f(f(f(a + 2) * d) - f(a + 3)) * d) * d) + 1);
  return d < 2 ? f(f(f(f(f(f(d - 5) * d) + 8) * d) - 4) * a) : 0;
}
