import { UserError } from '../support/errors.ts';
import { runTool } from './run-tool.ts';

/** The version in what `command --version` (or another flag) prints, 'unknown' where none can be seen. Null: it is not installed. */
export async function toolVersion(command: string, flag = '--version'): Promise<string | null> {
  try {
    const { stdout, stderr } = await runTool(command, [flag], { timeoutSeconds: 20 });
    const [line = ''] = `${stdout}\n${stderr}`.trim().split('\n');
    return (
      /\d+\.\d+(\.\d+)?/.exec(line.replace(/\([^)]*\)/g, ''))?.[0] ?? /\d+\.\d+(\.\d+)?/.exec(line)?.[0] ?? 'unknown'
    );
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
