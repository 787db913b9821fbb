import { UserError } from '../support/errors.ts';
import { runTool } from './run-tool.ts';
import type { Tool } from './tools.ts';

/** Whether a tool can be used: its version, or why not. */
export type ToolState = { readonly version: string } | { readonly problem: string };

export async function toolState({ command, flag, status = 0, library }: Tool): Promise<ToolState> {
  const version = await toolVersion(command, flag, status);
  if (version === null) return { problem: 'missing' };
  if (!library || (await findsLibrary(command, library.file))) return { version };
  return { problem: `without ${library.name}` };
}

/**
 * The version in what a tool prints, 'unknown' where none can be seen: 'gcc (Debian 12.2.0-14) 12.2.0' has two. Null: it is not
 * installed, or does not run.
 */
export async function toolVersion(command: string, flag = '--version', status = 0): Promise<string | null> {
  try {
    const { stdout, stderr, exitCode } = await runTool(command, [flag], { timeoutSeconds: 20 });
    if (exitCode !== status) return null;
    const [line = ''] = `${stdout}\n${stderr}`.trim().split('\n');
    const number = /\d+\.\d+(\.\d+)?/;
    return (number.exec(line.replace(/\([^)]*\)/g, '')) ?? number.exec(line))?.[0] ?? 'unknown';
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** gcc prints the bare name back when it has no such file. */
export async function findsLibrary(compiler: string, file: string): Promise<boolean> {
  const { stdout } = await runTool(compiler, [`-print-file-name=${file}`]);
  return stdout.trim() !== file;
}
