import { UserError } from '../support/errors.ts';
import { checkKeys, isRecord } from '../support/json-keys.ts';
import {
  COMPILE_SETTINGS,
  DATA_SETTINGS,
  LIMIT_KEYS,
  QUANTIZE_SETTINGS,
  type Setting,
  TUNE_SETTINGS,
} from './settings.ts';

/** Its name in the folder of a project. */
export const PROJECT_FILE = 'nibblec.config.json';

export type Settings = Readonly<Record<string, unknown>>;

/** Each must hold; a memory as bytes or as a text, '64KiB' or '50%'. */
export interface ProjectLimits {
  readonly flash?: number | string;
  readonly ram?: number | string;
  /** Percent of labelled samples that the C classifies right. */
  readonly top1?: number;
  /** Percent, or the error of mse, where the data name another metric. */
  readonly worstScore?: number;
  /** dB of the worst output against float32. */
  readonly sqnr?: number;
  /** Of one inference. */
  readonly instructions?: number;
}

/** One model of the project, as the file has it: paths start at the file's folder. */
export interface ProjectModel {
  /** Its key: prefix of the C and of its files. */
  readonly name: string;
  readonly model: string;
  /** The folder of NAME_qdq.onnx and of the C; with several targets the C of each lies in a folder of its name inside. */
  readonly out: string;
  readonly targets: readonly string[];
  /** The layout of a build system. */
  readonly package: string | null;
  readonly quantize: Settings;
  readonly compile: Settings;
  readonly judge: Settings;
  readonly tune: Settings | null;
  readonly limits: ProjectLimits;
}

const OWN_KEYS = ['model', 'out', 'targets', 'package', 'tune', 'limits'];
const MODEL_KEYS = [...OWN_KEYS, ...[QUANTIZE_SETTINGS, COMPILE_SETTINGS, DATA_SETTINGS].flatMap(Object.keys)];

/** What a tuned model gets from its recipe. */
const NOT_WITH_TUNE = Object.keys(QUANTIZE_SETTINGS).filter(
  (key) => !['dim', 'constant', 'capacity', 'seed'].includes(key),
);

/** Checks a parsed JSON value. Throws UserError BAD_PROJECT that lists every problem. */
export function parseProject(json: unknown, where: string): readonly ProjectModel[] {
  const problems: string[] = [];
  if (!isRecord(json)) throw badProject(where, ['it must be a JSON object']);
  checkKeys(json, ['$schema', 'models'], '', problems);
  const models = isRecord(json.models) ? Object.entries(json.models) : [];
  if (models.length === 0) problems.push('"models" must be an object with one entry per model');
  const parsed = models.map(([name, entry]) => parseModel(name, entry, problems));
  for (const [i, { name, out }] of parsed.entries()) {
    const other = parsed.slice(0, i).find((one) => one.out === out);
    if (other) problems.push(`${name}: "out" is that of ${other.name}; each model needs a folder of its own`);
  }
  if (problems.length > 0) throw badProject(where, problems);
  return parsed;
}

export function badProject(where: string, because: readonly string[]): UserError {
  const hint = 'docs/project.md has every key';
  return new UserError({ code: 'BAD_PROJECT', message: `${where} cannot be used`, because, hint });
}

function parseModel(name: string, json: unknown, problems: string[]): ProjectModel {
  const at = `${name}: `;
  const entry = isRecord(json) ? json : {};
  if (!isRecord(json)) problems.push(`${at}must be an object`);
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    problems.push(`${at}a model's name becomes the prefix of C: small letters, digits and underlines, a letter first`);
  }
  checkKeys(entry, MODEL_KEYS, at, problems);
  for (const key of ['model', 'out']) if (typeof entry[key] !== 'string') problems.push(`${at}"${key}" must be a path`);
  if (entry.targets !== undefined && !isTexts(entry.targets)) problems.push(`${at}"targets" must be a name or a list`);
  if (entry.labels !== undefined && entry.data === undefined)
    problems.push(`${at}"labels" says nothing without "data"`);
  if (entry.package !== undefined && typeof entry.package !== 'string') problems.push(`${at}"package" must be a kind`);
  return {
    name,
    model: String(entry.model),
    out: String(entry.out),
    targets: listOf(entry.targets ?? 'host'),
    package: entry.package === undefined ? null : String(entry.package),
    quantize: pick(entry, QUANTIZE_SETTINGS, at, problems),
    compile: pick(entry, COMPILE_SETTINGS, at, problems),
    judge: pick(entry, DATA_SETTINGS, at, problems),
    tune: parseTune(entry, at, problems),
    limits: parseLimits(entry.limits, at, problems),
  };
}

function parseTune(entry: Record<string, unknown>, at: string, problems: string[]): Settings | null {
  if (entry.tune === undefined) return null;
  if (!isRecord(entry.tune)) {
    problems.push(`${at}"tune" must be an object`);
    return null;
  }
  const inside = `${at}tune: `;
  checkKeys(entry.tune, Object.keys(TUNE_SETTINGS), inside, problems);
  for (const key of ['recipe', 'data'])
    if (entry.tune[key] === undefined) problems.push(`${inside}"${key}" is missing`);
  for (const key of NOT_WITH_TUNE) {
    if (entry[key] !== undefined) problems.push(`${at}"${key}" says nothing beside "tune", whose recipe quantizes`);
  }
  return pick(entry.tune, TUNE_SETTINGS, inside, problems);
}

function parseLimits(json: unknown, at: string, problems: string[]): ProjectLimits {
  if (json === undefined) return {};
  if (!isRecord(json)) {
    problems.push(`${at}"limits" must be an object`);
    return {};
  }
  checkKeys(json, LIMIT_KEYS, `${at}limits: `, problems);
  for (const [key, value] of Object.entries(json)) {
    const memory = key === 'flash' || key === 'ram';
    if (memory && typeof value === 'string') continue;
    if (typeof value === 'number' && value >= 0 && !(key === 'top1' && value > 100)) continue;
    problems.push(`${at}limits: "${key}" must be a number from 0${memory ? ', or a text as "64KiB" or "50%"' : ''}`);
  }
  return json;
}

/** The values of these keys, each of its kind. */
function pick(entry: Settings, table: Readonly<Record<string, Setting>>, at: string, problems: string[]): Settings {
  const given = Object.entries(entry).filter(([key]) => Object.hasOwn(table, key));
  for (const [key, value] of given) {
    const [fits, words] = KINDS[table[key].kind];
    if (!fits(value)) problems.push(`${at}"${key}" must be ${words}`);
  }
  return Object.fromEntries(given);
}

type Check = readonly [fits: (value: unknown) => boolean, words: string];

const KINDS: Readonly<Record<Setting['kind'], Check>> = {
  path: [(value) => typeof value === 'string', 'a path'],
  paths: [isTexts, 'a path or a list of paths'],
  'name or path': [(value) => typeof value === 'string', 'a name or a path'],
  text: [(value) => typeof value === 'string' || typeof value === 'number', 'a text'],
  texts: [isTexts, 'a text or a list of texts'],
  number: [(value) => typeof value === 'number', 'a number'],
  yes: [(value) => typeof value === 'boolean', 'true or false'],
  no: [(value) => typeof value === 'boolean', 'true or false'],
  pairs: [isPairs, 'an object of names with a text or number each'],
  constants: [isPairs, 'an object of names with a text or number each'],
  states: [(value) => value === 'none' || isPairs(value), 'an object of inputs with an output each, or "none"'],
};

/** A list, also of what stands alone. */
export function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

function isTexts(value: unknown): boolean {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item) => typeof item === 'string' && item !== '');
}

function isPairs(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((item) => typeof item === 'string' || typeof item === 'number');
}
