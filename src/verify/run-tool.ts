import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { UserError } from '../support/errors.ts';
import { installLine, systemHere } from './tools.ts';

export interface ToolOptions {
  readonly directory?: string;
  readonly timeoutSeconds?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

const CAPTURED_LINES = 30;

/**
 * Runs a program without a shell and waits for it. Any exit status is a result.
 * @throws UserError TOOL_MISSING when it is not installed, TOOL_FAILED when it ran out of time or was killed.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolOutput> {
  const { directory, timeoutSeconds = 120, environment = {} } = options;
  const [file, ...rest] = endingWithParent([command, ...args]);
  const result = await execa(file, rest, {
    ...(directory === undefined ? {} : { cwd: directory }),
    env: environment,
    timeout: timeoutSeconds * 1000,
    reject: false,
    stdin: 'ignore',
  });
  const { stdout, stderr, exitCode, durationMs } = result;
  const missing = result.code === 'ENOENT' || (exitCode === 127 && stderr.startsWith(`${SETPRIV}: failed to execute`));
  if (missing) throw toolMissing(command);
  if (exitCode === undefined) {
    const why = result.timedOut
      ? `did not end within ${timeoutSeconds} seconds`
      : `was ended by ${result.signal ?? result.code}`;
    throw toolFailed(`${command} ${why}`, command, args, `${stdout}\n${stderr}`);
  }
  return { exitCode, stdout, stderr, seconds: durationMs / 1000 };
}

/** Of util-linux, on every Debian and Ubuntu. */
const SETPRIV = 'setpriv';
const hasSetpriv = process.platform === 'linux' && existsSync('/usr/bin/setpriv');

/** When our process is killed, nobody is left to stop an emulator: where Linux offers it, the kernel does. */
function endingWithParent(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return hasSetpriv ? [SETPRIV, '--pdeathsig', 'KILL', '--', ...command] : command;
}

/** As runTool, and any exit status but 0 is an error too. `what` tells the user what was being done: 'compile model.c'. */
export async function runToolOrFail(
  command: string,
  args: readonly string[],
  what: string,
  options: ToolOptions = {},
): Promise<ToolOutput> {
  const output = await runTool(command, args, options);
  if (output.exitCode === 0) return output;
  throw toolFailed(`${command} could not ${what}`, command, args, `${output.stderr}\n${output.stdout}`);
}

/** True when `command --version` works (or with another flag and status), else the reason why not. */
export async function toolAvailable(command: string, flag = '--version', status = 0): Promise<true | string> {
  try {
    const { exitCode } = await runTool(command, [flag], { timeoutSeconds: 20 });
    return exitCode === status || `${command} is installed but does not run`;
  } catch (error) {
    if (error instanceof UserError) return error.problem.message;
    throw error;
  }
}

/** `output`: what the program printed; its first lines go into the report. */
export function toolFailed(message: string, command: string, args: readonly string[], output: string): UserError {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const because = lines.slice(0, CAPTURED_LINES);
  if (lines.length > because.length) because.push(`... and ${lines.length - because.length} more lines`);
  return new UserError({ code: 'TOOL_FAILED', message, where: [command, ...args].join(' '), because });
}

export function toolMissing(command: string): UserError {
  const line = installLine([command], systemHere()) ?? 'install it, or add its folder to PATH';
  const hint = `${line}; 'nibblec doctor' tells what each tool is for, and compile without --verify needs none`;
  return new UserError({ code: 'TOOL_MISSING', message: `${command} is not installed`, hint });
}
