import { stringAttribute } from '../../../ir/attributes.ts';
import { constantOf, typeOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Node, Quant, ValueName } from '../../../ir/types.ts';
import { quantizeValue } from '../../../quant/affine.ts';
import type { PassContext } from '../../pass.ts';
import type { CodeGraph, Codes } from './code-graph.ts';
import { movedConstant } from './constant-moves.ts';
import { dataInputs } from './data-inputs.ts';
import { codeType, sameQuant, shiftOf, type Target } from './scales.ts';
import { recoded } from './tables.ts';
import { homeOf, targetOf } from './targets.ts';

/** Moves the codes instead of the values; false when there are no codes, a string when they cannot be moved. */
export async function moveCodes(code: CodeGraph, node: Node, ctx: PassContext): Promise<boolean | string> {
  const data = dataInputs(node);
  const held = data?.map((i) => code.codesOf(node.inputs[i]));
  if (!data || !held?.some((codes) => codes !== null)) return false;
  if (!held.every((codes) => codes !== null)) return 'one of its inputs is not quantized';
  const output = node.outputs[0];
  const target = output ? targetOf(code.graph, output) : null;
  if (node.clip && !target) return 'it clamps and its result is not quantized';

  if (held.every(({ name }) => constantOf(code.view, name))) return movedConstant(code, node, held, ctx);
  if (!held.every(({ quant }) => quant.axis === null)) return 'its input has one scale per channel';
  const common = commonTarget(held) ?? target;
  if (!common) return 'its inputs have different scales and its result has none';
  const fill = padCode(code, node, common.quant, target !== null);
  if (typeof fill === 'string') return fill;

  const inputs = node.inputs.map((input, i) => {
    const at = data.indexOf(i);
    return at >= 0 ? recoded(code, held[at], common).name : input && code.original(input);
  });
  if (fill !== null) inputs[2] = code.constant(`${node.name}.fill`, tensorOf('i8', [], [fill]), common.quant);
  emit(code, node, inputs, common);
  return true;
}

/** Outputs are named after the integers of the user's graph wherever there are some. */
function emit(code: CodeGraph, node: Node, inputs: Node['inputs'], target: Target): void {
  const { quant, range } = target;
  const { dtype } = typeOf(code.graph, node.inputs[0]);
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

/**
 * The code that a Pad fills with, if anything; null for other nodes. A number between two codes is rounded, which
 * is right only where the result is quantized anyway (`rounded`).
 */
function padCode(code: CodeGraph, node: Node, quant: Quant, rounded: boolean): number | string | null {
  if (node.op !== 'Pad') return null;
  if (stringAttribute(node, 'mode', 'constant') !== 'constant')
    return node.inputs[2] == null ? null : quant.zeroPoint[0];
  const { dtype } = typeOf(code.graph, node.inputs[0]);
  const value = padValue(code, node.inputs[2]);
  if (value === null) return 'its fill value is computed';
  if (dtype !== 'f32') return value - (shiftOf(dtype) ?? 0);
  const affine = { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
  const filled = quantizeValue(value, affine);
  const exact = Math.fround(affine.scale * (filled - affine.zeroPoint)) === value;
  return exact || rounded ? filled : 'it fills with a number that no code stands for';
}

function padValue(code: CodeGraph, value: ValueName | null | undefined): number | null {
  if (value == null) return 0;
  const known = constantOf(code.graph, value) ?? constantOf(code.view, code.original(value));
  return known ? Number(known.data[0]) : null;
}
