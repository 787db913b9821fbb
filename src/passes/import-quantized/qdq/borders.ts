import { constantOf, typeOf } from '../../../ir/graph.ts';
import { bitsOf } from '../../../ir/tensor.ts';
import type { DType, Node, Quant, Tensor, ValueName } from '../../../ir/types.ts';
import { integerRange } from '../../../numerics/dtype.ts';
import { codeRange } from '../../../quant/affine.ts';
import { sameQuant } from '../../../quant/quantized.ts';
import { must } from '../../../support/errors.ts';
import { type CodeGraph, type Codes, parametersOf } from './code-graph.ts';
import { codesTensor, quantizeTensor } from './constant-codes.ts';
import { dataInputs } from './data-inputs.ts';
import { readersOf } from './readers.ts';
import { codesTarget, codeType, type Scales, scalesOf, shiftOf, type Target } from './scales.ts';
import { recoded } from './tables.ts';
import { codeBounds, meaningOf, quantizerOf, storable, takesCodes, targetOf } from './targets.ts';

const NO_SCALES = 'its scales are computed, blocked or not positive';

/** Integer model inputs of a known meaning have codes; with `stripIo` so have float ones that are quantized first. */
export function importInputs(code: CodeGraph, stripIo: boolean): void {
  const { graph } = code;
  for (const input of graph.inputs) {
    const { dtype, shape } = typeOf(graph, input);
    const target = dtype === 'f32' ? (stripIo ? targetOf(graph, input) : null) : meaningOf(graph, input);
    if (!target || target.quant.axis !== null || !['f32', 'i8', 'u8', 'i16', 'u16'].includes(dtype)) continue;
    const { quant } = target;
    const codes = {
      quant,
      range: codeRange(quant.bits),
      name: isUnsigned(dtype) ? code.fresh(`${input}.codes`) : input,
    };
    code.setCodes(input, codes);
    if (!isUnsigned(dtype)) {
      code.setType(input, codeType(shape, quant));
      continue;
    }
    code.setType(input, { dtype, shape, quant: { ...quant, zeroPoint: [quant.zeroPoint[0] + (shiftOf(dtype) ?? 0)] } });
    code.node({ op: 'ShiftCodes', domain: 'nibblec', inputs: [input] }, codes.name, codeType(shape, quant));
  }
}

function isUnsigned(dtype: DType): boolean {
  return dtype === 'u8' || dtype === 'u16';
}

/** Constant integers that are moved (gathered, reshaped) before they are dequantized. */
export function importConstants(code: CodeGraph): void {
  const { graph } = code;
  for (const [value, tensor] of graph.constants) {
    const moved = (node: Node) => dataInputs(node)?.some((i) => node.inputs[i] === value);
    if (shiftOf(tensor.dtype) === null || !readersOf(graph, value).some(moved)) continue;
    const target = meaningOf(graph, value);
    if (!target || target.quant.axis !== null) continue;
    const name = code.constant(`${value}.codes`, codesTensor(tensor), target.quant);
    code.setCodes(value, { ...target, name });
  }
}

/** null: done. Else why the node stays. */
export function importDequantize(code: CodeGraph, node: Node): string | null {
  const [integers, output] = [node.inputs[0], must(node.outputs[0], 'output')];
  const scales = scalesOf(code.graph, node);
  if (!scales || !integers) return NO_SCALES;
  const constant = constantOf(code.graph, integers);
  if (constant) {
    code.setCodes(output, constantCodes(code, integers, constant, scales));
    return null;
  }
  const held = code.codesOf(integers);
  const target = codesTarget(scales);
  if (!target) return `${scales.dtype} activations stay in float`;
  if (!held) return 'its integers are computed by an operator without codes';
  const same = sameQuant(held.quant, target.quant);
  if (!same && target.quant.axis !== null) return 'it has one scale per channel';
  code.setCodes(output, same ? held : reread(code, held, target.quant));
  return null;
}

function constantCodes(code: CodeGraph, integers: ValueName, tensor: Tensor, scales: Scales): Codes {
  const { dtype, scale, zeroPoint, axis } = scales;
  const wide: Quant = { scheme: 'affine', bits: bitsOf(dtype), scale, zeroPoint, axis };
  const target = codesTarget(scales) ?? { quant: wide, range: must(integerRange(dtype), dtype) };
  const { first, ...note } = code.graph.annotations?.codes.get(integers) ?? {};
  const quant = { ...target.quant, ...note };
  const data = shiftOf(dtype) === null ? tensor : codesTensor(tensor);
  const name = code.constant(`${integers}.codes`, data, quant);
  if (first) code.tie([name]);
  return { ...target, quant, name };
}

/** The same codes with another meaning: the file dequantizes with other scales than it quantized with. */
function reread(code: CodeGraph, held: Codes, quant: Codes['quant']): Codes {
  const name = code.fresh(`${held.name}.reread`);
  code.node({ op: 'Identity', inputs: [held.name] }, name, codeType(typeOf(code.view, held.name).shape, quant));
  return { ...held, name, quant };
}

/** null: done; `absorbed` gets the Clip that was taken along. Else why the node stays, '' when that is no news. */
export function importQuantize(code: CodeGraph, node: Node, absorbed: Set<Node>): string | null {
  const { graph } = code;
  const [reals, integers] = [must(node.inputs[0], 'input'), must(node.outputs[0], 'output')];
  const scales = scalesOf(graph, node);
  if (!scales) return NO_SCALES;
  const plain = codesTarget(scales);
  if (!plain) return `${scales.dtype} activations stay in float`;
  const target = { ...plain, ...(node.rounding && { rounding: node.rounding }) };
  if (!storable(graph, integers)) return 'its integers have fewer than 8 bits and are read as such';
  const constant = constantOf(graph, reals);
  if (constant) {
    const name = code.constant(`${integers}.codes`, quantizeTensor(constant, target), target.quant);
    code.setCodes(integers, { ...target, name });
    return null;
  }
  const quantizer = quantizerOf(graph, node);
  if (!quantizer) return 'it has one scale per channel';
  const { output } = quantizer;
  const held = code.codesOf(reals);
  const taken = readersOf(graph, integers).some((reader) => takesCodes(graph, reader, integers));
  // A file of ours looks some up in tables.
  if (!held && !graph.annotations && !taken) return '';
  const codes =
    !held && saturates(quantizer, target)
      ? quantizeReals(code, reals, output, { ...target, ...quantizer })
      : recoded(code, held ?? quantizeReals(code, reals, integers, target), quantizer, output);
  for (const value of [integers, output]) code.setCodes(value, codes);
  for (const other of quantizer.nodes) absorbed.add(other);
  return null;
}

/** The clamp behind it is that of codes with fewer bits, at which QuantizeLinear saturates by itself. */
function saturates({ quant, range }: Target, { quant: wide }: Target): boolean {
  const { min, max } = codeRange(quant.bits);
  return range.min === min && range.max === max && sameQuant({ ...quant, bits: wide.bits }, wide);
}

function quantizeReals(code: CodeGraph, reals: ValueName, integers: ValueName, { quant, rounding }: Target): Codes {
  const name = code.nameFor(integers);
  const inputs = [code.original(reals), ...parametersOf(code, name, quant)];
  const node = { op: 'QuantizeLinear', inputs, ...(rounding && { rounding }) };
  code.node(node, name, codeType(typeOf(code.graph, reals).shape, quant));
  return { quant, range: codeRange(quant.bits), name };
}

/** A Clip of integers that are codes; false for any other node. */
export function importClip(code: CodeGraph, node: Node): boolean {
  const [input, output] = [node.inputs[0], node.outputs[0]];
  const held = code.codesOf(input);
  const shift = input ? shiftOf(typeOf(code.graph, input).dtype) : null;
  const range = held && shift !== null ? codeBounds(code.graph, node, held, shift) : null;
  if (!held || !range || !output) return false;
  code.setCodes(output, recoded(code, held, { quant: held.quant, range }, output));
  return true;
}
