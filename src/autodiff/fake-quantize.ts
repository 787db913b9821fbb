import { elementCount } from '../ir/shape.ts';
import type { Graph, ValueName } from '../ir/types.ts';
import type { Builder } from './builder.ts';
import type { CustomGradient } from './custom-gradient.ts';

export interface CodeGrid {
  /** Smallest and largest code. */
  readonly min: number;
  readonly max: number;
  /** A code that stands for zero; default 0. */
  readonly zeroPoint?: number;
}

export interface Marked {
  readonly value: ValueName;
  readonly gradient: CustomGradient;
}

/**
 * The nearest number that a code can stand for: s (clip(round(x / s) + zero, min, max) - zero), rounded half to even.
 * `scale` is a scalar or broadcasts over x, one scale per channel. The rounding is passed straight through (Bengio,
 * Leonard and Courville, 2013), and the scale learns by the gradient of LSQ (Esser et al., 2020, equations 2 and 3, and
 * its factor 1 / sqrt(n max), n elements per scale):
 *
 *   dx = dy inside the grid, 0 outside; ds = sum(dy (q - x / s)) inside, sum(dy q) outside, q = code - zero
 */
export function fakeQuantize(build: Builder, x: ValueName, scale: ValueName, grid: CodeGrid): Marked {
  const { min, max, zeroPoint = 0 } = grid;
  const [low, high] = [min - zeroPoint, max - zeroPoint];
  const ratio = build.div(x, scale);
  const rounded = build.unary('Round', ratio);
  const code = build.op('Clip', [rounded, build.scalar(low), build.scalar(high)], build.shape(ratio));
  const value = build.mul(code, scale);
  const perScale = elementCount(build.shape(x)) / elementCount(build.shape(scale));
  const factor = 1 / Math.sqrt(perScale * Math.max(high, 1));
  return {
    value,
    gradient: {
      inputs: [x, scale],
      backward(back, dy, [wantsX, wantsScale]) {
        const inside = back.compare('Equal', rounded, code);
        const dx = () => back.where(inside, dy, back.scalar(0));
        const error = () => back.sub(code, back.where(inside, ratio, back.scalar(0)));
        const ds = () => back.scale(back.sumTo(back.mul(dy, error()), back.shape(scale)), factor);
        return [wantsX ? dx() : null, wantsScale ? ds() : null];
      },
    },
  };
}

/** Nodes of `graph` read other values from now on; nodes that the draft has added do not. */
export function rewire({ draft }: Builder, graph: Graph, replacements: ReadonlyMap<ValueName, ValueName>): void {
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => (input === null ? null : (replacements.get(input) ?? input)));
    if (inputs.some((input, i) => input !== node.inputs[i])) draft.update(node, { inputs });
  }
}
