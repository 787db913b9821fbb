import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const STM32 = fileURLToPath(new URL('../../examples/stm32/', import.meta.url));

/** Runs the firmware with `make run`, which ends by itself, and returns what the UART printed. */
export async function uart(variables: readonly string[]): Promise<string[]> {
  const { stdout } = await execa('make', ['-s', '-C', STM32, 'run', ...variables], {
    timeout: 60_000,
    stdin: 'ignore',
  });
  return stdout.split('\n').map((line) => line.trimEnd());
}
