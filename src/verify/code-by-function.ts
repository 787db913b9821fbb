import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runToolOrFail } from './run-tool.ts';

/**
 * Bytes of instructions of each function of a linked program with debug information. What the compiler inlined into `run`
 * counts for the function that run calls, so a layer has its bytes wherever they are; what several layers share stays
 * under its own name. Literals between instructions count for the function around them.
 * @param tools prefix of the compiler's tools: 'arm-none-eabi-'.
 */
export async function codeByFunction(
  tools: string,
  program: string,
  directory: string,
  run: string,
): Promise<Map<string, number>> {
  const symbols = await runToolOrFail(`${tools}nm`, ['-S', '--defined-only', program], 'list functions', { directory });
  const addresses = addressesOf(symbols.stdout);
  await writeFile(join(directory, 'addresses'), addresses.map((address) => `0x${address.toString(16)}\n`).join(''));
  const options = ['-a', '-f', '-i', '-e', program, '@addresses'];
  const { stdout } = await runToolOrFail(`${tools}addr2line`, options, 'find inlined functions', { directory });
  return sumByFunction(stdout, run);
}

/** Instructions take 2 or 4 bytes. */
const STEP = 2;

/** Every address within a function of `nm -S`: '00008000 000008c4 t name'; the lowest bit marks Thumb code. */
function addressesOf(symbols: string): number[] {
  return [...symbols.matchAll(/^([0-9a-f]+) ([0-9a-f]+) [tT] /gm)].flatMap(([, address, size]) => {
    const first = Number.parseInt(address, 16) & ~1;
    return Array.from({ length: Math.ceil(Number.parseInt(size, 16) / STEP) }, (_, i) => first + i * STEP);
  });
}

/** addr2line prints each address, then function and line in turns, from the innermost function to the outermost one. */
export function sumByFunction(listing: string, run: string): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const block of listing.split(/^0x[0-9a-f]+\n/m).slice(1)) {
    const functions = block.split('\n').filter((text, line) => line % 2 === 0 && text !== '');
    const outermost = functions.at(-1) ?? '??';
    const name = outermost === run ? (functions.at(-2) ?? run) : outermost;
    bytes.set(name, (bytes.get(name) ?? 0) + STEP);
  }
  return bytes;
}
