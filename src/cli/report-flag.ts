import { basename, dirname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Compilation } from '../compile.ts';
import { type Accuracy, measureAccuracy } from '../report/accuracy.ts';
import type { FullReport } from '../report/full-report.ts';
import { renderReportPage } from '../report/page/report-page.ts';
import { UserError } from '../support/errors.ts';
import { spareForeignFiles } from './foreign-files.ts';
import { testData } from './open-data.ts';
import type { Progress } from './progress.ts';
import { writeFiles } from './write-files.ts';

export interface ReportFlags {
  readonly report?: string;
  readonly force?: boolean;
}

/** Adds --report and --force. */
export function addReportFlag(command: Command): Command {
  return command
    .option(
      '--report <path>',
      'also write a page with plots (FILE.html, or into a folder) and its data as JSON beside it',
      reportPath,
    )
    .option('--force', 'overwrite files that nibblec did not write');
}

export interface DataFlags {
  readonly data?: readonly string[];
  readonly labels?: string;
  readonly seed: number;
}

/** Adds --data and --labels to a command that has none for other reasons. */
export function addDataFlags(command: Command): Command {
  return command
    .option('--data <data...>', 'labelled samples, for the accuracy before and after quantization')
    .option('--labels <file>', 'classes of the --data samples (NPY, NPZ, IDX), unless they are in these files');
}

/** Refuses to write a report over files that are not ours; asked before anything is written. */
export async function spareForeignReport({ report, force }: ReportFlags, model: string): Promise<void> {
  if (report === undefined || force) return;
  const { folder, name } = placeOf(report, model);
  await spareForeignFiles(folder, [`${name}.html`, `${name}.json`], '--report');
}

/** Writes NAME.html and NAME.json; returns their paths. */
export async function writeReport(path: string, full: FullReport): Promise<string[]> {
  const { folder, name } = placeOf(path, full.report.model);
  const files = new Map([
    [`${name}.html`, renderReportPage(full)],
    [`${name}.json`, `${JSON.stringify(full, null, 2)}\n`],
  ]);
  await writeFiles(folder, files);
  return [...files.keys()].map((file) => (folder === '.' ? file : `${folder}/${file}`));
}

/** Over all samples of --data when they are labelled, else null. UserError BAD_ARGUMENT for --labels alone. */
export async function accuracyOn(
  compilation: Compilation,
  flags: DataFlags,
  progress: Progress,
): Promise<Accuracy | null> {
  if (!flags.data && !flags.labels) return null;
  const dataset = await testData(compilation, flags, 1);
  const options = { progress: (done: number, total: number) => progress.update('accuracy', done, total) };
  return measureAccuracy(compilation, dataset, options);
}

/** Refuses --data that have nothing to judge by. */
export function requireLabels({ data }: DataFlags, accuracy: Accuracy | null): void {
  if (data && !accuracy) throw noLabels('data', 'labels');
}

export function noLabels(data: string, labels: string): UserError {
  const message = `the --${data} samples have no labels`;
  return new UserError({ code: 'BAD_ARGUMENT', message, hint: `give them with --${labels}` });
}

function reportPath(path: string): string {
  if (/^[A-Za-z0-9_][\w.-]*$/.test(placeOf(path, 'model').name)) return path;
  throw new InvalidArgumentError('Its name may have letters, digits, dots, dashes and underlines only.');
}

function placeOf(path: string, model: string): { readonly folder: string; readonly name: string } {
  if (!path.endsWith('.html')) return { folder: path, name: `${model}_report` };
  return { folder: dirname(path), name: basename(path, '.html') };
}
