import { ofLength } from '../ir/of-length.ts';
import { elementCount } from '../ir/shape.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { filterElements, windowParams, windowShape, windowTitle } from '../ir/window.ts';
import { kernelMajor } from '../kernels/conv2d/layout.ts';
import { convMacs } from '../kernels/conv2d/macs.ts';
import { convIntegerRules } from './conv/rules.ts';
import type { LowerBuilder, OpDef } from './op-def.ts';
import { matMulNest } from './support/matmul.ts';
import { matMulIntegerRules } from './support/product-rules.ts';

/** y[i][j] = sum_k (a[i][k] - za) (b[k][j] - zb[j]) in int32, modulo 2^32. */
export const matMulInteger: OpDef = {
  op: 'MatMulInteger',
  summary: 'Matrix product of 8-bit integers in int32; zero points per tensor or column, constant or computed.',
  check: matMulIntegerRules,
  lower(node, lower) {
    const nest = matMulNest(node, lower);
    lower.call({
      template: 'matmul_integer',
      params: {
        ...nest.params,
        aZero: zeroPointText(node, lower, 2, null),
        bZero: zeroPointText(node, lower, 3, nest.params.loops.at(-1)?.name ?? null),
      },
      macs: nest.macs,
      summary: nest.summary,
    });
  },
};

/** A literal, or the element that belongs to this column. */
function zeroPointText(node: Node, lower: LowerBuilder, index: number, column: string | null): string {
  const value = node.inputs[index];
  if (value == null) return '0';
  const { shape } = lower.type(value);
  const constant = lower.constant(value);
  const zeros = constant ? numbersOf(constant) : null;
  if (zeros?.every((zero) => zero === zeros[0])) return `${zeros[0]}`;
  const several = elementCount(shape) > 1;
  if (shape.length > 1 || (several && column === null))
    return lower.refuse('only the right side may have several zero points');
  return `${lower.read(index, 'any').name}[${several ? column : 0}]`;
}

/** y = sum (x - zx) (w - zw[out]) in int32; padding is zx. */
export const convInteger: OpDef = {
  op: 'ConvInteger',
  summary:
    'Convolution of 8-bit integers in int32, 1-D and 2-D; weights constant, the input zero point may be computed.',
  check: convIntegerRules,
  spatial: true,
  lower(node, lower) {
    const x = lower.type(node.inputs[0]);
    const shape = windowShape(
      node,
      x.shape,
      lower.type(node.outputs[0]).shape,
      lower.type(node.inputs[1]).shape.slice(2),
    );
    const weights = centredWeights(node, lower);
    if (!shape) return lower.refuse('only 1-D and 2-D convolutions become C');
    const input = lower.read(0, 'channels-last');
    const zeroPoint = zeroPointText(node, lower, 2, null);
    const y = lower.write(0, 'channels-last');
    lower.call({
      template: 'conv2d_integer',
      params: {
        shape: windowParams(shape),
        x: input.name,
        x_signed: x.dtype === 'i8' ? 1 : 0,
        x_zero_point: zeroPoint,
        w: lower.table(
          'weights',
          'i16',
          ofLength(filterElements(shape), kernelMajor(weights).data, node.name),
          'weights',
          `weights [out][kernel][in] minus zero point of ${node.name}`,
        ),
        y: y.name,
      },
      macs: convMacs(shape),
      summary: windowTitle('ConvInteger', shape),
    });
  },
};

/** w - zero point, which needs 9 bits. */
function centredWeights(node: Node, lower: LowerBuilder): Tensor {
  const weights = lower.constant(node.inputs[1]);
  const zero = node.inputs[3] == null ? null : lower.constant(node.inputs[3]);
  if (!weights || (node.inputs[3] != null && !zero))
    return lower.refuse('its weights and their zero points must be constant');
  const depth = weights.data.length / weights.shape[0];
  const zeros = zero ? numbersOf(zero) : [0];
  const data = Int16Array.from(numbersOf(weights), (w, i) => w - zeros[zeros.length === 1 ? 0 : Math.floor(i / depth)]);
  return { dtype: 'i16', shape: weights.shape, data };
}
