import { presentError } from './present-error.ts';
import { runProgram } from './program.ts';
import { note, say } from './say.ts';

/** One command line; returns the exit status (see EXIT_STATUS) and prints everything. */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    return await runProgram(args);
  } catch (error) {
    const json = args.includes('--json');
    const color = process.stderr.isTTY && process.env.NO_COLOR === undefined;
    const { text, exitCode } = presentError(error, { json, color, debug: process.env.NIBBLEC_DEBUG === '1' });
    if (json) say(text);
    else note(text);
    return exitCode;
  }
}
