import { intAttribute, intsAttribute } from '../../ir/attributes.ts';
import type { Shape, Tensor } from '../../ir/types.ts';
import { type Definition, numbers } from './definition.ts';

/** Elements less their zero point: one, or one for each entry of an axis. */
function centred(inputs: readonly (Tensor | null)[], index: number, axis: number): Float64Array | null {
  const [values, zeros] = [numbers(inputs, index), numbers(inputs, index + 2)];
  if (!values || !zeros) return values;
  const { shape } = inputs[index]!;
  const at = axis < 0 ? axis + shape.length : axis;
  const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
  if (zeros.length !== 1 && zeros.length !== shape[at]) return null;
  return values.map((value, i) => value - zeros[zeros.length === 1 ? 0 : Math.floor(i / inner) % zeros.length]!);
}

/** [..., m, k] x [..., k, n] in int32; leading axes equal, or none on one side. */
export const matMulInteger: Definition = (_, inputs) => {
  const [a, b] = [centred(inputs, 0, -2), centred(inputs, 1, -1)];
  const [left, right] = [inputs[0]!.shape, inputs[1]!.shape];
  if (!a || !b || left.length < 2 || right.length < 2) return null;
  const [m, k, n] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
  const batches = (shape: Shape) => shape.slice(0, -2).reduce((x, y) => x * y, 1);
  const [ofA, ofB] = [batches(left), batches(right)];
  if (ofA > 1 && ofB > 1 && left.slice(0, -2).join() !== right.slice(0, -2).join()) return null;
  const y = new Int32Array(Math.max(ofA, ofB) * m * n);
  for (let i = 0; i < y.length; i++) {
    const [batch, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
    const [fromA, fromB] = [((batch % ofA) * m + row) * k, (batch % ofB) * k * n + column];
    let sum = 0;
    for (let j = 0; j < k; j++) sum += a[fromA + j]! * b[fromB + j * n]!;
    y[i] = sum;
  }
  return y;
};

/** [n, c, h, w] by [m, c / group, kh, kw] (or without h) in int32, explicit pads only. */
export const convInteger: Definition = (node, inputs) => {
  const [x, w] = [centred(inputs, 0, 1), centred(inputs, 1, 0)];
  const [image, kernel] = [inputs[0]!.shape, inputs[1]!.shape];
  const rank = image.length - 2;
  if (!x || !w || rank < 1 || rank > 2 || String(node.attributes.auto_pad ?? 'NOTSET') !== 'NOTSET') return null;
  const plane = (sizes: readonly number[], one: number): [number, number] =>
    rank === 1 ? [one, sizes[0]!] : [sizes[0]!, sizes[1]!];
  const ints = (name: string, initial: number) => intsAttribute(node, name, Array(rank).fill(initial));
  const pads = intsAttribute(node, 'pads', Array(2 * rank).fill(0));
  const [[inH, inW], [kernelH, kernelW]] = [plane(image.slice(2), 1), plane(kernel.slice(2), 1)];
  const [[top, left], [bottom, right]] = [plane(pads.slice(0, rank), 0), plane(pads.slice(rank), 0)];
  const [[stepH, stepW], [farH, farW]] = [plane(ints('strides', 1), 1), plane(ints('dilations', 1), 1)];
  const outH = Math.floor((inH + top + bottom - farH * (kernelH - 1) - 1) / stepH) + 1;
  const outW = Math.floor((inW + left + right - farW * (kernelW - 1) - 1) / stepW) + 1;
  const [channels, perGroup, outC] = [image[1]!, kernel[1]!, kernel[0]!];
  const outPerGroup = outC / intAttribute(node, 'group', 1);
  const y = new Int32Array(image[0]! * outC * outH * outW);
  for (let i = 0; i < y.length; i++) {
    const [sample, m] = [Math.floor(i / (outC * outH * outW)), Math.floor(i / (outH * outW)) % outC];
    const [startH, startW] = [(Math.floor(i / outW) % outH) * stepH - top, (i % outW) * stepW - left];
    const firstChannel = sample * channels + Math.floor(m / outPerGroup) * perGroup;
    let sum = 0;
    for (let c = 0; c < perGroup; c++)
      for (let kh = 0; kh < kernelH; kh++)
        for (let kw = 0; kw < kernelW; kw++) {
          const [h, at] = [startH + kh * farH, startW + kw * farW];
          if (h < 0 || h >= inH || at < 0 || at >= inW) continue;
          sum += x[((firstChannel + c) * inH + h) * inW + at]! * w[((m * perGroup + c) * kernelH + kh) * kernelW + kw]!;
        }
    y[i] = sum;
  }
  return y;
};
