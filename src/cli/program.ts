import { Command, CommanderError } from 'commander';
import { UserError } from '../support/errors.ts';
import { VERSION } from '../version.ts';
import { benchCommand } from './bench.ts';
import { buildCommand } from './build.ts';
import { checkCommand } from './check.ts';
import { compileCommand } from './compile.ts';
import { doctorCommand } from './doctor.ts';
import { ExitStatus } from './exit-status.ts';
import { formatsCommand } from './formats.ts';
import { initCommand } from './init.ts';
import { inspectCommand } from './inspect.ts';
import { opsCommand } from './ops.ts';
import { quantizeCommand } from './quantize.ts';
import { searchCommand } from './search.ts';
import { targetsCommand } from './targets.ts';
import { tuneCommand } from './tune.ts';
import { verifyCommand } from './verify.ts';

const HELP = `
Run 'nibblec help VERB' for the flags and examples of a verb.

Exit status: 0 all is well, 1 an input or argument, 2 a verdict or limit that is not met (MISMATCH, DOES_NOT_FIT,
--min-*, --strict), 3 a tool that is missing or failed, 70 a bug in nibblec.
`;

/** Parses and runs; returns the exit status. Throws UserError for everything the user can mend. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const program = new Command('nibblec')
    .description('Compiles ONNX models into C for microcontrollers.')
    .version(VERSION)
    .addHelpText('after', HELP);
  const verbs = [
    inspectCommand(),
    compileCommand(),
    quantizeCommand(),
    verifyCommand(),
    benchCommand(),
    searchCommand(),
    tuneCommand(),
    initCommand(),
    buildCommand(),
    checkCommand(),
    targetsCommand(),
    opsCommand(),
    formatsCommand(),
    doctorCommand(),
  ];
  for (const verb of verbs) program.addCommand(verb);
  for (const command of [program, ...verbs]) {
    command
      .exitOverride()
      .configureHelp({ helpWidth: 100 })
      .configureOutput({ outputError: () => {} });
  }
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof ExitStatus) return error.status;
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0)
      throw badArgument(
        error,
        verbs.find((verb) => verb.name() === args[0]),
      );
  }
  return 0;
}

/** commander writes "error: unknown option '--outt'\n(Did you mean --out?)". */
function badArgument(error: CommanderError, verb: Command | undefined): UserError {
  const [message, suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? `run 'nibblec help ${verb?.name() ?? 'VERB'}' for all flags`;
  return new UserError({ code: 'BAD_ARGUMENT', message, hint }, { cause: error });
}
