import { InvalidArgumentError } from 'commander';
import type { CompileOptions } from '../compile.ts';

/** As compileModel() takes them. */
export type StateFlag = NonNullable<CompileOptions['states']>;

export const STATE_FLAG = '--state <in=out>';
export const STATE_HELP =
  "an output that stays in the arena as this input of the next run; may be repeated; 'none': no state, also not of recurrent layers";

/** 'h0=hn', several times, or 'none'. */
export function state(text: string, before: StateFlag = new Map()): StateFlag {
  if (text === 'none') return text;
  const at = text.indexOf('=');
  if (before === 'none' || at <= 0 || at === text.length - 1) {
    throw new InvalidArgumentError('Must look like input=output, or be none, alone.');
  }
  const [input, output] = [text.slice(0, at), text.slice(at + 1)];
  const taken = [input, output].find((name, i) => (i === 0 ? before.has(name) : [...before.values()].includes(name)));
  if (taken !== undefined) throw new InvalidArgumentError(`'${taken}' is given twice.`);
  return new Map([...before, [input, output]]);
}
