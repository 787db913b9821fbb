import type { GeneratedFiles } from '../codegen/emit.ts';
import { accessorNames } from '../codegen/port-names.ts';
import { templateSet } from '../codegen/templates.ts';
import type { Compilation } from '../compile.ts';
import type { Port } from '../ir/program.ts';
import { arenaArray } from '../ir/tensor.ts';
import { cType } from '../ops/support/c-text.ts';
import { must, UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import type { ToolchainName } from '../targets/target.ts';
import { PACKAGE_KINDS, type PackageKind } from './kinds.ts';

/** Throws UserError BAD_ARGUMENT that names the kinds. */
export function packageKind(name: string): PackageKind {
  if (Object.hasOwn(PACKAGE_KINDS, name)) return PACKAGE_KINDS[name];
  const known = Object.keys(PACKAGE_KINDS);
  const nearest = nearestName(name, known);
  const hint = nearest ? `did you mean '${nearest}'?` : `choose one of ${known.join(', ')}`;
  throw new UserError({ code: 'BAD_ARGUMENT', message: `there is no package '${name}'`, hint });
}

/**
 * The same C in the layout that a build system expects, with a manifest, an example and a README. Paths with '/', from the
 * folder of the package.
 * @param files what emitC() and emitSelfTest() made
 * @throws UserError BAD_ARGUMENT for an unknown kind
 */
export function packageFiles(name: string, compilation: Compilation, files: GeneratedFiles): GeneratedFiles {
  const kind = packageKind(name);
  const templates = templateSet([`packages/${name}`, 'packages/common']);
  const c = [...files].filter(([file]) => /\.[ch]$/.test(file));
  const placed = c.map(([file, text]) => [placeOf(file, kind), text] as const);
  const context = contextOf(compilation, kind, placed);
  const named = (text: string) => text.replaceAll('NAME', compilation.name).replaceAll('UPPER', context.upper);
  const entries = [...kind.files, ['README.md', 'README.md'] as const];
  const rest = [...files].filter(([file]) => !/\.[ch]$|^CMakeLists\.txt$/.test(file));
  return new Map([
    ...placed,
    ...rest,
    ...entries.map(
      ([path, template]) => [named(path), templates.render(template, { ...context, how: named(kind.how) })] as const,
    ),
  ]);
}

function placeOf(file: string, { header, source }: PackageKind): string {
  return `${file.endsWith('.h') ? header : source}/${file}`;
}

interface Building {
  readonly ar: string;
  /** What the C library needs, beside the core's flags. */
  readonly flags: readonly string[];
  /** For a program with printf() that runs in an emulator or a debugger. */
  readonly link: readonly string[];
}

const BUILDING: Readonly<Record<ToolchainName, Building>> = {
  'host-gcc': { ar: 'ar', flags: [], link: [] },
  'arm-none-eabi-gcc': { ar: 'arm-none-eabi-ar', flags: [], link: ['--specs=rdimon.specs'] },
  'riscv64-unknown-elf-gcc': {
    ar: 'riscv64-unknown-elf-ar',
    flags: ['--specs=picolibc.specs'],
    link: ['--oslib=semihost'],
  },
  'avr-gcc': { ar: 'avr-ar', flags: [], link: [] },
};

function contextOf(
  { name, program, plan, target, provenance, files }: Compilation,
  { title }: PackageKind,
  placed: readonly (readonly [string, string])[],
) {
  const { ar, flags, link } = BUILDING[target.toolchain.name];
  const sources = placed.map(([path]) => path).filter((path) => path.endsWith('.c'));
  const forPart = target.toolchain.name !== 'host-gcc';
  const inputs = ports(name, 'input', program.inputs);
  const outputs = ports(name, 'output', program.outputs);
  return {
    name,
    title,
    upper: name.toUpperCase(),
    slug: name.replaceAll('_', '-'),
    provenance: provenance.join(', '),
    core: target.title,
    forPart,
    fpu: forPart && target.features.has('fpu'),
    compiler: forPart ? target.toolchain.name : 'cc',
    ar,
    flags: [...target.toolchain.flags, ...flags].join(' '),
    linkFlags: link.join(' '),
    sources,
    objects: sources.map((path) => path.replace(/\.c$/, '.o')),
    header: must(
      placed.find(([path]) => path.endsWith(`/${name}.h`)),
      'the header',
    )[0],
    arenaBytes: Math.max(1, plan.arenaBytes),
    inputs: inputs.filter(({ value }) => value !== program.fed),
    fed: inputs.find(({ value }) => value === program.fed) ?? null,
    outputs,
    output: outputs[0],
    quantized: [...program.inputs, ...program.outputs].some(({ type }) => type.quant !== null),
    usesMath: [...files.values()].some((text) => text.includes('#include <math.h>')),
  };
}

function ports(model: string, role: 'input' | 'output', all: readonly Port[]) {
  const accessors = accessorNames(model, role, all);
  return all.map(({ type, value }, i) => ({
    value,
    accessor: accessors[i],
    macro: accessors[i].toUpperCase(),
    ctype: cType(arenaArray(type).dtype),
  }));
}
