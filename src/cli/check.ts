import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { isPath, within } from '../project/arguments.ts';
import { changedSource, worseThan } from '../project/compare.ts';
import { LOCK_FILE, type Lock, type LockedModel } from '../project/lock.ts';
import { renderFigures } from '../project/render-figures.ts';
import { UserError } from '../support/errors.ts';
import { type Assessment, assess, quantizedPath, readSource, sha256 } from './assess-model.ts';
import { readModel } from './model-flags.ts';
import { CONFIG_FLAG, type OpenModel, openProject, type Project } from './open-project.ts';
import { createProgress, type Progress } from './progress.ts';
import { say, sayJson } from './say.ts';
import { sayWarnings } from './warn.ts';

interface Flags {
  readonly config: string;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function checkCommand(): Command {
  return new Command('check')
    .summary('fail where the project is not what its lock says')
    .description(
      'Compile the NAME_qdq.onnx that the last build wrote, verify and measure it, and compare all with nibblec.lock.json and\n' +
        'with the C in its folder. Fails on a changed model or changed data, on other outputs, on any figure that is worse, on C\n' +
        'that is missing or another one, and on limits. Never quantizes, writes nothing: it is meant for CI.',
    )
    .argument('[names...]', 'models of the project (default: all)')
    .option(...CONFIG_FLAG)
    .option('--list', 'only list the files that belong into version control, for git ls-files --error-unmatch')
    .option('--json', 'one JSON document on standard output, nothing else')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec check
  $ nibblec check kws --json
  $ git ls-files --error-unmatch $(nibblec check --list)
`;

async function run(names: readonly string[], flags: Flags): Promise<void> {
  const progress = createProgress(Boolean(flags.json || flags.quiet));
  try {
    const project = await openProject(flags.config, names);
    if (flags.list) {
      const files = [...new Set(filesOf(project, flags.config))];
      if (flags.json) sayJson({ files });
      else say(files.join('\n'));
      return;
    }
    const found: Record<string, LockedModel> = {};
    const different: string[] = [];
    const warnings: string[] = [];
    for (const open of project.models) {
      const { name } = open.entry;
      const { problems, now, doubts = [] } = await check(open, project.lock, progress);
      different.push(...problems.map((text) => `${name}: ${text}`));
      warnings.push(...doubts.map((text) => `${name}: ${text}`));
      if (now) found[name] = now;
    }
    progress.stop();
    if (!flags.json && Object.keys(found).length > 0) say(renderFigures(found));
    if (!flags.json) sayWarnings(warnings);
    if (different.length > 0) throw changed(different);
    if (flags.json) sayJson({ models: found, warnings });
    else say(`\nAll is as ${LOCK_FILE} says.`);
  } finally {
    progress.stop();
  }
}

/** The project file, the lock, models, their targets and recipes, and what the last build wrote. */
function filesOf({ models, lock, folder }: Project, config: string): string[] {
  const built = models.flatMap(({ entry: { name } }) => (Object.hasOwn(lock, name) ? lock[name].files : []));
  const paths = [LOCK_FILE, ...models.map(({ entry }) => entry.model), ...built];
  const read = models.flatMap(({ targets, flags, tune }) => [...targets, tune?.recipe ?? '', flags.recipe ?? '']);
  return [config, ...paths.map((path) => within(folder, path)), ...read.filter(isPath)];
}

interface Found {
  readonly problems: readonly string[];
  /** null: not compiled, because the source has changed. */
  readonly now: LockedModel | null;
  /** What is probably wrong with the data. */
  readonly doubts?: readonly string[];
}

async function check(open: OpenModel, lock: Lock, progress: Progress): Promise<Found> {
  const { name } = open.entry;
  const locked = Object.hasOwn(lock, name) ? lock[name] : null;
  if (!locked) return { problems: [`it is not in ${LOCK_FILE}: it was never built`], now: null };
  const source = await readSource(open);
  const sources = changedSource(locked.source, source.locked);
  if (sources.length > 0) return { problems: sources, now: null };
  const path = quantizedPath(open);
  if (locked.quantized !== null && !existsSync(path)) return { problems: [`${path} is missing`], now: null };
  const quantized = locked.quantized === null ? null : await readModel(path);
  if (quantized && sha256(quantized) !== locked.quantized) {
    return { problems: [`${path} is not the file that was built`], now: null };
  }
  const assessment = await assess(open, source, quantized, progress);
  const problems = [...worseThan(locked, assessment.locked), ...assessment.unmet, ...(await otherFiles(assessment))];
  return { problems, now: assessment.locked, doubts: assessment.warnings };
}

/** C in the project's folders that is not what the model becomes. Line ends are left to git. */
async function otherFiles({ builds }: Assessment): Promise<string[]> {
  const problems: string[] = [];
  for (const { folder, files } of builds) {
    for (const [name, text] of files) {
      const path = join(folder, name);
      const there = await readFile(path, 'utf8').catch(() => null);
      if (there === null) problems.push(`${path} is missing`);
      else if (there.replaceAll('\r\n', '\n') !== text) problems.push(`${path} is not what the model becomes`);
    }
  }
  return problems;
}

function changed(because: readonly string[]): UserError {
  return new UserError({
    code: 'CHANGED',
    message: `the project is not what ${LOCK_FILE} says`,
    because,
    hint: "where this is meant, run 'nibblec build' and commit what it writes",
  });
}
