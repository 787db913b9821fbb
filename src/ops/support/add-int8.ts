import type { Storage } from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import { sameStorage } from '../../ir/storage.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { type AddJob, add4S8 } from '../../kernels/add/add4.ts';
import { lowerWith } from '../../kernels/choose.ts';
import { formSuffix } from '../../kernels/forms.ts';
import type { Kernel } from '../../kernels/kernel.ts';
import { addsRatherThanMultiplies } from '../../kernels/weights/adds.ts';
import { additionParameters } from '../../quant/addition.ts';
import { fitsInt32, type ImportedAddition, importedAddition } from '../../quant/imported-addition.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { isPow2 } from '../../quant/pow2-scale.ts';
import { clampCodes, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import type { LowerBuilder, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { productRequantization } from './matmul-int8.ts';
import { centred, clampedToInt8, ONNX_I64, requantized, shiftedRight } from './oracle.ts';
import { lowerPointwise, pointwiseLayer } from './pointwise.ts';

/** Both operands are codes; a constant operand is quantized per tensor like an activation. */
export const binaryRule: QuantizeRule = { inputs: ['activation', 'activation'], output: 'calibrated' };

/**
 * y = clamp((a A + b B + C) >> S), one rounding; see quant/addition.ts and imported-addition.ts. Sub negates the second scale. Where multiplying is
 * slow, powers of two stand in the expression itself: every compiler shifts then.
 */
export function lowerAddS8(node: Node, lower: LowerBuilder): void {
  const sum = sumParameters(lower.graph, node);
  lower.requantizes(sum.parity === null ? undefined : 'words');
  lowerWith(addJob(node, lower, sum), [add4S8, portableAdd(node)], lower);
}

function addJob(node: Node, lower: LowerBuilder, sum: ImportedAddition): AddJob {
  const y = lower.type(node.outputs[0]);
  return {
    name: node.name,
    features: lower.features,
    reads: [],
    y: null,
    sum,
    clamp: clampCodes(node, quantOf(lower.graph, node.outputs[0])),
    elements: elementCount(y.shape),
    storage: commonStorage(node, lower),
    bits: Math.min(...[...node.inputs, ...node.outputs].map((value) => quantOf(lower.graph, value).bits)),
    title: node.op,
  };
}

/** How both operands lie where they lie alike and have the output's shape. */
function commonStorage({ inputs: [a, b], outputs: [y] }: Node, lower: LowerBuilder): Storage | null {
  if (a === b || lower.constant(a) || lower.constant(b)) return null;
  const { shape } = lower.type(y);
  if ([a, b].some((value) => lower.type(value).shape.join() !== shape.join())) return null;
  const [first, second] = [a, b].map((value) => lower.storageOf(must(value, 'an operand')));
  return sameStorage(first, second) ? first : null;
}

/** Operands of any shape and layout, element by element. */
function portableAdd(node: Node): Kernel<AddJob> {
  return {
    id: 'add_s8',
    needs: [],
    tile: null,
    accepts: () => true,
    scratchBytes: () => 0,
    overlap: () => null,
    work: ({ elements }) => ({ layer: 1, elements }),
    tableBytes: () => 0,
    build: ({ sum, clamp: { min, max } }, lower) =>
      pointwiseLayer(node, lower, {
        expression: `${sumText(sum, addsRatherThanMultiplies(lower))}, ${min}, ${max})`,
        title: node.op,
        onCodes: true,
      }),
  };
}

/** The kernel's name and what comes before the bounds. */
function sumText(sum: ImportedAddition, shifts: boolean): string {
  const { A, B, C, S, parity } = sum;
  const terms = (type: string, a: number, b: number, c: number | string) =>
    `(${type})a * (${a}) + (${type})b * (${b}) + (${c})`;
  if (parity !== null) {
    if (fitsInt32(sum)) return `nn_sum_even_s8(${terms('int32_t', A, B, C)}, ${S}, ${parity}`;
    return `nn_sum_wide_s8(${terms('int64_t', A, B, `INT64_C(${C})`)}, ${S}, ${parity}`;
  }
  const common = Math.min(...[A, B, C].map(trailingZeros), S);
  const [a, b, c] = [A, B, C].map((term) => term / 2 ** common);
  if (shifts && isPow2(Math.abs(a)) && isPow2(Math.abs(b))) {
    return `nn_sum_s8(${terms('int32_t', a, b, c)}, ${S - common}`;
  }
  return `nn_add_s8(a, b, ${A}, ${B}, ${C}, ${S}`;
}

/** How often 2 divides an int32; 32 for 0. */
function trailingZeros(x: number): number {
  return x === 0 ? 32 : 31 - Math.clz32(x & -x);
}

export function addOracle(node: Node, oracle: OracleBuilder): void {
  const { A, B, C, S, parity } = sumParameters(oracle.graph, node);
  const scaled = (i: number, factor: number) => {
    const codes = oracle.node('Cast', [node.inputs[i]], { to: ONNX_I64 });
    return oracle.node('Mul', [codes, oracle.tensor('i64', [], [BigInt(factor)])]);
  };
  const sum = oracle.node('Add', [scaled(0, A), scaled(1, B)]);
  const rounded = oracle.node('Add', [sum, oracle.tensor('i64', [], [BigInt(C)])]);
  const up = shiftedRight(oracle, rounded, S);
  const code = parity === null || S === 0 ? up : evenAtTies(oracle, rounded, up, S, parity);
  oracle.output(0, clampedToInt8(oracle, code, clampCodes(node, quantOf(oracle.graph, node.outputs[0]))));
}

/** One less where nothing lies below the last bit and the code has not this parity. */
function evenAtTies(oracle: OracleBuilder, sum: ValueName, code: ValueName, shift: number, parity: 0 | 1): ValueName {
  const whole = oracle.node('Mul', [code, oracle.tensor('i64', [], [1n << BigInt(shift)])]);
  const tie = oracle.node('Cast', [oracle.node('Equal', [whole, sum])], { to: ONNX_I64 });
  const shifted = oracle.node('Add', [code, oracle.tensor('i64', [], [BigInt(parity)])]);
  const odd = oracle.node('Mod', [shifted, oracle.tensor('i64', [], [2n])]);
  return oracle.node('Sub', [code, oracle.node('Mul', [odd, tie])]);
}

function sumParameters(graph: Graph, node: Node): ImportedAddition {
  const affine = (value: ValueName | null | undefined, sign = 1) => {
    const quant = quantOf(graph, value);
    return { scale: sign * scaleOf(quant), zeroPoint: zeroPointOf(quant) };
  };
  const [a, b] = [affine(node.inputs[0]), affine(node.inputs[1], node.op === 'Sub' ? -1 : 1)];
  const y = affine(node.outputs[0]);
  if (node.rounding) {
    return importedAddition(a, b, y, clampCodes(node, quantOf(graph, node.outputs[0])), node.rounding);
  }
  const plain = additionParameters(a.scale, a.zeroPoint, b.scale, b.zeroPoint, y.scale, y.zeroPoint);
  return { ...plain, parity: null };
}

/** y = requantize((a - za) (b - zb)). */
export function lowerMulS8(node: Node, lower: LowerBuilder): void {
  const [a, b, y] = [0, 1]
    .map((i) => quantOf(lower.graph, node.inputs[i]))
    .concat(quantOf(lower.graph, node.outputs[0]));
  const scale = productRequantization(lower.graph, node);
  const { multiplier, leftShift, form } = scale;
  const { min, max } = clampCodes(node, y!);
  const quant = `&(const nn_quant){ ${leftShift}, ${zeroPointField(scale, zeroPointOf(y!))}, ${min}, ${max} }`;
  const factor = (name: string, zeroPoint: number) => (zeroPoint === 0 ? name : `(${name} - (${zeroPoint}))`);
  lower.requantizes(form);
  lowerPointwise(node, lower, {
    expression: `nn_requantize_s8${formSuffix(form)}(${quant}, ${factor('a', zeroPointOf(a!))} * ${factor('b', zeroPointOf(b!))}, ${multiplier[0]})`,
    title: node.op,
    onCodes: true,
  });
}

export function mulOracle(node: Node, oracle: OracleBuilder): void {
  const factor = (i: number) =>
    centred(oracle, node.inputs[i]!, zeroPointOf(quantOf(oracle.graph, node.inputs[i])), ONNX_I64);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const product = oracle.node('Mul', [factor(0), factor(1)]);
  const scales = productRequantization(oracle.graph, node);
  oracle.output(0, requantized(oracle, product, scales, [], zeroPointOf(y), clampCodes(node, y)));
}
