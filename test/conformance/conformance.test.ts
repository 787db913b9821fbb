import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { describeWith } from '../verify/native.ts';
import { readArchive } from './archive.ts';
import { conformanceMarkdown, summarize } from './report.ts';
import { type CaseResult, runAll } from './run-all.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const REPORT = file('docs/benchmarks/conformance.md');
const EXPECTED = file('test/conformance/expected-failures.json');
const SUMMARY = file('docs/benchmarks/conformance.json');

/** Name -> reason. It can only shrink: a test in it that passes must leave it. */
let expected: Readonly<Record<string, string>> = JSON.parse(readFileSync(EXPECTED, 'utf8'));
/** CONFORMANCE_WRITE=1 writes docs/benchmarks and shrinks the expected failures; CONFORMANCE_ONLY is a regular expression for test names. */
const write = process.env.CONFORMANCE_WRITE === '1';
const only = process.env.CONFORMANCE_ONLY ?? '';
const archive = readArchive();
if (!archive) console.log('ONNX conformance is skipped: ../shared/data/onnx-node-tests.tar.gz is not there');

const needed = async () => (archive ? toolAvailable('gcc') : true);

await describeWith('ONNX node tests, compiled to C', needed, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nibblec-conformance-'));
  let results: readonly CaseResult[] = [];

  beforeAll(async () => {
    if (!archive) return;
    results = await runAll(
      archive.filter(({ name }) => new RegExp(only).test(name)),
      folder,
    );
    if (!write) return;
    const passed = new Set(results.filter(({ failure }) => failure === null).map(({ name }) => name));
    expected = Object.fromEntries(Object.entries(expected).filter(([name]) => !passed.has(name)));
    writeFileSync(EXPECTED, `${JSON.stringify(expected, null, 2)}\n`);
    const summary = summarize(results, expected);
    writeFileSync(SUMMARY, `${JSON.stringify(summary, null, 2)}\n`);
    writeFileSync(REPORT, conformanceMarkdown(summary, expected));
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(!archive)('pass, but for the expected failures', () => {
    const failures = results.filter(({ name, failure }) => failure !== null && !expected[name]);
    expect(failures.map(({ name, failure }) => `${name}: ${failure}`)).toEqual([]);
  });

  test.skipIf(!archive)('expected failures still fail', () => {
    const passed = results.filter(({ name, failure }) => failure === null && expected[name]);
    expect(
      passed.map(({ name }) => name),
      'take these out of expected-failures.json',
    ).toEqual([]);
  });

  test.skipIf(!archive || only !== '')('expected failures name tests that exist', () => {
    const names = new Set(results.map(({ name }) => name));
    expect(Object.keys(expected).filter((name) => !names.has(name))).toEqual([]);
  });

  test.skipIf(!archive || only !== '')('docs/benchmarks/conformance.* are current (npm run conformance)', () => {
    const summary = summarize(results, expected);
    expect(JSON.parse(readFileSync(SUMMARY, 'utf8'))).toEqual(summary);
    expect(readFileSync(REPORT, 'utf8')).toBe(conformanceMarkdown(summary, expected));
  });
});
