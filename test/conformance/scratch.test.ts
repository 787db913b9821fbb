import { test } from 'vitest';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive } from './archive.ts';
import { compileCase, type CompiledCase } from './compile-case.ts';
import { runBatch } from '../helpers/run-batch.ts';

test('scratch', async () => {
  const only = new RegExp(process.env.ONLY ?? '^test_(abs|add|mul|clip|cast)');
  const all = readArchive()!.filter(({ name }) => only.test(name));
  const folder = process.env.KEEP ?? mkdtempSync(join(tmpdir(), 'conf-'));
  const start = Date.now();
  const results = new Map<string, string | null>();
  const compiled: CompiledCase[] = [];
  for (const [i, test] of all.entries()) {
    const c = await compileCase(test, `t${i}`);
    if (typeof c === 'string') results.set(test.name, c);
    else compiled.push(c);
  }
  console.log('compiled', compiled.length, Date.now() - start);
  const batches: CompiledCase[][] = [];
  for (let i = 0; i < compiled.length; i += 25) batches.push(compiled.slice(i, i + 25));
  let next = 0;
  const worker = async () => {
    while (next < batches.length) {
      const i = next++;
      for (const [n, r] of await runBatch(join(folder, `b${i}`), batches[i], { sanitize: process.env.SAN === '1' })) results.set(n, r);
    }
  };
  await Promise.all([worker(), worker()]);
  const lines = [...results].sort().map(([n, r]) => `${n}\t${r ?? 'ok'}`);
  writeFileSync(process.env.OUT ?? '/tmp/conf.tsv', lines.join('\n'));
  console.log([...results.values()].filter((r) => r === null).length, 'of', all.length, Date.now() - start, 'ms');
  for (const l of lines.filter((l) => !l.endsWith('\tok')).slice(0, 60)) console.log(l.slice(0, 220));
}, 1200_000);
