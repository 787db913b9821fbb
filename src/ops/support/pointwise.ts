import type { Json } from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import { rowMajor } from '../../ir/storage.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { broadcastNest, type LoopNest } from './loop-nest.ts';

/** One output element from the operands' elements, as a C expression over the names a, b, c, ... */
export interface Pointwise {
  readonly expression: string;
  /** One short word for comments. */
  readonly title: string;
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/**
 * Lowers an element-wise node with ONNX broadcasting: one loop nest over the output's memory order.
 * In place when an input has the output's element size, shape and layout.
 */
export function lowerPointwise(node: Node, lower: LowerBuilder, { expression, title }: Pointwise): void {
  const shape = lower.type(node.outputs[0]).shape;
  const model = node.inputs.find(
    (value) => value !== null && !lower.constant(value) && lower.type(value).shape.join() === shape.join(),
  );
  const storage = model ? lower.storageOf(model) : rowMajor(shape);
  const present = node.inputs.map((value, i) => (value === null ? -1 : i)).filter((i) => i >= 0);
  const alike = (i: number) => lower.type(node.inputs[i]).shape.join() === shape.join();
  const inputs = present.map((i) => lower.read(i, lower.constant(node.inputs[i]) && alike(i) ? storage : 'any'));
  const output = lower.write(0, storage);
  const nest = broadcastNest(inputs, output);
  if (!nest) return lower.refuse('operands lie in layouts that cannot be walked together');
  const size = elementCount(shape);
  lower.call({
    template: 'pointwise',
    params: pointwiseParams(nest, inputs, output.name, expression),
    summary: `${title}, ${size} elements`,
    overlap: inputs
      .filter((input) => !input.constant && input.shape.join() === shape.join())
      .map((read) => ({ read, distance: 0 })),
  });
}

/** Template params: loops, one named local per operand, the target element. */
export function pointwiseParams(
  nest: LoopNest,
  inputs: readonly Pick<Operand, 'name' | 'ctype'>[],
  output: string,
  expression: string,
): { [key: string]: Json } {
  const indent = (depth: number) => '    '.repeat(depth + 1);
  const element = (name: string, operand: number) => `${name}[${indexText(nest, operand)}]`;
  return {
    loops: nest.sizes.map((size, i) => ({ name: `i${i}`, size, pad: indent(i) })),
    pad: indent(nest.sizes.length),
    locals: inputs.map((input, i) => ({ ctype: input.ctype, name: NAMES[i]!, value: element(input.name, i) })),
    target: element(output, inputs.length),
    expression,
    ends: nest.sizes.map((_, i) => indent(nest.sizes.length - 1 - i)),
  };
}

/** 'i0 * 64 + i1', or '0' when the operand does not move. */
export function indexText(nest: LoopNest, operand: number): string {
  const terms = nest.sizes.flatMap((_, i) => {
    const stride = nest.strides[i]![operand]!;
    if (stride === 0) return [];
    return [stride === 1 ? `i${i}` : `i${i} * ${stride}`];
  });
  return terms.length === 0 ? '0' : terms.join(' + ');
}
