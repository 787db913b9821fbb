import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { vi } from 'vitest';
import { runCli } from '../../src/cli/run.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CliResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of long steps, on a slow machine: tests are not about them. */
const PROGRESS = /^[\w -]+: \d+ of \d+.*\n/gm;

/** A command line in this process: quick. */
export async function cli(directory: string, ...args: string[]): Promise<CliResult> {
  const before = process.cwd();
  const captured = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      captured[stream] += text;
      return true;
    }),
  );
  process.chdir(directory);
  try {
    const exitCode = await runCli(args);
    return { exitCode, stdout: captured.stdout, stderr: captured.stderr.replaceAll(PROGRESS, '') };
  } finally {
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
  }
}

/** The same in a process of its own, as a user has it. */
export async function cliProcess(directory: string, ...args: string[]): Promise<CliResult> {
  const tsx = ['--import', import.meta.resolve('tsx'), MAIN];
  const env = { NIBBLEC_DEBUG: '', FORCE_COLOR: '0' };
  const { exitCode, stdout, stderr } = await execa(process.execPath, [...tsx, ...args], {
    cwd: directory,
    env,
    reject: false,
  });
  return { exitCode, stdout, stderr };
}
