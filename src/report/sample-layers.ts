import { type CodeGrid, findFormat } from '../formats/index.ts';
import { elementCount } from '../ir/shape.ts';
import type { Attribute, Graph, Node, Shape, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { createRng } from '../numerics/rng.ts';
import { gridOfLevels, largestLevel } from '../quant/grids/grid.ts';

/** A layer by which formats are compared, in two sizes that differ in how often they use a weight. */
export interface SampleLayer {
  readonly op: 'MatMul' | 'Conv';
  readonly weights: Shape;
  /** Of the weights: the outputs. */
  readonly axis: number;
  readonly uses: readonly [number, number];
  readonly sizes: readonly [readonly [x: Shape, y: Shape], readonly [x: Shape, y: Shape]];
}

export const SAMPLE_LAYERS: Readonly<Record<'dense' | 'conv', SampleLayer>> = {
  dense: {
    ...{ op: 'MatMul', weights: [256, 64], axis: 1, uses: [1, 4] },
    sizes: [
      [
        [1, 256],
        [1, 64],
      ],
      [
        [4, 256],
        [4, 64],
      ],
    ],
  },
  conv: {
    ...{ op: 'Conv', weights: [32, 16, 3, 3], axis: 0, uses: [16, 64] },
    sizes: [
      [
        [1, 16, 6, 6],
        [1, 32, 4, 4],
      ],
      [
        [1, 16, 10, 10],
        [1, 32, 8, 8],
      ],
    ],
  },
};

/** One quantized layer with normal weights, moved to the codes of the format. */
export function sampleGraph(layer: SampleLayer, format: string, x: Shape, y: Shape): Graph {
  const codes = drawCodes(findFormat(format).grid, elementCount(layer.weights));
  const wide = codes.some((code) => code < -128 || code > 127);
  const [dtype, data] = wide ? (['i16', Int16Array.from(codes)] as const) : (['i8', Int8Array.from(codes)] as const);
  const channels = layer.weights[layer.axis];
  const activation = (shape: Shape, scale: number): TensorType => ({
    ...{ dtype: 'i8', shape },
    quant: { scheme: 'affine', bits: 8, scale: [scale], zeroPoint: [0], axis: null },
  });
  const types = new Map<ValueName, TensorType>([
    ['x', activation(x, 2 ** -6)],
    ['y', activation(y, 2 ** 3)],
    [
      'w',
      {
        ...{ dtype, shape: layer.weights },
        quant: {
          ...{ scheme: 'affine', bits: wide ? 16 : 8, axis: layer.axis, format },
          scale: new Array<number>(channels).fill(0.011),
          zeroPoint: new Array<number>(channels).fill(0),
        },
      },
    ],
  ]);
  const attributes: Record<string, Attribute> = layer.op === 'Conv' ? { kernel_shape: layer.weights.slice(2) } : {};
  const node: Node = {
    ...{ op: layer.op, domain: '', name: 'y', inputs: ['x', 'w'], outputs: ['y'], attributes, clip: null },
  };
  const weights: Tensor = { dtype, shape: layer.weights, data };
  return { name: 'layer', inputs: ['x'], outputs: ['y'], nodes: [node], types, constants: new Map([['w', weights]]) };
}

/** Normal numbers of which three sigma are the largest code, each the nearest code. */
function drawCodes(grid: CodeGrid | null, count: number): number[] {
  const nearest = gridOfLevels('codes', levelsOf(grid));
  const unit = largestLevel(nearest) / 3;
  const rng = createRng(1);
  return Array.from({ length: count }, () => nearest.nearest(rng.normal() * unit));
}

/** Some codes that rows may have. */
function levelsOf(grid: CodeGrid | null): readonly number[] {
  switch (grid?.kind) {
    case 'levels':
      return grid.levels;
    case 'values': {
      const count = Math.min(grid.entries, 255);
      return Array.from({ length: count }, (_, i) => i - (count >> 1));
    }
    case 'widths': {
      const top = 2 ** (Math.round(grid.bits) - 1);
      return Array.from({ length: 2 * top - 1 }, (_, i) => i + 1 - top);
    }
    default:
      return [-89, 0, 127];
  }
}
