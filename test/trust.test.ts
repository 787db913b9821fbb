import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/trust.md', ROOT), 'utf8');

test('every promise of docs/trust.md names tests that are there', () => {
  const section = /^## Which test holds what$([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  const rows = [...section.matchAll(/^\| (.+) \| (.+) \|$/gm)].slice(2);
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter(([, , tests]) => !/`test\/[^`]+\.test\.ts`/.test(tests!)).map(([, promise]) => promise)).toEqual(
    [],
  );

  const named = new Set([...page.matchAll(/\btest\/[\w./-]+\.ts\b/g)].map(([path]) => path));
  const holdsTests = (path: string) =>
    existsSync(new URL(path, ROOT)) && /\b(test|it)\b[.(]/.test(readFileSync(new URL(path, ROOT), 'utf8'));
  expect([...named].filter((path) => !holdsTests(path))).toEqual([]);
});
