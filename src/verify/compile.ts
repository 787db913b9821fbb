import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../support/errors.ts';
import { runTool, runToolOrFail, toolFailed } from './run-tool.ts';
import type { BuildRequest, Built, Compiled, SectionSizes } from './toolchain.ts';

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

/** How one gcc-like compiler makes code for one machine. */
export interface Compiler {
  readonly command: string;
  /** Flags of compiler and linker alike. */
  readonly machineFlags: readonly string[];
  readonly compileFlags: readonly string[];
  readonly linkFlags: readonly string[];
  /** The machine's own sources (start-up, clock), for whole programs. */
  readonly machineFiles: readonly string[];
}

/** Writes the files and compiles all .c by one call: the compiler names each object as its source. */
export async function compileObjects(request: BuildRequest, compiler: Compiler): Promise<Compiled> {
  const { directory, files } = request;
  await mkdir(directory, { recursive: true });
  for (const [name, text] of files) {
    invariant(/^[\w.-]+$/.test(name), `not a plain file name: ${name}`);
    await writeFile(join(directory, name), text);
  }

  // Contraction off: a multiply and an add round twice on every machine, so float results agree.
  const flags = [
    ...compiler.machineFlags,
    ...WARNINGS,
    request.optimize,
    '-ffp-contract=off',
    '-ffunction-sections',
    '-fdata-sections',
    ...compiler.compileFlags,
    ...(request.defines ?? []).map((define) => `-D${define}`),
    ...(request.flags ?? []),
  ];
  const sources = [...files.keys()].filter((name) => name.endsWith('.c'));
  const args = [...flags, '-c', ...sources];
  const { exitCode, stderr } = await runTool(compiler.command, args, { directory, timeoutSeconds: 600 });
  if (exitCode !== 0) {
    const [, culprit = sources.join(', ')] = /^(?:In file included from )?([\w.-]+\.c):/m.exec(stderr) ?? [];
    throw toolFailed(`${compiler.command} could not compile ${culprit}`, compiler.command, args, stderr);
  }
  const objects = new Map(sources.map((source) => [source, join(directory, source.replace(/\.c$/, '.o'))]));
  return { directory, objects };
}

/** compileObjects() of the request's and the machine's files, then one program of all. */
export async function compileAndLink(request: BuildRequest, compiler: Compiler): Promise<Built> {
  const files = new Map(request.files);
  for (const name of compiler.machineFiles) files.set(name, await harnessFile(name));
  const { directory, objects } = await compileObjects({ ...request, files }, compiler);
  const program = join(directory, 'program');
  const args = [
    ...compiler.machineFlags,
    ...objects.values(),
    '-o',
    program,
    '-Wl,--gc-sections',
    ...compiler.linkFlags,
  ];
  await runToolOrFail(compiler.command, args, 'link the program', { directory });
  return { directory, objects, program };
}

/** Section sizes of each object file, from one `size -A` of all. */
export async function objectSizes(sizeTool: string, compiled: Compiled): Promise<ReadonlyMap<string, SectionSizes>> {
  const { directory, objects } = compiled;
  const { stdout } = await runToolOrFail(sizeTool, ['-A', ...objects.values()], `read ${directory}`);
  // 'model.o  :', then its sections.
  const [, ...parts] = stdout.split(/^\S.*\.o +:$/m);
  return new Map([...objects.keys()].map((source, i) => [source, sumSections(parts[i])]));
}

/** AVR's tables in flash; constants that hold addresses, which a loader of position-independent programs fills in once. */
const CONSTANTS: Readonly<Record<string, keyof SectionSizes>> = { progmem: 'rodata', 'data.rel.ro': 'rodata' };

/** Adds up '.text.foo  120  0' lines by the kind of section. */
function sumSections(listing: string): SectionSizes {
  const sum = { text: 0, rodata: 0, data: 0, bss: 0 };
  for (const line of listing.split('\n')) {
    const match = /^\.(text|rodata|progmem|data\.rel\.ro|data|bss)(?:\.\S*)?\s+(\d+)\s/.exec(line);
    if (match) sum[CONSTANTS[match[1]] ?? (match[1] as keyof SectionSizes)] += Number(match[2]);
  }
  return sum;
}
