import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { compileModel, qdqModel } from '../compile.ts';
import { within } from '../project/arguments.ts';
import { changedSource } from '../project/compare.ts';
import { LOCK_FILE, type Lock, printLock } from '../project/lock.ts';
import { renderFigures } from '../project/render-figures.ts';
import { UserError } from '../support/errors.ts';
import { loadTarget } from '../targets/load.ts';
import { type Assessment, assess, quantizedPath, readSource, type Source, sha256 } from './assess-model.ts';
import { spareForeignFiles } from './foreign-files.ts';
import { modelOptions, readModel } from './model-flags.ts';
import { CONFIG_FLAG, type OpenModel, openProject, type Project } from './open-project.ts';
import { createProgress, type Progress } from './progress.ts';
import { say, sayJson } from './say.ts';
import { tune } from './tune.ts';
import { sayWarnings } from './warn.ts';
import { writeFiles } from './write-files.ts';

interface Flags {
  readonly config: string;
  readonly requantize?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function buildCommand(): Command {
  return new Command('build')
    .summary('make what the project file says: quantized models, C, and the lock')
    .description(
      'Quantize, compile, verify and measure every model of nibblec.config.json; write NAME_qdq.onnx and the C into its\n' +
        'folder, and nibblec.lock.json beside the project file. Commit all of it. A model whose file, samples and settings are\n' +
        'those of the lock is not quantized again, so that another computer writes the same.',
    )
    .argument('[names...]', 'models of the project (default: all)')
    .option(...CONFIG_FLAG)
    .option('--requantize', 'quantize again although nothing has changed')
    .option('--force', 'overwrite files that nibblec did not write')
    .option('--json', 'one JSON document on standard output, nothing else')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec build
  $ nibblec build kws --requantize
  $ nibblec build --config firmware/nibblec.config.json
`;

interface Made {
  readonly open: OpenModel;
  readonly quantized: Uint8Array | null;
  readonly assessment: Assessment;
}

/** Nothing is written before all models are known to be good. */
async function run(names: readonly string[], flags: Flags): Promise<void> {
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const project = await openProject(flags.config, names);
    const made: Made[] = [];
    for (const open of project.models) made.push(await make(open, project, flags, progress));
    requireLimits(made);
    const files = filesOf(made);
    if (!flags.force) for (const [folder, own] of files) await spareForeignFiles(folder, own.keys());
    for (const [folder, own] of files) await writeFiles(folder, own);
    const built = Object.fromEntries(made.map(({ open, assessment }) => [open.entry.name, assessment.locked]));
    await writeFiles(project.folder, new Map([[LOCK_FILE, printLock(kept(project, built))]]));
    progress.stop();
    const warnings = made.flatMap(({ open, assessment }) =>
      assessment.warnings.map((text) => `${open.entry.name}: ${text}`),
    );
    if (!flags.json) sayWarnings(warnings);
    tell(files, built, within(project.folder, LOCK_FILE), warnings, flags);
  } finally {
    progress.stop();
  }
}

async function make(open: OpenModel, { lock }: Project, flags: Flags, progress: Progress): Promise<Made> {
  const source = await readSource(open);
  const kept = flags.requantize ? undefined : await keptModel(open, source, lock);
  const quantized = kept === undefined ? await quantize(open, progress) : kept;
  return { open, quantized, assessment: await assess(open, source, quantized, progress) };
}

/** The quantized file of the last build, where it is still what this source gives; undefined: it has to be made. */
async function keptModel(open: OpenModel, source: Source, lock: Lock): Promise<Uint8Array | null | undefined> {
  const { name } = open.entry;
  const locked = Object.hasOwn(lock, name) ? lock[name] : undefined;
  if (!locked || changedSource(locked.source, source.locked).length > 0) return undefined;
  if (locked.quantized === null) return null;
  const path = quantizedPath(open);
  const bytes = existsSync(path) ? await readModel(path) : null;
  return bytes && sha256(bytes) === locked.quantized ? bytes : undefined;
}

/** Null: the model stays as it is, in float32 or with the integers that its file has. */
async function quantize(open: OpenModel, progress: Progress): Promise<Uint8Array | null> {
  if (open.tune) return (await tune(open.model, open.tune, progress, new AbortController().signal)).model;
  const options = await modelOptions(open.model, open.flags, await loadTarget('host'));
  const compilation = await compileModel({ ...options, passes: { ...options.passes, progress: progress.update } });
  return compilation.precision === 'int8' ? qdqModel(compilation) : null;
}

function requireLimits(made: readonly Made[]): void {
  const because = made.flatMap(({ open, assessment }) => assessment.unmet.map((text) => `${open.entry.name}: ${text}`));
  if (because.length === 0) return;
  const message = 'the limits of the project are not met; nothing was written';
  throw new UserError({ code: 'NOT_MET', message, because });
}

/** By folder. */
function filesOf(made: readonly Made[]): Map<string, Map<string, string | Uint8Array>> {
  const files = new Map<string, Map<string, string | Uint8Array>>();
  for (const { open, quantized, assessment } of made) {
    const own = (folder: string) => {
      const known = files.get(folder) ?? new Map<string, string | Uint8Array>();
      files.set(folder, known);
      return known;
    };
    if (quantized) own(open.out).set(`${open.entry.name}_qdq.onnx`, quantized);
    for (const { folder, files: c } of assessment.builds) {
      for (const [name, text] of c) own(folder).set(name, text);
    }
  }
  return files;
}

/** Models that were not asked for stay; those that the project no longer has go. */
function kept({ lock, all }: Project, built: Lock): Lock {
  return { ...Object.fromEntries(Object.entries(lock).filter(([name]) => all.includes(name))), ...built };
}

function tell(
  files: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
  built: Lock,
  lock: string,
  warnings: readonly string[],
  flags: Flags,
): void {
  const written = [...files].map(([folder, own]) => ({ out: folder, files: [...own.keys()] }));
  if (flags.json) {
    sayJson({ written, models: built, warnings });
    return;
  }
  say(`${renderFigures(built)}\n`);
  for (const { out, files: names } of written) say(`Wrote ${names.join(', ')} in ${out}`);
  say(`Wrote ${lock}`);
}
