import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { documents } from '../scripts/documents.ts';
import { notices } from '../scripts/notices.ts';
import { NO_GRADIENT } from '../src/autodiff/no-gradient.ts';
import { gradientRules } from '../src/autodiff/rules/index.ts';
import { IN_FLOAT } from '../src/ops/in-float.ts';
import { OPERATORS } from '../src/ops/index.ts';
import { allPasses } from '../src/passes/registry.ts';
import { operatorTable } from '../src/report/operator-table.ts';
import { ERROR_CODES } from '../src/support/errors.ts';
import { VERSION } from '../src/version.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Passes a recipe cannot name, with the reason. */
const UNREGISTERED: Readonly<Record<string, string>> = {};

/** Error codes that no test raises, with the reason. */
const UNTESTED_CODES: Readonly<Record<string, string>> = {};

const pages = await documents();

test.each([...pages])('docs/%s is current (npm run docs)', (name, text) => {
  expect(readFileSync(join(ROOT, 'docs', name), 'utf8')).toBe(text);
});

test('THIRD-PARTY-NOTICES.md is current (npm run docs)', () => {
  expect(readFileSync(join(ROOT, 'THIRD-PARTY-NOTICES.md'), 'utf8')).toBe(notices());
});

test('the version is that of package.json', () => {
  expect(VERSION).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
});

test('every declared pass can stand in a recipe and is documented', () => {
  const declared = texts('src/passes', '.ts').flatMap((text) =>
    [...text.matchAll(/definePass\(\{\s+name: '([^']+)'/g)].map((match) => match[1]),
  );
  const known = allPasses.map(({ name }) => name);
  expect(declared.length).toBeGreaterThan(5);
  expect(declared.filter((name) => !known.includes(name)).sort()).toEqual(Object.keys(UNREGISTERED).sort());
  for (const name of known) expect(pages.get('passes.md')).toContain(`\n## ${name}\n`);
});

test('every operator with C has an integer form or a reason, and a gradient or a reason', () => {
  const compiled = OPERATORS.filter(({ lower }) => lower);
  // test/integers/forms.native.test.ts makes integers of each of them.
  const inIntegers = operatorTable().flatMap(({ op, int8 }) => (int8 === null ? [] : [op]));
  const flat = compiled.filter(({ op }) => !Object.hasOwn(gradientRules, op));
  const named = (reasons: Readonly<Record<string, readonly string[]>>) => Object.values(reasons).flat().sort();
  expect([...named(IN_FLOAT), ...inIntegers].sort()).toEqual(compiled.map(({ op }) => op).sort());
  expect(named(NO_GRADIENT)).toEqual(flat.map(({ op }) => op).sort());
});

test('every error code is thrown somewhere and raised by a test', () => {
  const source = texts('src', '.ts').join('\n');
  const tests = texts('test', '.test.ts', ['completeness.test.ts']).join('\n');
  const codes = Object.keys(ERROR_CODES);
  expect(codes).toEqual([...codes].sort());
  expect(codes.filter((code) => !source.includes(`code: '${code}'`))).toEqual([]);
  const untested = codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests));
  expect(untested).toEqual(Object.keys(UNTESTED_CODES));
});

/** Contents of all files below a folder that end so. */
function texts(folder: string, ending: string, without: readonly string[] = []): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !without.includes(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
