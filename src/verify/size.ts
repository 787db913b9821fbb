import { invariant } from '../support/errors.ts';
import type { HarnessModel } from './harness.ts';
import { type StackUsage, stackUsage } from './stack-usage.ts';
import type { BuildRequest, SectionSizes, Toolchain } from './toolchain.ts';

/** What a model takes of a microcontroller, read from the compiled and linked files. */
export interface Footprint {
  readonly flash: {
    /** Instructions, and constants inside of the model's code file. */
    readonly codeBytes: number;
    /** Instructions of each function, see codeByFunction(); null on the host. */
    readonly functions: ReadonlyMap<string, number> | null;
    readonly weightBytes: number;
    /** What the model brings in of libraries, and their names: 'libc', 'libgcc'. */
    readonly libraryBytes: number;
    readonly libraries: readonly string[];
    readonly bytes: number;
  };
  /** Variables of the libraries (errno and the like); the model itself has none. The arena is the caller's. */
  readonly staticRamBytes: number;
  /** null where no bound is worked out: on the host, and off Arm. */
  readonly stack: StackUsage | null;
}

/**
 * Compiles the generated C and measures flash, static RAM and the worst-case stack of a run.
 * @param request the model's files alone.
 * @throws UserError TOOL_FAILED, TOOL_MISSING.
 */
export async function measureFootprint(
  toolchain: Toolchain,
  model: HarnessModel,
  request: BuildRequest,
): Promise<Footprint> {
  const compiled = await toolchain.compile({ ...request, files: withoutValues(request.files, model.prefix) });
  const sources = [...compiled.objects.keys()];
  const runs = (model.fed ? ['begin', 'feed', 'end'] : ['run']).map((name) => `${model.prefix}_${name}`);
  const accessors = [...model.inputs, ...model.outputs].flatMap(({ accessor }) => accessor || []);
  const roots = [...runs, ...accessors];
  const alone = await toolchain.linkAlone?.(compiled, roots);
  const sections = alone?.sections ?? (await toolchain.size(compiled));
  const callGraphs = [...compiled.objects.values()].map((object) => object.replace(/\.o$/, '.ci'));
  const { flash, staticRamBytes } = sum(sections, sources, model.prefix);
  return {
    flash: { ...flash, functions: alone?.code ?? null },
    staticRamBytes,
    stack: alone && toolchain.boundsStack ? await deepest(alone.program, callGraphs, runs) : null,
  };
}

/** Tables of zeros, as long as they are: sizes are the same, and compilers take a minute and gigabytes for millions of values. */
function withoutValues(files: BuildRequest['files'], prefix: string): BuildRequest['files'] {
  const weights = `${prefix}_weights.c`;
  return new Map([...files].map(([name, text]) => [name, name === weights ? text.replace(VALUES, ' = { 0 };') : text]));
}

/** What stands between the braces of the tables in NAME_weights.c, see templates/c/weights.c.hbs. */
const VALUES = / = \{\n[^}]*\};/g;

async function deepest(program: string, callGraphs: readonly string[], roots: readonly string[]): Promise<StackUsage> {
  const all = await Promise.all(roots.map((root) => stackUsage(program, callGraphs, root)));
  return all.reduce((most, one) => (one.bytes > most.bytes ? one : most));
}

function sum(sections: ReadonlyMap<string, SectionSizes>, sources: readonly string[], prefix: string) {
  const own = new Set(sources.flatMap((source) => [source, source.replace(/\.c$/, '.o')]));
  let codeBytes = 0;
  let weightBytes = 0;
  let libraryBytes = 0;
  const libraries = new Set<string>();
  let staticRamBytes = 0;
  for (const [object, { text, rodata, data, bss }] of sections) {
    // .data lies in flash too, to be copied at start-up.
    const flash = text + rodata + data;
    if (object.startsWith(`${prefix}_weights.`)) weightBytes += flash;
    else if (own.has(object)) codeBytes += flash;
    else {
      libraryBytes += flash;
      libraries.add(object.split('.')[0]);
    }
    staticRamBytes += data + bss;
    invariant(!own.has(object) || data + bss === 0, `${object} has variables`);
  }
  return {
    flash: {
      ...{ codeBytes, weightBytes, libraryBytes },
      libraries: [...libraries].sort(),
      bytes: codeBytes + weightBytes + libraryBytes,
    },
    staticRamBytes,
  };
}
