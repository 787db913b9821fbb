import type { Operand } from '../op-def.ts';

/** Where an element is: an array, and whether its codes lie two to a byte. */
export type Elements = Pick<Operand, 'name'> & Partial<Pick<Operand, 'packed'>>;

/** C expression of an operand's element. */
export function elementText({ name, packed }: Elements, index: string): string {
  return packed ? `nn_get_s4(${name}, ${index})` : `${name}[${index}]`;
}

/** C statement that gives an operand's element its value. */
export function assignText({ name, packed }: Elements, index: string, value: string): string {
  return packed ? `nn_put_s4(${name}, ${index}, ${value});` : `${name}[${index}] = ${value};`;
}
