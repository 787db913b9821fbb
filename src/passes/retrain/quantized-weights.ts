import { constantOf, typeOf } from '../../ir/graph.ts';
import { linearOf } from '../../ir/linear.ts';
import { numbersOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant, Shape, ValueName } from '../../ir/types.ts';
import { type Grid, gridOfLevels } from '../../quant/grids/grid.ts';
import { gridNamed } from '../../quant/grids/index.ts';
import { must } from '../../support/errors.ts';
import { floatTwin } from '../quantize/float-twin.ts';

/** A constant of weight codes; several layers may read it. */
export interface QuantizedWeights {
  readonly name: ValueName;
  readonly shape: Shape;
  readonly codes: Float32Array;
  readonly quant: Quant;
  /** Of their storage; 'int8' where it names none. */
  readonly format: string;
  /** Codes that the format has. */
  readonly grid: Grid;
  /** Shape of the scales, so that they broadcast over the weights. */
  readonly scaleShape: Shape;
  /** The row (output channel) of each weight; 0 where one scale serves all. */
  rowOf(index: number): number;
  /** What the float model has in their place, in codes (float weight over scale); null when it is not known. */
  readonly float: Float32Array | null;
}

/** The weights that a node reads; null when it has none. */
export function quantizedWeights(graph: Graph, node: Node, float: Graph | null): QuantizedWeights | null {
  const linear = linearOf(graph, node);
  if (!linear) return null;
  const { weights: name, weightShape: shape } = linear;
  const { quant } = typeOf(graph, name);
  if (!quant) return null;
  const { axis, scale } = quant;
  const inner = axis === null ? 1 : shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const rowOf = axis === null ? () => 0 : (index: number) => Math.floor(index / inner) % scale.length;
  const codes = Float32Array.from(numbersOf(must(constantOf(graph, name), name)));
  const format = quant.format ?? (quant.bits > 8 ? 'int16' : 'int8');
  const twin = float && floatWeights(graph, node, float);
  return {
    name,
    shape,
    codes,
    quant,
    format,
    grid: gridOf(format, codes),
    scaleShape: axis === null ? [] : shape.map((size, i) => (i === axis ? size : 1)),
    rowOf,
    float: twin && twin.length === codes.length ? twin.map((w, i) => w / scale[rowOf(i)]) : null,
  };
}

function floatWeights(graph: Graph, node: Node, float: Graph): Float32Array | null {
  const tensor = constantOf(float, floatTwin(graph, float, node)?.inputs[1]);
  return tensor?.dtype === 'f32' ? (tensor.data as Float32Array) : null;
}

/** Formats whose codes depend on the weights have no others than those in use. */
function gridOf(format: string, codes: Float32Array): Grid {
  const named = gridNamed(format);
  return (
    named ??
    gridOfLevels(
      format,
      [...new Set([0, ...codes])].sort((a, b) => a - b),
    )
  );
}

/** Not one of the layers that keep 8 bits. */
export function isFewBit({ format }: QuantizedWeights): boolean {
  return format !== 'int8' && format !== 'int16';
}
