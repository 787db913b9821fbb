import type { Rng } from '../../src/numerics/rng.ts';

/** Images are SIZE x SIZE grey pixels. */
export const SIZE = 24;
export const CLASSES = [
  'disc',
  'square',
  'triangle',
  'cross',
  'ring',
  'frame',
  'half disc',
  'crescent',
  'hexagon',
  'star',
] as const;

/** Outward normals of a pentagon's sides: the points of a star lie beyond one of them at most. */
const POINTED = [
  [0, 1],
  [0.951, 0.309],
  [0.588, -0.809],
  [-0.588, -0.809],
  [-0.951, 0.309],
];

/** Whether a point lies in the shape drawn around the origin with radius 1; in the order of CLASSES. */
const INSIDE: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => x * x + y * y < 1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  (x, y) => y < 0.6 && 1.8 * Math.abs(x) - y < 1,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.28 && Math.max(Math.abs(x), Math.abs(y)) < 1,
  (x, y) => x * x + y * y < 1 && x * x + y * y > 0.36,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85 && Math.max(Math.abs(x), Math.abs(y)) > 0.5,
  (x, y) => x * x + y * y < 1 && y > -0.1,
  (x, y) => x * x + y * y < 1 && (x - 0.5) ** 2 + y * y > 0.64,
  (x, y) => Math.max(Math.abs(x), Math.abs(x) / 2 + 0.866 * Math.abs(y)) < 0.9,
  (x, y) => POINTED.filter(([a, b]) => a * x + b * y < 0.36).length >= 4,
];

/** A pixel's grey is the share of POINTS x POINTS points in it that lie inside. */
const POINTS = 4;

/** Ranges that the pictures of a set are drawn from. */
export interface Conditions {
  /** Pixels. */
  readonly radius: readonly [least: number, most: number];
  /** Grey levels, 0 .. 255. */
  readonly contrast: readonly [least: number, most: number];
  /** Most that a pixel's grey is off. */
  readonly noise: readonly [least: number, most: number];
}

/**
 * One shape at a random place, size, angle, contrast and noise. Only + - * / and comparisons:
 * these are exact or correctly rounded, so every machine draws the same bytes.
 */
export function drawShape(label: number, rng: Rng, conditions: Conditions): Uint8Array {
  const [least, most] = conditions.radius;
  const radius = least + (most - least) * rng.uniform();
  const play = SIZE / 2 + 1 - radius;
  const centreX = SIZE / 2 + play * (2 * rng.uniform() - 1);
  const centreY = SIZE / 2 + play * (2 * rng.uniform() - 1);
  const { cos, sin } = rotation(rng);
  const background = rng.int(10, 70);
  const contrast = rng.int(...conditions.contrast);
  const noise = rng.int(...conditions.noise);

  return Uint8Array.from({ length: SIZE * SIZE }, (_, pixel) => {
    let hits = 0;
    for (let point = 0; point < POINTS * POINTS; point++) {
      const x = ((pixel % SIZE) + ((point % POINTS) + 0.5) / POINTS - centreX) / radius;
      const y = (Math.floor(pixel / SIZE) + (Math.floor(point / POINTS) + 0.5) / POINTS - centreY) / radius;
      if (INSIDE[label](cos * x + sin * y, cos * y - sin * x)) hits++;
    }
    const grey = background + Math.round((contrast * hits) / POINTS ** 2) + rng.int(-noise, noise);
    return Math.max(0, Math.min(255, grey));
  });
}

/** A random point of the unit circle: (1 - t^2, 2t) / (1 + t^2) covers a quarter for t in [0, 1); then quarter turns. */
function rotation(rng: Rng): { readonly cos: number; readonly sin: number } {
  const t = rng.uniform();
  let [cos, sin] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  for (let turns = rng.int(0, 3); turns > 0; turns--) [cos, sin] = [-sin, cos];
  return { cos, sin };
}
