import { METRIC_NAMES, type MetricName } from '../metrics/index.ts';
import { badData } from '../numerics/bad-data.ts';
import { checkKeys, isRecord } from '../support/json-keys.ts';
import { nearestName } from '../support/nearest.ts';

/** Where the values of one model input come from, and how raw ones become x = raw * scale + offset. */
export interface InputDescriptor {
  /** NPY, NPZ or IDX files (also .gz), joined along the sample axis. */
  readonly files: string | readonly string[];
  /**
   * Axes of the files as letters, the sample axis N first or left out: "HWC", "NCHW". C (channels) is brought in front
   * of the others when that fits the model's input. Without it the files must lie as the model wants them.
   */
  readonly layout?: string;
  /** One factor, or one per channel. Default 1. */
  readonly scale?: number | readonly number[];
  /** One summand, or one per channel, added after scaling. Default 0. */
  readonly offset?: number | readonly number[];
}

/**
 * A data set in JSON (schema: dataset.schema.json). Either `files` and its companions for a model with one input, or
 * `inputs` with one entry per model input. Relative paths start at the descriptor's folder. Absolute paths and ".." are
 * allowed: the descriptor is the user's own file, and nothing but data in the formats above is ever read.
 */
export interface DatasetDescriptor extends Partial<InputDescriptor> {
  readonly $schema?: string;
  /** For reports; default: the file's name. */
  readonly name?: string;
  readonly inputs?: Readonly<Record<string, InputDescriptor>>;
  /** Files with the labels of each sample, joined as `files` are: one integer class, or what `metric` compares with. */
  readonly labels?: string | readonly string[];
  /** How the first output is scored against the labels, see docs/metrics.md. Default: top1. */
  readonly metric?: MetricName;
  /** Leaves out this many samples at the start. Default 0. */
  readonly skip?: number;
  /** Keeps this many samples after that, or as many as there are. */
  readonly first?: number;
  /** So many samples in a row are a sequence: before each the states of the model are reset. Default: all samples are one. */
  readonly sequence?: number;
}

const INPUT_KEYS = ['files', 'layout', 'scale', 'offset'] as const;
const KEYS = ['$schema', 'name', ...INPUT_KEYS, 'inputs', 'labels', 'metric', 'skip', 'first', 'sequence'] as const;

/** Checks a parsed JSON value. Throws UserError BAD_DATA that lists every problem; `where` names the descriptor. */
export function parseDescriptor(json: unknown, where: string): DatasetDescriptor {
  const problems: string[] = [];
  if (!isRecord(json)) throw badData(where, 'a data set descriptor is a JSON object');
  checkKeys(json, KEYS, '', problems);
  checkInput(json, '', problems);
  if ((json.files === undefined) === (json.inputs === undefined)) problems.push('give either "files" or "inputs"');
  if (json.inputs !== undefined) checkInputs(json.inputs, json, problems);
  if (json.name !== undefined && typeof json.name !== 'string') problems.push('"name" must be a text');
  if (json.labels !== undefined && !isPaths(json.labels)) problems.push('"labels" must be a path or a list of paths');
  if (json.metric !== undefined) checkMetric(json, problems);
  for (const key of ['skip', 'first', 'sequence'] as const) {
    const value = json[key];
    if (value !== undefined && !(Number.isSafeInteger(value) && Number(value) >= (key === 'skip' ? 0 : 1))) {
      problems.push(`"${key}" must be a whole number of samples`);
    }
  }
  if (problems.length > 0) throw badData(where, problems.join('; '));
  return json as DatasetDescriptor;
}

function checkMetric({ metric }: Record<string, unknown>, problems: string[]): void {
  if (METRIC_NAMES.some((name) => name === metric)) return;
  const nearest = typeof metric === 'string' ? nearestName(metric, METRIC_NAMES) : null;
  const help = nearest ? `did you mean "${nearest}"?` : `known: ${METRIC_NAMES.join(', ')}`;
  problems.push(`"metric" is ${JSON.stringify(metric)}, ${help}`);
}

function checkInputs(inputs: unknown, whole: Record<string, unknown>, problems: string[]): void {
  if (!isRecord(inputs)) {
    problems.push('"inputs" must be an object with one entry per model input');
    return;
  }
  for (const key of INPUT_KEYS)
    if (whole[key] !== undefined) problems.push(`"${key}" belongs inside the entries of "inputs"`);
  for (const [name, input] of Object.entries(inputs)) {
    const at = `inputs.${name}: `;
    if (!isRecord(input)) {
      problems.push(`${at}must be an object`);
      continue;
    }
    checkKeys(input, INPUT_KEYS, at, problems);
    if (input.files === undefined) problems.push(`${at}"files" is missing`);
    checkInput(input, at, problems);
  }
}

function checkInput(input: Record<string, unknown>, at: string, problems: string[]): void {
  const { files, layout } = input;
  if (files !== undefined && !isPaths(files)) problems.push(`${at}"files" must be a path or a list of paths`);
  if (layout !== undefined && !isLayout(layout)) {
    problems.push(
      `${at}"layout" must name each axis by a different letter, N first if at all, such as "HWC" or "NCHW"`,
    );
  }
  for (const key of ['scale', 'offset']) {
    const value = input[key];
    const ok = Array.isArray(value) ? value.length > 0 && value.every(Number.isFinite) : Number.isFinite(value);
    if (value !== undefined && !ok)
      problems.push(`${at}"${key}" must be a number or a list of numbers, one per channel`);
  }
}

function isPaths(value: unknown): boolean {
  const isPath = (path: unknown): boolean => typeof path === 'string' && path !== '';
  return Array.isArray(value) ? value.length > 0 && value.every(isPath) : isPath(value);
}

function isLayout(value: unknown): boolean {
  return typeof value === 'string' && /^N?[A-MO-Z]+$/.test(value) && new Set(value).size === value.length;
}
