import type { Call, Port, Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import { arenaArray, arenaBytes, isPacked } from '../ir/tensor.ts';
import { integerRange } from '../numerics/dtype.ts';
import { cType, floatLiteral } from '../ops/support/c-text.ts';
import { invariant, must } from '../support/errors.ts';
import { commentText } from '../support/names.ts';
import { FED } from './emit-rows.ts';
import type { placeNames } from './place-names.ts';
import { accessorNames, fedPort, outputAccessors } from './port-names.ts';
import { describeStorage } from './storage-text.ts';

/** What the header tells of a program's inputs, outputs and states, as the templates of model files see it. */
interface Ports {
  readonly program: Program;
  readonly places: ReturnType<typeof placeNames>;
}

/** Of what comes by rows too. */
export function inputContexts(ports: Ports) {
  const { name, inputs } = ports.program;
  return accessorNames(name, 'input', inputs).map((accessor, i) => portContext(ports, inputs[i]!, accessor));
}

/** Those that are handed out as they lie, each with the dimension that is as long as the data make it. */
export function outputContexts(ports: Ports) {
  const { program, places } = ports;
  const all = outputAccessors(program);
  const sizeOf = ({ value, shape }: Port) => {
    const size = program.sizes?.find(({ output }) => output === value);
    const counter =
      size &&
      must(
        all.find(({ port }) => port.value === size.count),
        size.count,
      ).port;
    return (
      size &&
      counter && { axis: size.axis, most: shape[size.axis], place: must(places.get(counter.buffer), size.count) }
    );
  };
  return all
    .filter(({ counts }) => !counts)
    .map(({ port, accessor }) => ({ ...portContext(ports, port, accessor), size: sizeOf(port) }));
}

function portContext({ places }: Ports, port: Port, accessor: string) {
  const { quant } = port.type;
  return {
    accessor,
    macro: accessor.toUpperCase(),
    onnxName: commentText(port.value),
    ctype: cType(arenaArray(port.type).dtype),
    elements: elementCount(port.shape),
    bytes: arenaBytes(port.type),
    place: must(places.get(port.buffer), port.value),
    shape: port.shape.join('x') || 'scalar',
    layout: describeStorage(port.shape, port.storage),
    quantized: quant !== null,
    scale: quant ? floatLiteral(quant.scale[0]!) : '',
    zeroPoint: quant ? quant.zeroPoint[0]! : 0,
    rounding: floatLiteral((quant?.zeroPoint[0] ?? 0) + 0.5),
    packed: isPacked(port.type),
    codeType: cType(port.type.dtype),
    /** Its byte of which only the lower half holds a code. */
    halfByte: isPacked(port.type) && elementCount(port.shape) % 2 === 1 ? String(arenaBytes(port.type) - 1) : '',
    ...codeLimits(port.type),
  };
}

/** The input whose rows NAME_feed() takes, and the calls before and behind the one that computes with them, which is `text`. */
export function fedContext<T extends { readonly symbol: string }>(
  ports: Ports,
  layers: readonly T[],
  text: (call: Call, symbol: string) => string,
) {
  const { program, places } = ports;
  const fed = fedPort(program);
  if (!fed) return null;
  const { port, accessor, rows, rowBytes, call: index } = fed;
  const call = program.calls[index];
  const counter = must(
    call.arguments.find(({ name }) => name === FED),
    'the number of rows',
  ).buffer;
  return {
    input: portContext(ports, port, accessor),
    rows,
    rowElements: elementCount(port.shape) / rows,
    rowBytes,
    counter: must(places.get(counter), FED),
    before: layers.slice(0, index),
    layer: layers[index],
    call: text(call, layers[index].symbol),
    after: layers.slice(index + 1),
  };
}

/** What NAME_reset() writes: real zeros. */
export function stateContext({ places }: Ports, { input, output }: NonNullable<Program['states']>[number]) {
  return {
    input: commentText(input.value),
    output: commentText(output.value),
    place: must(places.get(input.buffer), input.value),
    bytes: arenaBytes(input.type),
    zero: zeroByte(input),
  };
}

/** The byte of which a tensor of real zeros consists. */
function zeroByte({ type, value }: Port): number {
  const zero = type.quant?.zeroPoint[0] ?? 0;
  if (isPacked(type)) return (zero & 15) * 17;
  invariant(zero === 0 || /^[iu]8$/.test(type.dtype), `the zero of '${value}' is one byte`);
  return zero & 255;
}

function codeLimits(type: Port['type']): { readonly qmin: number; readonly qmax: number } {
  if (isPacked(type)) return { qmin: -8, qmax: 7 };
  const { min, max } = integerRange(type.dtype) ?? { min: -128, max: 127 };
  return { qmin: min, qmax: max };
}
