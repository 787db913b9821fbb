import { lowerGraph } from '../codegen/lower/lower-graph.ts';
import { type CodeGrid, FORMAT_FAMILIES, findFormat } from '../formats/index.ts';
import type { Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import { bytesByKind } from '../ir/tables.ts';
import type { Attribute, Graph, Node, Shape, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { createRng } from '../numerics/rng.ts';
import { gridOfLevels, largestLevel } from '../quant/grids/grid.ts';
import { UserError } from '../support/errors.ts';
import type { Target } from '../targets/target.ts';

/** What a format costs on a core, by the cost model: of layers of two kinds, in two sizes that differ in how often they use a weight. */
export interface FormatCost {
  readonly format: string;
  /** Of the dense layer, tables included; null: the core cannot compute it. */
  readonly bytesPerWeight: number | null;
  /** Instructions beyond those of int8: perWeight + perUse * uses. Null: the core cannot compute it. */
  readonly dense: Line | null;
  readonly conv: Line | null;
}

export interface Line {
  readonly perWeight: number;
  readonly perUse: number;
}

interface Layer {
  readonly op: 'MatMul' | 'Conv';
  readonly weights: Shape;
  /** Of the weights: the outputs. */
  readonly axis: number;
  readonly uses: readonly [number, number];
  readonly sizes: readonly [readonly [x: Shape, y: Shape], readonly [x: Shape, y: Shape]];
}

const LAYERS: Readonly<Record<'dense' | 'conv', Layer>> = {
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

const ENTROPY_CODED = ['int4+huffman', 'int4+rans', 'ternary+rans'];

/** Of every format, families of a number by some of their members. */
export function formatCosts(target: Target): FormatCost[] {
  const names = FORMAT_FAMILIES.flatMap(({ pattern, examples }) => examples ?? pattern.split(', '));
  const plain = { dense: measure(LAYERS.dense, 'int8', target), conv: measure(LAYERS.conv, 'int8', target) };
  return [...names, ...ENTROPY_CODED]
    .filter((name) => findFormat(name).grid !== null)
    .map((format) => {
      const [dense, conv] = [measure(LAYERS.dense, format, target), measure(LAYERS.conv, format, target)];
      return {
        format,
        bytesPerWeight: dense?.bytesPerWeight ?? null,
        dense: lineOf(LAYERS.dense, plain.dense, dense),
        conv: lineOf(LAYERS.conv, plain.conv, conv),
      };
    });
}

function lineOf({ uses, weights }: Layer, plain: Measure | null, own: Measure | null): Line | null {
  if (!own || !plain) return null;
  const [small, large] = [0, 1].map((i) => (own.instructions[i] - plain.instructions[i]) / elementCount(weights));
  const perUse = (large - small) / (uses[1] - uses[0]);
  return { perWeight: small - perUse * uses[0], perUse };
}

interface Measure {
  readonly bytesPerWeight: number;
  readonly instructions: readonly number[];
}

function measure(layer: Layer, format: string, { name, features }: Target): Measure | null {
  try {
    const programs = layer.sizes.map(([x, y]) =>
      lowerGraph(layerGraph(layer, format, x, y), { name: 'layer', features, kernels: { core: name } }),
    );
    return {
      bytesPerWeight: weightBytes(programs[0]) / elementCount(layer.weights),
      instructions: programs.map(({ calls }) => calls.reduce((sum, call) => sum + (call.instructions ?? 0), 0)),
    };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function weightBytes({ tables }: Program): number {
  return tables.reduce((sum, table) => sum + bytesByKind(table).weights, 0);
}

/** One quantized layer with normal weights, moved to the codes of the format. */
function layerGraph(layer: Layer, format: string, x: Shape, y: Shape): Graph {
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
