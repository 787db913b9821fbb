import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Row } from './mulfree.ts';

const FOLDER = fileURLToPath(new URL('../docs/benchmarks/', import.meta.url));

/** docs/benchmarks/mulfree.md for people, mulfree.json for tools. These rows replace those of the same models. */
export async function updateMulfreeTables(changed: readonly Row[]): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const before = JSON.parse(await readFile(`${FOLDER}mulfree.json`, 'utf8').catch(() => '[]')) as Row[];
  const models = new Set(changed.map(({ model }) => model));
  const rows = [...before.filter(({ model }) => !models.has(model)), ...changed];
  await writeFile(`${FOLDER}mulfree.json`, `${JSON.stringify(rows, null, 1)}\n`);
  await writeFile(`${FOLDER}mulfree.md`, markdown(rows));
}

/** What the rows of few bits are made with, after the float passes. */
const RECIPE = `["calibrate", { "scales": "pow2" }],
["quantize-int8", { "scales": "pow2" }],
"correct-bias",
["few-bit", { "layers": [{ "match": "*", "format": "ternary" }], "scales": "channel-pow2" }]`;

function markdown(rows: readonly Row[]): string {
  return `# Networks without multiplications

Written by \`npm run bench:mulfree\`; do not edit. The same networks with int8 weights and free scales (the default), and
with scales that are powers of two: then requantization is a shift and, on cores where multiplying is slow, layers are lists
of inputs to add and to subtract. One inference at -O2. Instructions are QEMU's, cycles on AVR simavr's; every layer's
integers are those of onnxruntime running the exported oracle. *Multiplications* are those in the disassembly of the
linked program: instructions, and calls of routines that multiply. Flash is of the linked program, with what it takes
from libraries. *tiny* is made by bench/tiny-shapes.ts for 2 KB of RAM; \`rv32imc\` has a multiplier and is there to compare.

\`\`\`json
${RECIPE}
\`\`\`

${[...new Set(rows.map(({ model }) => model))].map((model) => section(rows.filter((row) => row.model === model))).join('\n\n')}

## Cycles of a Cortex-M0 with the 32-cycle multiplier

QEMU counts instructions, and a MULS takes 32 cycles there. An estimate for int8: one MULS for each multiply-accumulate,
31 cycles on top of the instructions; the multiplications of requantization and addresses are left out, which favours int8.

| model | weights | instructions | estimated cycles | against int8 |
| --- | --- | --- | --- | --- |
${estimates(rows).join('\n')}
`;
}

function section(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const base = rows.find(({ core, weights }) => core === row.core && weights === 'int8');
    const ratio = base ? `${(base.count / row.count).toFixed(2)}x` : '';
    return cells([
      row.core,
      row.weights,
      `${n(row.count)} ${row.unit}`,
      ratio,
      (row.count / row.macs).toFixed(2),
      n(row.multiplications),
      n(row.flashBytes),
      n(row.weightBytes),
      n(row.arenaBytes),
      n(row.stackBytes),
    ]);
  });
  const methods = [...new Set(rows.map(({ weights }) => weights))];
  const top1 = methods.map((weights) => {
    const row = rows.find((one) => one.weights === weights);
    return `${weights} ${row?.top1 == null ? '-' : (100 * row.top1).toFixed(2)} %`;
  });
  return `## ${rows[0].model}

${n(rows[0].macs)} multiply-accumulates. Top-1 of ${n(rows[0].samples)} labelled samples: ${top1.join(', ')}.

| core | weights | one inference | against int8 | per MAC | multiplications | flash | weights and tables | arena | stack |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${sorted(lines, rows).join('\n')}`;
}

/** By core, then as they came. */
function sorted(lines: readonly string[], rows: readonly Row[]): string[] {
  const cores = [...new Set(rows.map(({ core }) => core))];
  return cores.flatMap((core) => lines.filter((_, i) => rows[i].core === core));
}

function estimates(rows: readonly Row[]): string[] {
  const onSlow = rows.filter(({ core }) => core === 'cortex-m0-slow-mul');
  const cycles = (row: Row) => row.count + (row.multiplications > 0 ? 31 * row.macs : 0);
  return onSlow.map((row) => {
    const base = onSlow.find(({ model, weights }) => model === row.model && weights === 'int8');
    const ratio = base ? `${(cycles(base) / cycles(row)).toFixed(2)}x` : '';
    return cells([row.model, row.weights, n(row.count), n(cycles(row)), ratio]);
  });
}

function cells(values: readonly string[]): string {
  return `| ${values.join(' | ')} |`;
}

function n(value: number): string {
  return value.toLocaleString('en-US');
}
