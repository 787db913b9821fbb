import { InvariantError } from '../support/errors.ts';
import type { Node, Tensor } from './types.ts';

/** An attribute of another kind than its operator has; rules turn it into BAD_MODEL, behind them it cannot happen. */
export class AttributeError extends InvariantError {}

/** Typed access to node.attributes; the importer has checked that ONNX's types are kept. */
export function intAttribute(node: Node, name: string, otherwise: number): number {
  const value = node.attributes[name] ?? otherwise;
  if (typeof value !== 'number') throw new AttributeError(`attribute ${name} of ${node.op} is not a number`);
  return value;
}

export const floatAttribute = intAttribute;

export function intsAttribute(node: Node, name: string, otherwise: readonly number[]): readonly number[] {
  const value = node.attributes[name] ?? otherwise;
  if (!Array.isArray(value)) throw new AttributeError(`attribute ${name} of ${node.op} is not a list`);
  return value as readonly number[];
}

export function stringAttribute(node: Node, name: string, otherwise: string): string {
  const value = node.attributes[name] ?? otherwise;
  if (typeof value !== 'string') throw new AttributeError(`attribute ${name} of ${node.op} is not a string`);
  return value;
}

/** The elements of a constant as plain numbers (64-bit integers must be exact). */
export function numbersOf(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}
