import type { Port } from '../ir/program.ts';
import { uniqueIdentifiers } from '../support/names.ts';

/** C accessors of a model's inputs or outputs: kws_input, or kws_input_<name> when there are several. */
export function accessorNames(model: string, role: 'input' | 'output', ports: readonly Port[]): string[] {
  if (ports.length === 1) return [`${model}_${role}`];
  return uniqueIdentifiers(
    ports.map((port) => port.value),
    role,
  ).map((name) => `${model}_${role}_${name}`);
}
