import { isRowMajor, memoryToIndex } from '../ir/storage.ts';
import type { Node, Tensor } from '../ir/types.ts';
import type { LowerBuilder, OpDef, Operand } from './op-def.ts';
import { floatAttribute, intAttribute } from './support/attributes.ts';
import { clipBounds } from './support/clip.ts';
import { lowerMatMul } from './support/matmul.ts';
import { permuted } from './support/permute.ts';

export const gemm: OpDef = {
  op: 'Gemm',
  summary: 'Matrix product with bias: alpha A B + beta C, either side transposed.',
  upgrade: (node) => (node.inputs.length === 2 ? { ...node, inputs: [...node.inputs, null] } : node),
  lower(node, lower) {
    const weights = lower.constant(node.inputs[1]);
    const bias = node.inputs[2] ? lower.constant(node.inputs[2]) : null;
    const rows = lower.type(node.outputs[0]).shape[0];
    const foldable = node.inputs[2] == null || (bias !== null && (rows === 1 || isOneRow(bias)));
    const f32 = lower.type(node.inputs[0]).dtype === 'f32';
    if (f32 && weights && foldable && intAttribute(node, 'transA', 0) === 0) lowerDense(node, lower, weights, bias);
    else lowerMatMul(node, lower);
  },
};

function lowerDense(node: Node, lower: LowerBuilder, weights: Tensor, bias: Tensor | null): void {
  const [rows, out] = lower.type(node.outputs[0]).shape as [number, number];
  const x = readRows(node, lower);
  const inputs = x.shape[1]!;
  const rowsOfWeights = intAttribute(node, 'transB', 0) === 1 ? weights : permuted(weights, [1, 0]);
  const scaled = scale(rowsOfWeights, floatAttribute(node, 'alpha', 1));
  const y = lower.write(0, 'row-major');
  const [min, max] = clipBounds(node);
  lower.call({
    template: 'dense_f32',
    params: {
      rows,
      in: inputs,
      out,
      x: x.name,
      w: lower.table('weights', 'f32', columnsInMemoryOrder(scaled, x), 'weights', `weights [out][in] of ${node.name}`),
      bias: biasTable(node, lower, bias, out),
      min,
      max,
      y: y.name,
    },
    macs: rows * inputs * out,
    summary: `Dense ${inputs} -> ${out}${rows === 1 ? '' : `, ${rows} rows`}`,
    overlap: [{ read: x, distance: rows === 1 ? out * 4 : Math.max(out * 4, rows * out * 4 - (rows - 1) * inputs * 4) }],
  });
}

/** One row is taken in whatever order it lies: the weights' columns follow it. */
export function readRows(node: Node, lower: LowerBuilder): Operand {
  const x = node.inputs[0]!;
  return lower.read(0, lower.type(x).shape[0] === 1 ? lower.storageOf(x) : 'row-major');
}

/** w[out][in] with the columns permuted to the order in which x lies in memory. */
export function columnsInMemoryOrder(weights: Tensor, x: Operand): Tensor['data'] {
  if (isRowMajor(x.storage)) return weights.data;
  const order = memoryToIndex(x.storage);
  const [rows, columns] = weights.shape as [number, number];
  const data = weights.data.slice();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) data[r * columns + c] = weights.data[r * columns + order[c]!]!;
  }
  return data;
}

function isOneRow(bias: Tensor): boolean {
  return bias.shape.length < 2 || bias.shape[0] === 1;
}

/** beta C, spread to one value per output. */
function biasTable(node: Node, lower: LowerBuilder, bias: Tensor | null, out: number): string {
  if (!bias) return 'NULL';
  const beta = floatAttribute(node, 'beta', 1);
  const source = bias.data as Float32Array;
  const values = Float32Array.from({ length: out }, (_, i) => beta * source[source.length === 1 ? 0 : i]!);
  return lower.table('bias', 'f32', values, 'parameters', `bias of ${node.name}`);
}

function scale(tensor: Tensor, factor: number): Tensor {
  return factor === 1 ? tensor : { ...tensor, data: (tensor.data as Float32Array).map((v) => v * factor) };
}
