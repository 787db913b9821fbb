import { typeOf } from '../../ir/graph.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { lowerWith } from '../../kernels/choose.ts';
import type { AddJob } from '../../kernels/pairs/add4.ts';
import { ADD_KERNELS } from '../../kernels/pairs/index.ts';
import { addsRatherThanMultiplies } from '../../kernels/weights/adds.ts';
import { type AdditionParameters, additionParameters, wideAddition } from '../../quant/addition.ts';
import type { CodeRange } from '../../quant/affine.ts';
import { fitsInt32, type ImportedAddition, importedAddition } from '../../quant/imported-addition.ts';
import { isPow2 } from '../../quant/pow2-scale.ts';
import { clampCodes, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { clampedCodes, evenAtTies, ONNX_I64, shiftedRight } from './oracle.ts';
import { narrowing, pairJob, portable, wideWork } from './pair-int8.ts';

/**
 * y = clamp((a A + b B + C) >> S), one rounding; see quant/addition.ts and imported-addition.ts. Sub negates the second scale. Where multiplying is
 * slow, powers of two stand in the expression itself: every compiler shifts then.
 */
export function lowerAddS8(node: Node, lower: LowerBuilder): void {
  const sum = sumParameters(lower.graph, node);
  if (hasWideCodes(lower.graph, node)) return lowerWideSum(node, lower, sum);
  lower.requantizes(sum.parity === null ? undefined : 'words');
  lowerWith({ ...pairJob(node, lower), sum }, [...ADD_KERNELS, portableAdd(node)], lower);
}

/**
 * What an Add of two int8 tensors of one shape makes of the codes of `own`, A, and of its other operand, B; null where it rounds
 * ties otherwise than up, or has codes that are no int8.
 */
export function sumBehind(
  graph: Graph,
  node: Node,
  own: ValueName,
): { sum: AdditionParameters; clamp: CodeRange } | null {
  const shapes = [...node.inputs, ...node.outputs].map((value) => typeOf(graph, value));
  const alike = shapes.every(({ shape, quant }) => quant?.bits === 8 && sameShape(shape, shapes[0].shape));
  if (node.op !== 'Add' || !alike) return null;
  const { parity, ...sum } = sumParameters(graph, node);
  if (parity !== null) return null;
  const clamp = clampCodes(node, quantOf(graph, node.outputs[0]));
  return { clamp, sum: node.inputs[0] === own ? sum : { ...sum, A: sum.B, B: sum.A } };
}

/** Sums of 64 bits. */
function lowerWideSum(node: Node, lower: LowerBuilder, { A, B, C, S }: ImportedAddition): void {
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const sum = `(int64_t)a * (${A}) + (int64_t)b * (${B}) + INT64_C(${C})`;
  const expression = `${narrowing(node, lower)}nn_sum_s16(${sum}, ${S}, ${min}, ${max})`;
  lowerWith(pairJob(node, lower), [portable(node, 'add_s16', wideWork, () => expression)], lower);
}

const portableAdd = (node: Node) =>
  portable<AddJob>(
    node,
    'add_s8',
    ({ elements }) => ({ layer: 1, elements }),
    ({ sum, clamp: { min, max } }, lower) => `${sumText(sum, addsRatherThanMultiplies(lower))}, ${min}, ${max})`,
  );

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
  oracle.output(0, clampedCodes(oracle, code, clampCodes(node, quantOf(oracle.graph, node.outputs[0]))));
}

function sumParameters(graph: Graph, node: Node): ImportedAddition {
  const affine = (value: ValueName | null | undefined, sign = 1) => {
    const quant = quantOf(graph, value);
    return { scale: sign * scaleOf(quant), zeroPoint: zeroPointOf(quant) };
  };
  const [a, b] = [affine(node.inputs[0]), affine(node.inputs[1], node.op === 'Sub' ? -1 : 1)];
  const y = affine(node.outputs[0]);
  if (hasWideCodes(graph, node)) {
    const wide = wideAddition(a.scale, a.zeroPoint, b.scale, b.zeroPoint, y.scale, y.zeroPoint);
    return { ...wide, parity: null };
  }
  if (node.rounding) {
    return importedAddition(a, b, y, clampCodes(node, quantOf(graph, node.outputs[0])), node.rounding);
  }
  const plain = additionParameters(a.scale, a.zeroPoint, b.scale, b.zeroPoint, y.scale, y.zeroPoint);
  return { ...plain, parity: null };
}
