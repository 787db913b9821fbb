#!/usr/bin/env node
import { presentError } from './present-error.ts';
import { runProgram } from './program.ts';
import { note, say } from './say.ts';

// `nibblec ops | head` closes the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const args = process.argv.slice(2);
try {
  await runProgram(args);
} catch (error) {
  const json = args.includes('--json');
  const color = process.stderr.isTTY && process.env.NO_COLOR === undefined;
  const { text, exitCode } = presentError(error, { json, color, debug: process.env.NIBBLEC_DEBUG === '1' });
  if (json) say(text);
  else note(text);
  process.exitCode = exitCode;
}
