import { nearestName } from '../support/nearest.ts';
import { BOARD_NAMES, FEATURES, TOOLCHAIN_NAMES } from './target.ts';

/** Looks at one value of a target file and adds a line to `problems` for everything that is wrong with it. */
type Check = (value: unknown, path: string, problems: string[]) => void;

type Fields = Readonly<Record<string, { readonly check: Check; readonly required: boolean }>>;

const text: Check = (value, path, problems) => {
  if (typeof value !== 'string' || value === '') problems.push(`${path}: expected text`);
};

const positiveInteger: Check = (value, path, problems) => {
  if (!Number.isSafeInteger(value) || (value as number) <= 0)
    problems.push(`${path}: expected a positive whole number`);
};

/**
 * What a target file may say to the compiler. Everything else is refused, since many options of gcc run programs
 * (-wrapper, -fplugin) or read files (@file, a path in --specs).
 */
export const FLAG = new RegExp(
  `^(${[
    '-m[a-z0-9][A-Za-z0-9_.+=,-]*',
    '-O([0123sgz]|fast)?',
    '-f(data|function)-sections',
    '-fno-[a-z0-9-]+',
    '-D[A-Za-z_][A-Za-z0-9_]*(=[A-Za-z0-9_.+-]*)?',
    '-std=[a-z0-9+]+',
    '--?specs=(nano|nosys|rdimon|picolibc)\\.specs',
  ].join('|')})$`,
);

const compilerFlag: Check = (value, path, problems) => {
  if (typeof value === 'string' && FLAG.test(value)) return;
  const forms =
    '-m..., -O..., -fdata-sections, -ffunction-sections, -fno-..., -DNAME, -std=..., --specs=nano|nosys|rdimon|picolibc.specs';
  problems.push(`${path}: ${JSON.stringify(value)?.slice(0, 80)} is not allowed here; allowed: ${forms}`);
};

const share: Check = (value, path, problems) => {
  if (typeof value !== 'number' || !(value > 0 && value <= 1))
    problems.push(`${path}: expected a number above 0, at most 1`);
};

const address: Check = (value, path, problems) => {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{8}$/.test(value)) {
    problems.push(`${path}: expected an address as text, "0x" and 8 hexadecimal digits`);
  }
};

const oneOf =
  (names: readonly string[]): Check =>
  (value, path, problems) => {
    if (typeof value === 'string' && names.includes(value)) return;
    const suggestion = typeof value === 'string' ? nearestName(value, names) : null;
    const known = suggestion ? `did you mean "${suggestion}"?` : `known: ${names.join(', ')}`;
    problems.push(`${path}: unknown value ${JSON.stringify(value)}; ${known}`);
  };

const listOf =
  (check: Check, atLeast = 0): Check =>
  (value, path, problems) => {
    if (!Array.isArray(value) || value.length < atLeast) {
      problems.push(`${path}: expected a list${atLeast ? ` of at least ${atLeast}` : ''}`);
      return;
    }
    for (const [i, item] of value.entries()) check(item, `${path}[${i}]`, problems);
  };

const object =
  (fields: Fields): Check =>
  (value, path, problems) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push(`${path || 'file'}: expected an object`);
      return;
    }
    const at = (key: string) => (path ? `${path}.${key}` : key);
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(fields, key)) continue;
      const suggestion = nearestName(key, Object.keys(fields));
      problems.push(`${at(key)}: unknown key${suggestion ? `, did you mean "${suggestion}"?` : ''}`);
    }
    for (const [key, { check, required }] of Object.entries(fields)) {
      const item = (value as Record<string, unknown>)[key];
      if (item !== undefined) check(item, at(key), problems);
      else if (required) problems.push(`${at(key)}: missing`);
    }
  };

const required = (check: Check) => ({ check, required: true });

const optional = (check: Check) => ({ check, required: false });

const bank: Fields = { name: required(text), origin: required(address), bytes: required(positiveInteger) };

const banks = listOf(object(bank), 1);

const memory: Fields = { flash: required(banks), ram: required(banks) };

const toolchain: Fields = { name: required(oneOf(TOOLCHAIN_NAMES)), flags: required(listOf(compilerFlag)) };

const budget: Fields = { flash: required(share), ram: required(share) };

const target: Fields = {
  $schema: optional(text),
  name: required(text),
  title: required(text),
  extends: optional(text),
  core: optional(text),
  clockHz: optional(positiveInteger),
  memory: optional(object(memory)),
  features: optional(listOf(oneOf(Object.keys(FEATURES)))),
  toolchain: optional(object(toolchain)),
  emulator: optional(oneOf(BOARD_NAMES)),
  runsAs: optional(text),
  budget: optional(object(budget)),
};

/** Every key of a target file, by the object it belongs to. target.schema.json says the same to editors; a test compares. */
export const TARGET_KEYS: Readonly<Record<string, Fields>> = { target, memory, bank, toolchain, budget };

/** Everything that is wrong with the content of a target file, one line each; empty when it is fine. */
export function checkTargetFile(content: unknown): string[] {
  const problems: string[] = [];
  object(target)(content, '', problems);
  return problems;
}
