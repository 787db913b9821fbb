import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeByFunction } from './code-by-function.ts';
import { runToolOrFail } from './run-tool.ts';
import type { Alone, Compiled, SectionSizes } from './toolchain.ts';

/**
 * Links the objects (with debug information) and the libraries, keeps only what `roots` (symbols; the first is the entry)
 * reach, and reads the sizes from the linker's map.
 */
export async function linkAlone(
  compiler: string,
  flags: readonly string[],
  compiled: Compiled,
  roots: readonly string[],
): Promise<Alone> {
  const args = [
    ...flags,
    '-nostartfiles',
    ...compiled.objects.values(),
    '-lm',
    ...['-o', 'alone', '-Wl,-Map=alone.map', '-Wl,--gc-sections', `-Wl,--entry=${roots[0]}`],
    ...roots.map((root) => `-Wl,-u,${root}`),
  ];
  await runToolOrFail(compiler, args, 'link the model by itself', { directory: compiled.directory });
  const map = await readFile(join(compiled.directory, 'alone.map'), 'utf8');
  const program = join(compiled.directory, 'alone');
  const code = await codeByFunction(compiler.replace(/gcc$/, ''), program, compiled.directory, roots[0]);
  return { program, sections: readMap(map), code };
}

/**
 * Sums ' .text.kws_run  0x00008000  0x1c  kws.o' lines of a GNU ld map; a long section name stands on a line of its own.
 * What --gc-sections dropped is listed before the 'Linker script and memory map' heading.
 */
export function readMap(map: string): Map<string, SectionSizes> {
  const kept = map.slice(map.indexOf('Linker script and memory map'));
  const sums = new Map<string, { text: number; rodata: number; data: number; bss: number }>();
  for (const [, kind, size, path] of kept.matchAll(
    /^ \.(text|rodata|progmem|data|bss)[^\s*]*\s+0x[0-9a-f]+ +0x([0-9a-f]+) (\S.*)$/gm,
  )) {
    const bytes = Number.parseInt(size!, 16);
    if (bytes === 0) continue;
    const object = path!.slice(path!.lastIndexOf('/') + 1);
    const sum = sums.get(object) ?? { text: 0, rodata: 0, data: 0, bss: 0 };
    // AVR's tables in flash.
    sum[kind === 'progmem' ? 'rodata' : (kind as keyof SectionSizes)] += bytes;
    sums.set(object, sum);
  }
  return sums;
}
