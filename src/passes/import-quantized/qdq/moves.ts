import { stringAttribute } from '../../../ir/attributes.ts';
import { embeddingOf } from '../../../ir/embedding.ts';
import { constantOf, typeOf } from '../../../ir/graph.ts';
import { carrierOf, tensorOf } from '../../../ir/tensor.ts';
import type { Node, ValueName } from '../../../ir/types.ts';
import { codeRange, quantizeValue } from '../../../quant/affine.ts';
import { sameQuant } from '../../../quant/quantized.ts';
import type { PassContext } from '../../pass.ts';
import type { CodeGraph, Codes } from './code-graph.ts';
import { quantizeTensor } from './constant-codes.ts';
import { movedConstant } from './constant-moves.ts';
import { dataInputs } from './data-inputs.ts';
import { codeType, shiftOf, type Target } from './scales.ts';
import { recoded } from './tables.ts';
import { homeOf, targetOf } from './targets.ts';

/** Where our own models choose among codes of several scales; other files round each input to the result's scale. */
const RESCALING = ['Max', 'Min'];

/** Moves the codes instead of the values; false when there are no codes, a string when they cannot be moved. */
export async function moveCodes(code: CodeGraph, node: Node, ctx: PassContext): Promise<boolean | string> {
  const data = dataInputs(node);
  const held = data?.map((i) => code.codesOf(node.inputs[i]));
  if (!data || !held?.some((codes) => codes !== null)) return false;
  if (!held.every((codes) => codes !== null)) return 'one of its inputs is not quantized';
  const output = node.outputs[0];
  const target = output ? targetOf(code.graph, output) : null;
  if (node.clip && !target) return 'it clamps and its result is not quantized';

  // Computed places choose from a table: the codes of an embedding.
  const settled = node.inputs.every((input, i) => !input || data.includes(i) || constantOf(code.graph, input));
  if (settled && held.every(({ name }) => constantOf(code.view, name))) return movedConstant(code, node, held, ctx);
  if (!held.every(({ quant }) => quant.axis === null)) return pickRows(code, node, held[0], target);
  const scaled = code.graph.annotations && RESCALING.includes(node.op) ? target : null;
  const own = scaled ?? commonTarget(held) ?? target;
  if (!own) return 'its inputs have different scales and its result has none';
  const filled = node.op === 'Pad' ? filledWith(code, node, own, target) : { common: own, fill: null };
  if (typeof filled === 'string') return filled;
  const { common, fill } = filled;

  const inputs = node.inputs.map((input, i) => {
    const at = data.indexOf(i);
    if (at < 0) return input && code.original(input);
    return (scaled ? held[at] : recoded(code, held[at], common)).name;
  });
  if (fill !== null)
    inputs[2] = code.constant(`${node.name}.fill`, tensorOf(carrierOf(common.quant), [], [fill]), common.quant);
  emit(code, node, inputs, common);
  return true;
}

/**
 * Rows that have scales of their own, picked from a constant. A file of ours stores them in few bits, and what is picked is
 * brought to the result's scale; the table of any other file is rounded to the result's codes once, which is the same for each.
 */
function pickRows(code: CodeGraph, node: Node, held: Codes, target: Target | null): true | string {
  const embedding = embeddingOf(code.view, { ...node, inputs: [held.name, ...node.inputs.slice(1)] });
  if (!embedding || held.quant.axis !== 0) return 'its input has one scale per channel';
  if (!target) return 'its rows have scales of their own and its result is not quantized';
  const table = code.graph.annotations ? held : recoded(code, held, target);
  emit(code, node, [table.name, ...node.inputs.slice(1).map((input) => input && code.original(input))], target);
  return true;
}

/** Outputs are named after the integers of the user's graph wherever there are some. */
function emit(code: CodeGraph, node: Node, inputs: Node['inputs'], target: Target): void {
  const { quant, range } = target;
  const { dtype } = typeOf(code.graph, node.inputs[dataInputs(node)?.[0] ?? 0]);
  /** The places of what was chosen are no codes. */
  const moved = (output: ValueName) => typeOf(code.graph, output).dtype === dtype;
  const names = node.outputs.map((output) =>
    output && moved(output) ? code.nameFor(homeOf(code.graph, output, target)) : output,
  );
  const types = node.outputs.map((output) => {
    const type = output ? typeOf(code.graph, output) : null;
    return output && type && moved(output) ? codeType(type.shape, quant) : type;
  });
  code.add({ ...node, inputs, outputs: names }, types);
  node.outputs.forEach((output, i) => {
    const name = names[i];
    if (output && name && moved(output)) code.setCodes(output, { name, quant, range });
  });
}

function commonTarget(held: readonly Codes[]): Target | null {
  const [{ quant }] = held;
  if (!held.every((codes) => sameQuant(codes.quant, quant))) return null;
  const bounds = held.map(({ range }) => range);
  return {
    quant,
    range: { min: Math.min(...bounds.map(({ min }) => min)), max: Math.max(...bounds.map(({ max }) => max)) },
  };
}

/** The codes that a Pad moves, and the one of them that it fills with, if any. */
interface Filled {
  readonly common: Target;
  readonly fill: number | null;
}

/**
 * A number that no code of its input stands for is quantized as the result is, in the codes of the result: a fill that is
 * rounded or saturated in one scale is another number in the next.
 */
function filledWith(code: CodeGraph, node: Node, own: Target, target: Target | null): Filled | string {
  const { scale, zeroPoint } = own.quant;
  if (stringAttribute(node, 'mode', 'constant') !== 'constant')
    return { common: own, fill: node.inputs[2] == null ? null : zeroPoint[0] };
  const { dtype } = typeOf(code.graph, node.inputs[0]);
  const value = padValue(code, node.inputs[2]);
  if (value === null) return 'its fill value is computed';
  if (dtype !== 'f32') return withFill(own, value - (shiftOf(dtype) ?? 0));
  const inOwn = quantizeValue(value, { scale: scale[0], zeroPoint: zeroPoint[0] }, codeRange(own.quant.bits));
  if (Math.fround(scale[0] * (inOwn - zeroPoint[0])) === value) return withFill(own, inOwn);
  if (!target) return 'it fills with a number that no code stands for';
  const inTarget = quantizeTensor(tensorOf('f32', [], [value]), target);
  return { common: target, fill: Number(inTarget.data[0]) };
}

function withFill({ range, ...codes }: Target, fill: number): Filled {
  return { common: { ...codes, range: { min: Math.min(range.min, fill), max: Math.max(range.max, fill) } }, fill };
}

function padValue(code: CodeGraph, value: ValueName | null | undefined): number | null {
  if (value == null) return 0;
  const known = constantOf(code.graph, value) ?? constantOf(code.view, code.original(value));
  return known ? Number(known.data[0]) : null;
}
