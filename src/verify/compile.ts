import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../support/errors.ts';
import { runToolOrFail } from './run-tool.ts';
import type { Built, BuildRequest, SectionSizes } from './toolchain.ts';

/** Part of the product: generated C compiles under these without a word. */
export const WARNINGS = [
  '-std=c99',
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wconversion',
  '-Wshadow',
  '-Wundef',
  '-Wstrict-prototypes',
  '-Wmissing-prototypes',
  '-Wcast-qual',
  '-Werror',
];

const HARNESS_FOLDER = new URL('../../templates/harness/', import.meta.url);

/** Text of a file in templates/harness. */
export function harnessFile(name: string): Promise<string> {
  return readFile(new URL(name, HARNESS_FOLDER), 'utf8');
}

export interface CompileOptions {
  readonly compiler: string;
  /** Flags of compiler and linker alike. */
  readonly machineFlags: readonly string[];
  readonly compileFlags: readonly string[];
  readonly linkFlags: readonly string[];
  /** Sources of the machine itself, added to the request's. */
  readonly machineFiles: ReadonlyMap<string, string>;
}

/** Writes the files, compiles each .c and links them: the part of build() that all gcc-like toolchains share. */
export async function compileAndLink(request: BuildRequest, options: CompileOptions): Promise<Built> {
  const { directory } = request;
  const { compiler, machineFlags } = options;
  const files = new Map([...request.files, ...options.machineFiles]);
  await mkdir(directory, { recursive: true });
  for (const [name, text] of files) {
    invariant(/^[\w.-]+$/.test(name), `not a plain file name: ${name}`);
    await writeFile(join(directory, name), text);
  }

  // Contraction off: a multiply and an add round twice on every machine, so float results agree.
  const flags = [
    ...machineFlags,
    ...WARNINGS,
    request.optimize,
    '-ffp-contract=off',
    '-ffunction-sections',
    '-fdata-sections',
    ...options.compileFlags,
    ...(request.defines ?? []).map((define) => `-D${define}`),
    ...(request.flags ?? []),
  ];
  const sources = [...files.keys()].filter((name) => name.endsWith('.c'));
  const objects = new Map(sources.map((name) => [name, name.replace(/\.c$/, '.o')]));
  const inDirectory = { directory, timeoutSeconds: 600 };
  for (const [source, object] of objects) {
    await runToolOrFail(compiler, [...flags, '-c', source, '-o', object], `compile ${source}`, inDirectory);
  }
  const program = [...machineFlags, ...objects.values(), '-o', 'program', '-Wl,--gc-sections', ...options.linkFlags];
  await runToolOrFail(compiler, program, 'link the program', inDirectory);
  return {
    directory,
    program: join(directory, 'program'),
    objects: new Map([...objects].map(([source, object]) => [source, join(directory, object)])),
  };
}

/** Section sizes of each object file, from `size -A`. */
export async function objectSizes(sizeTool: string, built: Built): Promise<ReadonlyMap<string, SectionSizes>> {
  const sizes = new Map<string, SectionSizes>();
  for (const [source, object] of built.objects) {
    const { stdout } = await runToolOrFail(sizeTool, ['-A', object], `read ${object}`);
    sizes.set(source, sumSections(stdout));
  }
  return sizes;
}

/** Adds up '.text.foo  120  0' lines by the kind of section. */
function sumSections(listing: string): SectionSizes {
  const sum = { text: 0, rodata: 0, data: 0, bss: 0 };
  for (const line of listing.split('\n')) {
    const match = /^\.(text|rodata|data|bss)(?:\.\S*)?\s+(\d+)\s/.exec(line);
    if (match) sum[match[1] as keyof SectionSizes] += Number(match[2]);
  }
  return sum;
}
