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
  const inside = (back: Builder) => back.compare('Equal', rounded, code);
  return straightThrough(build, { x, scale, ratio, code, inside, high });
}

/**
 * The same for a grid of any levels (ascending, more than one): s q with the level q nearest to x / s, halfway between two
 * the upper one. Inside is what lies between the lowest and the highest level.
 */
export function fakeQuantizeLevels(build: Builder, x: ValueName, scale: ValueName, levels: readonly number[]): Marked {
  const [low, high] = [levels[0], levels[levels.length - 1]];
  const ratio = build.div(x, scale);
  const steps = levels.slice(1).map((level, i) => {
    const above = build.compare('GreaterOrEqual', ratio, build.scalar((level + levels[i]) / 2));
    return build.scale(build.cast(above, 'f32'), level - levels[i]);
  });
  const code = build.op('Sum', [...steps, build.scalar(low)], build.shape(ratio));
  const inside = (back: Builder) => {
    const bounds = [back.scalar(low), back.scalar(high)] as const;
    return back.and(back.compare('GreaterOrEqual', ratio, bounds[0]), back.compare('LessOrEqual', ratio, bounds[1]));
  };
  return straightThrough(build, { x, scale, ratio, code, inside, high });
}

interface Rounded {
  readonly x: ValueName;
  readonly scale: ValueName;
  readonly ratio: ValueName;
  readonly code: ValueName;
  /** Largest code. */
  readonly high: number;
  inside(back: Builder): ValueName;
}

function straightThrough(build: Builder, { x, scale, ratio, code, high, inside }: Rounded): Marked {
  const perScale = elementCount(build.shape(x)) / elementCount(build.shape(scale));
  const factor = 1 / Math.sqrt(perScale * Math.max(high, 1));
  return {
    value: build.mul(code, scale),
    gradient: {
      inputs: [x, scale],
      backward(back, dy, [wantsX, wantsScale]) {
        const within = inside(back);
        const dx = () => back.where(within, dy, back.scalar(0));
        const error = () => back.sub(code, back.where(within, ratio, back.scalar(0)));
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
