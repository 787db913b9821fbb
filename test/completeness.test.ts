import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { documents } from '../scripts/documents.ts';
import { notices } from '../scripts/notices.ts';
import { allPasses } from '../src/passes/registry.ts';
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

test('every error code is thrown somewhere and raised by a test', () => {
  const source = texts('src', '.ts').join('\n');
  const tests = texts('test', '.test.ts', ['completeness.test.ts']).join('\n');
  const codes = Object.keys(ERROR_CODES);
  expect(codes).toEqual([...codes].sort());
  expect(codes.filter((code) => !source.includes(`code: '${code}'`))).toEqual([]);
  const untested = codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests));
  expect(untested).toEqual(Object.keys(UNTESTED_CODES));
});

test('every layer template and every kernel has a user', () => {
  const patterns = literals(texts('src', '.ts').join('\n'));
  const named = (name: string) => patterns.some((pattern) => pattern.test(name));
  const layers = files('templates/c/layers').map((file) => file.replace(/\.c\.hbs$/, ''));
  expect(layers.filter((layer) => !named(layer))).toEqual([]);

  const bodies = [...texts('templates/c/layers', '.hbs'), ...texts('templates/c/partials', '.hbs')].join('\n');
  const unused = files('templates/c/kernels').filter((file) => {
    const kernel = file.replace(/\.h$/, '');
    const others = texts('templates/c/kernels', '.h', [file]).join('\n');
    return !named(kernel) && !new RegExp(`\\b${kernel}\\b`).test(bodies + others);
  });
  expect(unused).toEqual([]);
});

/** Words in quotes, and words around ${...}: \`${kind}pool2d_f32\` matches maxpool2d_f32, and text of C may stand around. */
function literals(source: string): RegExp[] {
  const quoted = [...source.matchAll(/'(\w+)'/g)].map((match) => match[1]);
  const text = [...source.matchAll(/[\w]*(?:\$\{[^}\n]*\}\w*)+|\bnn_\w+/g)].map((match) => match[0]);
  const names = [...quoted, ...text].map((name) => name.replace(/\$\{[^}]*\}/g, '\0'));
  const telling = [...new Set(names)].filter((name) => name.replace(/\0/g, '').length > 3);
  return telling.map((name) => new RegExp(`^${name.replace(/\0/g, '\\w+')}$`));
}

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder));
}

/** Contents of all files below a folder that end so. */
function texts(folder: string, ending: string, without: readonly string[] = []): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !without.includes(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
