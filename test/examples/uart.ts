import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const STM32 = fileURLToPath(new URL('../../examples/stm32/', import.meta.url));

/** Runs the firmware with `make run` and returns what the UART printed, up to 'done'. */
export async function uart(variables: readonly string[]): Promise<string[]> {
  // Its own process group, so that ending the group ends make and QEMU together.
  const command = execa('make', ['-s', '-C', STM32, 'run', ...variables], {
    timeout: 60_000,
    reject: false,
    detached: true,
    stdin: 'ignore',
  });
  const lines: string[] = [];
  // The firmware never ends by itself.
  for await (const line of command) {
    lines.push(line.trimEnd());
    if (line.startsWith('done') && command.pid !== undefined) process.kill(-command.pid, 'SIGTERM');
  }
  return lines;
}
