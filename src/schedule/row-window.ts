import { intAttribute, intsAttribute } from '../ir/attributes.ts';
import { constantOf, typeOf } from '../ir/graph.ts';
import type { Graph, Node, Shape, ValueName } from '../ir/types.ts';
import { samePads, windowShape } from '../ir/window.ts';
import { findOp } from '../ops/index.ts';
import { ROWS_IN_ALL } from '../ops/pool/pool-row.ts';

/** What one row of a result needs of an input [1, C, H, W]: rows row * stride - pad to row * stride - pad + reach. */
export interface RowWindow {
  readonly value: ValueName;
  readonly stride: number;
  /** Rows of padding above the first. */
  readonly pad: number;
  /** (kernel - 1) * dilation. */
  readonly reach: number;
}

/** The rows that each computed input gives to one of the result; null: it can't be computed row by row. */
export function rowWindows(graph: Graph, node: Node): readonly RowWindow[] | null {
  const [output, ...more] = node.outputs;
  if (output == null || more.some((value) => value !== null) || !isImage(typeOf(graph, output).shape)) return null;
  const windows = gathersRows(graph, node)
    ? everyRow(node)
    : isWindow(node)
      ? windowOf(graph, node, output)
      : pointwiseRows(graph, node, output);
  return windows?.every(({ value }) => isImage(typeOf(graph, value).shape)) ? windows : null;
}

/** Whether it pools all of an image: each row of that is added to what it has seen, and its one result is there with the last. */
export function gathersRows(graph: Graph, node: Node): boolean {
  const { op, domain } = node;
  if (domain !== '' || !op.endsWith('Pool')) return false;
  const [, , height, width] = typeOf(graph, node.inputs[0]).shape;
  const [, , ...out] = typeOf(graph, node.outputs[0]).shape;
  if (out.join() !== '1,1') return false;
  if (op.startsWith('Global')) return true;
  const plain = [...intsAttribute(node, 'pads', []), ...intsAttribute(node, 'dilations', []).map((d) => d - 1)];
  return (
    POOLS.includes(op) &&
    plain.every((size) => size === 0) &&
    intsAttribute(node, 'kernel_shape', []).join() === [height, width].join()
  );
}

function everyRow({ inputs }: Node): readonly RowWindow[] {
  return [{ value: inputs[0]!, stride: 1, pad: 0, reach: 0 }];
}

/** The node for one row of its result, where `above` and `below` rows of its window are padding. */
export function nodeOfRow(graph: Graph, node: Node, above: number, below: number): Node {
  if (gathersRows(graph, node)) {
    const [, , rows] = typeOf(graph, node.inputs[0]).shape;
    return { ...node, attributes: { ...node.attributes, [ROWS_IN_ALL]: rows } };
  }
  if (!isWindow(node)) return node;
  const shape = windowShapeOf(graph, node, node.outputs[0]!);
  const { auto_pad: _, ...attributes } = node.attributes;
  const right = shape ? rightPad(graph, node, shape.pad_left) : 0;
  return { ...node, attributes: { ...attributes, pads: [above, shape?.pad_left ?? 0, below, right] } };
}

const POOLS: readonly string[] = ['MaxPool', 'AveragePool'];
const WINDOWS: readonly string[] = ['Conv', ...POOLS];

function isWindow({ op, domain }: Node): boolean {
  return domain === '' && WINDOWS.includes(op);
}

/** One image, channels first. */
function isImage(shape: Shape): boolean {
  return shape.length === 4 && shape[0] === 1;
}

function windowOf(graph: Graph, node: Node, output: ValueName): readonly RowWindow[] | null {
  const shape = windowShapeOf(graph, node, output);
  const constants = node.inputs.slice(1).every((input) => input === null || constantOf(graph, input) !== null);
  if (shape === null || !constants) return null;
  if (node.op !== 'Conv' && intAttribute(node, 'ceil_mode', 0) === 1) return null;
  // How many cells a mean has depends on the row.
  if (node.op === 'AveragePool' && intsAttribute(node, 'pads', []).some((pad) => pad > 0)) return null;
  const reach = (shape.kernel_h - 1) * shape.dilation_h;
  return [{ value: node.inputs[0]!, stride: shape.stride_h, pad: shape.pad_top, reach }];
}

function windowShapeOf(graph: Graph, node: Node, output: ValueName) {
  const [x, y] = [typeOf(graph, node.inputs[0]).shape, typeOf(graph, output).shape];
  const weights = node.op === 'Conv' ? typeOf(graph, node.inputs[1]).shape.slice(2) : null;
  return windowShape(node, x, y, weights ?? intsAttribute(node, 'kernel_shape', []));
}

/** Columns of padding at the end of a row. */
function rightPad(graph: Graph, node: Node, left: number): number {
  if (intsAttribute(node, 'pads', []).length === 4) return intsAttribute(node, 'pads', [])[3];
  const shape = windowShapeOf(graph, node, node.outputs[0]!)!;
  const [size, outputs] = [shape.in_w, shape.out_w];
  const axis = { size, outputs, kernel: shape.kernel_w, stride: shape.stride_w, dilation: shape.dilation_w };
  return node.attributes.auto_pad === undefined ? 0 : samePads(node, axis) - left;
}

/** Element by element: operands of the result's size, and constants that are the same for all rows. */
function pointwiseRows(graph: Graph, node: Node, output: ValueName): readonly RowWindow[] | null {
  if (!findOp(node.domain, node.op)?.elementwise) return null;
  const { shape } = typeOf(graph, output);
  const windows: RowWindow[] = [];
  for (const value of node.inputs) {
    if (value === null) continue;
    const own = typeOf(graph, value).shape;
    if (constantOf(graph, value)) {
      if (own.length >= 2 && own[own.length - 2] !== 1) return null;
    } else if (own.join() !== shape.join()) return null;
    else windows.push({ value, stride: 1, pad: 0, reach: 0 });
  }
  return windows.length > 0 ? windows : null;
}
