import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { importsPage, runImports } from './imports-table.ts';

/**
 * npm run fuzz:imports -- --codes 100000 --seed 1: random quantized files of every imported operator, their C against
 * onnxruntime on the very file; prints the table and writes docs/benchmarks/imports.md.
 */
const { values } = parseArgs({ options: { codes: { type: 'string' }, seed: { type: 'string' } } });
const [codes, seed] = [Number(values.codes ?? 100_000), Number(values.seed ?? 1)];
const page = importsPage(await runImports({ codes, seed, say: (line) => process.stderr.write(`${line}\n`) }), {
  codes,
  seed,
});
process.stdout.write(page);
writeFileSync(fileURLToPath(new URL('../../docs/benchmarks/imports.md', import.meta.url)), page);
