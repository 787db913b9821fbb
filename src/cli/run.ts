import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { presentError } from './present-error.ts';
import { runProgram } from './program.ts';
import { note, say } from './say.ts';

/** From src/ and from dist/. */
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** One command line; returns the exit status (see EXIT_STATUS) and prints everything. */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    return await runProgram(args);
  } catch (error) {
    const json = args.includes('--json');
    const color = process.stderr.isTTY && process.env.NO_COLOR === undefined;
    const debug = process.env.NIBBLEC_DEBUG === '1';
    const home = relative(process.cwd(), PACKAGE).replaceAll('\\', '/');
    const { text, exitCode } = presentError(error, { json, color, debug, home: home && `${home}/` });
    if (json) say(text);
    else note(text);
    return exitCode;
  }
}
