import { constantOf, typeOf } from '../../src/ir/graph.ts';
import type { Graph, Node, Quant, Tensor, TensorType, ValueName } from '../../src/ir/types.ts';
import { must } from '../../src/support/errors.ts';
import { fitsByte, GRIDS, type Grid } from './grids.ts';

/**
 * The graph with a node's weights (input 1, int8 codes) moved to the codes that a format of GRIDS has, scales and bias
 * following, so that the layer computes about what it did.
 */
export function withFormat(graph: Graph, node: Node, format: string): Graph {
  const grid = must(
    GRIDS.find((one) => one.format === format),
    format,
  );
  const stretch = Math.max(...levels(grid).map(Math.abs)) / 127;
  const weights = must(node.inputs[1], 'weights');
  const changed = new Map([[weights, snapped(graph, weights, grid, stretch, format)]]);
  const bias = node.inputs[2];
  if (bias) changed.set(bias, stretched(graph, bias, stretch));
  return {
    ...graph,
    types: new Map([...graph.types, ...[...changed].map(([value, { type }]) => [value, type] as const)]),
    constants: new Map([...graph.constants, ...[...changed].map(([value, { tensor }]) => [value, tensor] as const)]),
  };
}

interface Changed {
  readonly type: TensorType;
  readonly tensor: Tensor;
}

function snapped(graph: Graph, value: ValueName, grid: Grid, stretch: number, format: string): Changed {
  const { data, shape } = must(constantOf(graph, value), value);
  const axis = quantOf(graph, value).axis ?? 0;
  const rows = shape[axis];
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const codes = Array.from(data as Int8Array, (code, i) => {
    const row = Math.floor(i / inner) % rows;
    return nearest(code * stretch, grid.ofRow?.(row, rows) ?? grid.codes);
  });
  const dtype = fitsByte(levels(grid)) ? 'i8' : 'i16';
  const tensor: Tensor = { dtype, shape, data: dtype === 'i8' ? Int8Array.from(codes) : Int16Array.from(codes) };
  const quant = { ...rescaled(quantOf(graph, value), stretch), bits: dtype === 'i8' ? 8 : 16, format };
  return { type: { dtype, shape, quant }, tensor };
}

function stretched(graph: Graph, value: ValueName, stretch: number): Changed {
  const tensor = must(constantOf(graph, value), value);
  const data = (tensor.data as Int32Array).map((code) => Math.round(code * stretch));
  return {
    type: { ...typeOf(graph, value), quant: rescaled(quantOf(graph, value), stretch) },
    tensor: { ...tensor, data },
  };
}

function rescaled(quant: Quant, stretch: number): Quant {
  return { ...quant, scale: quant.scale.map((scale) => scale / stretch) };
}

function quantOf(graph: Graph, value: ValueName): Quant {
  return must(typeOf(graph, value).quant, `codes of '${value}'`);
}

/** All codes that some row has. */
function levels({ codes, ofRow }: Grid): readonly number[] {
  return ofRow ? Array.from({ length: 64 }, (_, row) => ofRow(row, 64)).flat() : codes;
}

function nearest(real: number, grid: readonly number[]): number {
  return grid.reduce((best, code) => (Math.abs(code - real) < Math.abs(best - real) ? code : best));
}
