import type { BufferId, Program } from '../ir/program.ts';

/**
 * C names of the places in the arena: `input`, `state`, `l03_y` for what l03_conv writes, `l03_scratch` for its temporary memory.
 * What slices make up, and no call writes as a whole, is called as its first reader calls it: `l05_x`.
 */
export function placeNames({ inputs, outputs, calls, states = [] }: Program): ReadonlyMap<BufferId, string> {
  const names = new Map<BufferId, string>();
  const name = (buffer: BufferId, text: string) => {
    if (!names.has(buffer)) names.set(buffer, text);
  };
  const numbered = (role: string, i: number, count: number) => (count === 1 ? role : `${role}_${i}`);
  for (const [i, { buffer }] of inputs.entries()) name(buffer, numbered('input', i, inputs.length));
  for (const [i, { input }] of states.entries()) name(input.buffer, numbered('state', i, states.length));
  for (const access of [['write', 'scratch'], ['read']]) {
    for (const { symbol, arguments: all } of calls) {
      const own = all.filter((argument) => access.includes(argument.access));
      for (const argument of own) name(argument.buffer, `${symbol.split('_')[0]}_${argument.name}`);
    }
  }
  for (const [i, { buffer }] of outputs.entries()) name(buffer, numbered('output', i, outputs.length));
  return names;
}
