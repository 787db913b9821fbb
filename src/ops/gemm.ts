import { floatAttribute, intAttribute } from '../ir/attributes.ts';
import { ofLength } from '../ir/of-length.ts';
import { permuted } from '../ir/permute.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { denseOverlap } from '../kernels/dense/overlap.ts';
import type { FloatJob } from '../kernels/float/float-job.ts';
import { FLOAT_DENSE_KERNELS } from '../kernels/float/index.ts';
import { lowerFloat } from '../kernels/float/lower-float.ts';
import type { Kernel } from '../kernels/kernel.ts';
import { numbersWork } from '../kernels/work.ts';
import { isQuantized } from '../quant/quantized.ts';
import { must } from '../support/errors.ts';
import type { LowerBuilder, OpDef } from './op-def.ts';
import { boundsOf, clipBounds } from './support/clip.ts';
import {
  columnsInMemoryOrder,
  denseOracle,
  denseTitle,
  lowerDenseS8,
  readRows,
  rowsShape,
} from './support/dense-lower.ts';
import { lowerMatMul } from './support/matmul.ts';
import { gemmRules } from './support/product-rules.ts';

export const gemm: OpDef = {
  op: 'Gemm',
  summary: 'Matrix product with bias: alpha A B + beta C, either side transposed.',
  check: gemmRules,
  upgrade: withoutIdleBias,
  quantize: {
    inputs: ['activation', 'weight', 'bias'],
    output: 'calibrated',
    wide: true,
    refuse: (node, graph) => {
      const constant = (i: number) => node.inputs[i] == null || graph.constants.has(node.inputs[i]);
      if (!constant(1) || !constant(2)) return 'weights and bias must be constant';
      const plain = floatAttribute(node, 'alpha', 1) === 1 && floatAttribute(node, 'beta', 1) === 1;
      return plain && intAttribute(node, 'transA', 0) === 0 ? null : 'alpha, beta or transA are set';
    },
  },
  oracle: (node, oracle) => denseOracle(node, oracle, outIn(node, must(oracle.constant(node.inputs[1]), 'weights'))),
  lower(node, lower) {
    const weights = lower.constant(node.inputs[1]);
    const bias = node.inputs[2] ? lower.constant(node.inputs[2]) : null;
    const rows = lower.type(node.outputs[0]).shape[0];
    const foldable = node.inputs[2] == null || (bias !== null && (rows === 1 || isOneRow(bias)));
    if (isQuantized(lower.type, node)) {
      if (!weights) return lower.refuse('its weights must be constant');
      return lowerDenseS8(node, lower, outIn(node, weights));
    }
    const f32 = lower.type(node.inputs[0]).dtype === 'f32';
    if (f32 && weights && foldable && intAttribute(node, 'transA', 0) === 0) lowerDense(node, lower, weights, bias);
    else lowerMatMul(node, lower);
  },
};

/** C is optional since opset 11; with beta = 0 it is not read, whatever it holds. */
function withoutIdleBias(node: Node): Node {
  const idle = node.inputs[2] == null || floatAttribute(node, 'beta', 1) === 0;
  return idle ? { ...node, inputs: [...node.inputs.slice(0, 2), null] } : node;
}

/** The weights as [out][in]. */
function outIn(node: Node, weights: Tensor): Tensor {
  return intAttribute(node, 'transB', 0) === 1 ? weights : permuted(weights, [1, 0]);
}

function lowerDense(node: Node, lower: LowerBuilder, weights: Tensor, bias: Tensor | null): void {
  const [rows, out] = lower.type(node.outputs[0]).shape as [number, number];
  const x = readRows(node, lower, rows);
  const inputs = x.shape[1];
  const scaled = scale(outIn(node, weights), floatAttribute(node, 'alpha', 1));
  const job: FloatJob = {
    name: node.name,
    features: lower.features,
    reads: [x],
    shape: rowsShape(rows, inputs, out),
    weights: {
      ...scaled,
      shape: [out, inputs, 1, 1],
      data: ofLength(out * inputs, columnsInMemoryOrder(scaled, x), node.name),
    },
    bias: bias && biasOf(node, bias, out),
    x,
    y: lower.write(0, 'row-major'),
    bounds: boundsOf(node),
    clip: clipBounds(node),
    macs: rows * inputs * out,
    summary: denseTitle(rows, inputs, out),
  };
  lowerFloat(job, [...FLOAT_DENSE_KERNELS, denseF32], lower);
}

/** Row by row. */
const denseF32: Kernel<FloatJob> = {
  id: 'dense_f32',
  needs: [],
  tile: null,
  accepts: () => true,
  scratchBytes: () => 0,
  overlap: ({ shape }) => ({ atLeast: denseOverlap(shape.out_w, shape.in_c * 4, shape.out_c * 4) }),
  work: ({ shape }) => numbersWork(shape),
  tableBytes: ({ weights }) => 4 * weights.data.length,
  build({ shape, weights, bias, name, x, y, clip, macs, summary }, lower) {
    return {
      template: 'dense_f32',
      params: {
        rows: shape.out_w,
        in: shape.in_c,
        out: shape.out_c,
        x: x.name,
        w: lower.table('weights', 'f32', weights.data, 'weights', `weights [out][in] of ${name}`),
        bias: bias ? lower.table('bias', 'f32', bias as Float32Array, 'parameters', `bias of ${name}`) : 'NULL',
        min: clip[0],
        max: clip[1],
        y: y.name,
      },
      macs,
      summary,
    };
  },
};

function isOneRow(bias: Tensor): boolean {
  return bias.shape.length < 2 || bias.shape[0] === 1;
}

/** beta C, spread to one value per output. */
function biasOf(node: Node, bias: Tensor, out: number): Float32Array {
  const beta = floatAttribute(node, 'beta', 1);
  const source = bias.data as Float32Array;
  if (source.length !== 1) ofLength(out, source, node.name);
  return Float32Array.from({ length: out }, (_, i) => beta * source[source.length === 1 ? 0 : i]);
}

function scale(tensor: Tensor, factor: number): Tensor {
  return factor === 1 ? tensor : { ...tensor, data: (tensor.data as Float32Array).map((v) => v * factor) };
}
