import { intAttribute } from '../ir/attributes.ts';
import { producerOf, typeOf } from '../ir/graph.ts';
import type { Graph, Node, Tensor, ValueName } from '../ir/types.ts';
import { numbers } from './definitions/definition.ts';
import { convInteger, matMulInteger } from './definitions/integer-products.ts';

/** Element `i` in codes of the file, not rounded yet and not clamped. */
export type RealCodes = (i: number) => number;

type Inputs = readonly (Tensor | null)[];

/** The real codes of the layer that gives this value of a file, of what the file was fed. */
export function definedInFile(file: Graph, name: ValueName, fed: ReadonlyMap<ValueName, Tensor>): RealCodes | null {
  const node = producerOf(file, name);
  const inputs = node?.inputs.map((input) => (input === null ? null : heldAt(file, input, fed)));
  return node && inputs?.every((input) => input !== undefined) ? exactProducts(node, inputs) : null;
}

/**
 * Layers of a quantized file whose products onnxruntime 1.30.0 saturates at 16 bits, two at a time, on processors with AVX2 or
 * AVX512 but without VNNI: the sums in exact integers, y = sum * scales / y_scale + y_zero_point in float64. From the node as the
 * file has it, so what an import gets wrong is not repeated here. Null: another operator, or a form that is not spelled out.
 */
export function exactProducts(node: Node, inputs: Inputs): RealCodes | null {
  if (node.op === 'QLinearConv' && node.domain === '') return linearConv(node, inputs);
  if (node.op === 'QLinearMatMul') return linearMatMul(node, inputs);
  if (node.op === 'QGemm' && node.domain === 'com.microsoft') return quantizedGemm(node, inputs);
  return null;
}

/** A value that the file was fed, or one that is the same elements in another shape. */
function heldAt(file: Graph, name: ValueName, fed: ReadonlyMap<ValueName, Tensor>): Tensor | undefined {
  const tensor = file.constants.get(name) ?? fed.get(name);
  const node = producerOf(file, name);
  if (tensor || !node || !SAME_ELEMENTS.has(node.op)) return tensor;
  const before = heldAt(file, node.inputs[0]!, fed);
  return before && { ...before, shape: typeOf(file, name).shape };
}

const SAME_ELEMENTS: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** x, scale, zero point, w, scale, zero point, y's scale, zero point, bias; scales of w by channel of the output. */
function linearConv(node: Node, inputs: Inputs): RealCodes | null {
  const [x, xScale, xZero, w, wScale, wZero, yScale, yZero, bias] = inputs;
  if (!x || !w || !xScale || !wScale) return null;
  const sums = convInteger(node, [x, w, xZero ?? null, wZero ?? null], UNUSED) as Int32Array | null;
  if (!sums) return null;
  const plane = sums.length / (x.shape[0]! * w.shape[0]!);
  const channel = (i: number) => Math.floor(i / plane) % w.shape[0]!;
  const biases = numbers([bias ?? null], 0);
  return inCodes((i) => sums[i]! + (biases?.[channel(i)] ?? 0), [xScale, wScale, yScale, yZero], channel);
}

/** a, scale, zero point, b, scale, zero point, y's scale, zero point; scales of b by column. */
function linearMatMul(node: Node, [a, aScale, aZero, b, bScale, bZero, yScale, yZero]: Inputs): RealCodes | null {
  if (!a || !b || !aScale || !bScale) return null;
  const sums = matMulInteger(node, [a, b, aZero ?? null, bZero ?? null], UNUSED) as Int32Array | null;
  const columns = b.shape.at(-1)!;
  return (
    sums &&
    inCodes(
      (i) => sums[i]!,
      [aScale, bScale, yScale, yZero],
      (i) => i % columns,
    )
  );
}

/** a, scale, zero point, b, scale, zero point, bias, y's scale, zero point; without y's scale the result is no code. */
function quantizedGemm(node: Node, inputs: Inputs): RealCodes | null {
  const [a, aScale, aZero, b, bScale, bZero, bias, yScale, yZero] = inputs;
  if (!a || !b || !aScale || !bScale || !yScale) return null;
  const left = intAttribute(node, 'transA', 0) === 1 ? transposed(a) : a;
  const right = intAttribute(node, 'transB', 0) === 1 ? transposed(b) : b;
  const sums = matMulInteger(node, [left, right, aZero ?? null, bZero ?? null], UNUSED) as Int32Array | null;
  if (!sums) return null;
  const columns = right.shape[1]!;
  const biases = numbers([bias ?? null], 0);
  if (biases && biases.length !== 1 && biases.length !== columns) return null;
  const alpha = Number(node.attributes.alpha ?? 1);
  return inCodes(
    (i) => (sums[i]! + (biases?.[biases.length === 1 ? 0 : i % columns] ?? 0)) * alpha,
    [aScale, bScale, yScale, yZero],
    (i) => i % columns,
  );
}

/** Definitions of products ask nothing of what the two have computed. */
const UNUSED = { output: 0, ofC: new Int32Array(0), ofRuntime: new Int32Array(0) };

function inCodes(
  sum: (i: number) => number,
  [left, right, result, zeroPoint]: Inputs,
  channel: (i: number) => number,
): RealCodes {
  const [l, r, y, z] = [left, right, result, zeroPoint].map((tensor) => numbers([tensor ?? null], 0));
  return (i) => (sum(i) * l![0]! * r![r!.length === 1 ? 0 : channel(i)]!) / (y?.[0] ?? 1) + (z?.[0] ?? 0);
}

function transposed({ dtype, shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  const moved = data.slice();
  for (let i = 0; i < moved.length; i++) moved[i] = data[(i % rows) * columns + Math.floor(i / rows)]!;
  return { dtype, shape: [columns, rows], data: moved };
}
