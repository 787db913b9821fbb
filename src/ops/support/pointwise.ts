import { broadcastNest, indexText, type LoopNest, liesAs, nestParams } from '../../ir/loop-nest.ts';
import type { Json, Storage } from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import { dimensionStrides, rowMajor } from '../../ir/storage.ts';
import { elementBytes } from '../../ir/tensor.ts';
import type { Node, Shape, Tensor } from '../../ir/types.ts';
import type { LayerSpec, LowerBuilder, Operand } from '../op-def.ts';
import { cType, literal } from './c-text.ts';
import { clipBounds } from './clip.ts';
import { assignText, type Elements, elementText } from './element.ts';

/** One output element from the operands' elements, as a C expression over their names (see elementName). */
export interface Pointwise {
  readonly expression: string;
  /** One short word for comments. */
  readonly title: string;
  /** Inputs whose elements the expression names; default: all that are present. */
  readonly inputs?: readonly number[];
  /** Intermediate values by name, in order, before the expression. */
  readonly steps?: readonly Step[];
  /** The expression works on codes (clamping included); without it quantized operands are refused. */
  readonly onCodes?: boolean;
  /** The expression reaches its tables through nn_flash. */
  readonly readsFlash?: boolean;
  /** Other shapes (of the same elements) under which the operands are walked and broadcast. */
  readonly shapes?: Shapes;
}

export interface Shapes {
  /** By input; the others keep theirs. */
  readonly inputs: Readonly<Record<number, Shape>>;
  readonly output: Shape;
}

export interface Step {
  readonly ctype: string;
  readonly name: string;
  readonly value: string;
}

/** a, b, c, ... for the element of input 0, 1, 2, ... */
export function elementName(input: number): string {
  return input < 8 ? 'abcdefgh'[input] : `v${input}`;
}

/**
 * Lowers an element-wise node with ONNX broadcasting: one loop nest over the output's memory order, the fused
 * clamp included. In place when an input has the output's shape and layout. Constants of one element become literals.
 */
export function lowerPointwise(node: Node, lower: LowerBuilder, pointwise: Pointwise): void {
  lower.call(pointwiseLayer(node, lower, pointwise));
}

/** The layer of lowerPointwise, its operands read and its output written. */
export function pointwiseLayer(node: Node, lower: LowerBuilder, pointwise: Pointwise): LayerSpec {
  const { title } = pointwise;
  const type = lower.type(node.outputs[0]);
  const used = pointwise.inputs ?? node.inputs.map((_, i) => i).filter((i) => node.inputs[i] !== null);
  const quantized = [type, ...used.map((i) => lower.type(node.inputs[i]))].some(({ quant }) => quant !== null);
  if (quantized && !pointwise.onCodes) {
    return lower.refuse('there is no integer form of this operator');
  }
  const { storage, sources: how } = layoutsOf(node, lower, used);
  const sources = used.map((input, i) => readElement(lower, input, how[i]));
  const inputs = sources.flatMap(({ operand }) => operand ?? []);
  const output = lower.write(0, storage, { packed: true });
  const seen = (operand: Operand, shape: Shape | undefined) => ({ ...operand, shape: shape ?? operand.shape });
  const nest = broadcastNest(
    sources.flatMap(({ input, operand }) => (operand ? seen(operand, pointwise.shapes?.inputs[input]) : [])),
    seen(output, pointwise.shapes?.output),
  );
  if (!nest) return lower.refuse('operands lie in layouts that cannot be walked together');

  const locals = sources.map(({ input, operand, scalar }) => ({
    ctype: cType(lower.type(node.inputs[input]).dtype),
    name: elementName(input),
    value: scalar ?? elementText(operand!, indexText(nest, inputs.indexOf(operand!))),
  }));
  return {
    template: 'pointwise',
    params: {
      ...nestParams(nest),
      locals: [...locals, ...(pointwise.steps ?? [])].map((step) => ({ ...step })),
      statement: assignText(
        output,
        indexText(nest, inputs.length),
        pointwise.onCodes ? pointwise.expression : clamped(node, pointwise.expression),
      ),
    },
    ...(pointwise.readsFlash && { readsFlash: true }),
    summary: `${title}, ${elementCount(type.shape)} elements`,
    overlap: inputs
      .filter((input) => !input.constant && inputs.every((other) => other.name !== input.name || liesAs(other, output)))
      .map((read) => ({ read, distance: inPlaceDistance(read, output) })),
  };
}

/**
 * As the first computed input of the output's shape lies; in plain order where operands are broadcast and that one is a
 * view without a stride per dimension.
 */
function outputStorage(node: Node, lower: LowerBuilder, used: readonly number[], shape: Shape): Storage {
  const model = used.find((i) => {
    const value = node.inputs[i];
    return !lower.constant(value) && lower.type(value).shape.join() === shape.join();
  });
  if (model === undefined) return rowMajor(shape);
  const storage = lower.storageOf(node.inputs[model]!);
  const flat = used.every((i) => {
    const constant = lower.constant(node.inputs[i]);
    return (constant && isScalar(constant)) || lower.type(node.inputs[i]).shape.join() === shape.join();
  });
  return flat || dimensionStrides(storage, shape) ? storage : rowMajor(shape);
}

interface Source {
  readonly input: number;
  readonly operand?: Operand;
  /** The value of a constant of one element. */
  readonly scalar?: string;
}

/** How an input is read: as a literal, or in a layout. */
type InputLayout = { readonly scalar: Tensor } | { readonly layout: 'any' | Storage };

/** How the output of an element-wise node lies, and how its inputs are read. */
export function layoutsOf(node: Node, lower: LowerBuilder, used: readonly number[]) {
  const { shape } = lower.type(node.outputs[0]);
  const storage = outputStorage(node, lower, used, shape);
  const sources = used.map((i): InputLayout => {
    const constant = lower.constant(node.inputs[i]);
    if (constant && isScalar(constant)) return { scalar: constant };
    const alike = lower.type(node.inputs[i]).shape.join() === shape.join();
    return { layout: alike && (constant || !dimensionStrides(storage, shape)) ? storage : 'any' };
  });
  return { storage, sources };
}

function readElement(lower: LowerBuilder, input: number, how: InputLayout): Source {
  if ('scalar' in how) return { input, scalar: literal(how.scalar.data[0], how.scalar.dtype) };
  return { input, operand: lower.read(input, how.layout, { packed: true }) };
}

function isScalar({ data, dtype }: Tensor): boolean {
  return data.length === 1 && dtype !== 'f16' && dtype !== 'bf16';
}

/**
 * Element i is read before it is written: with elements of r and w bytes the output must start (n - 1)(w - r) bytes
 * below an input of smaller elements, and at most r - w above one of larger elements. The other code of a byte is left
 * as it is, so packed codes can take the place of packed codes.
 */
function inPlaceDistance(read: Operand, write: Operand): number {
  const growth = elementBytes(write.type) - elementBytes(read.type);
  return Math.ceil(growth > 0 ? (elementCount(write.shape) - 1) * growth : growth);
}

function clamped(node: Node, expression: string): string {
  return node.clip ? `nn_clamp_f32(${expression}, ${clipBounds(node).join(', ')})` : expression;
}

/** Template params: loops, one named local per operand, the statement that writes the target element. */
export function pointwiseParams(
  nest: LoopNest,
  inputs: readonly (Elements & Pick<Operand, 'ctype'>)[],
  output: Elements,
  expression: string,
): { [key: string]: Json } {
  return {
    ...nestParams(nest),
    locals: inputs.map((input, i) => ({
      ctype: input.ctype,
      name: elementName(i),
      value: elementText(input, indexText(nest, i)),
    })),
    statement: assignText(output, indexText(nest, inputs.length), expression),
  };
}
