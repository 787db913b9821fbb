import { type BenchTable, grouped, markdownTable, percent } from '../table.ts';

export interface MulfreeRow {
  readonly model: string;
  readonly weights: string;
  readonly core: string;
  /** Of one inference: instructions, or cycles on AVR. */
  readonly count: number;
  readonly unit: string;
  readonly macs: number;
  /** Multiplications that the linked program holds: instructions and calls of routines. */
  readonly multiplications: number;
  readonly flashBytes: number;
  readonly weightBytes: number;
  readonly arenaBytes: number;
  readonly stackBytes: number;
  readonly top1: number | null;
  readonly samples: number;
}

export const mulfreeTable: BenchTable<MulfreeRow> = { name: 'mulfree', unit: ({ model }) => model, page };

/** What the rows of few bits are made with, after the float passes. */
const RECIPE = `["calibrate", { "scales": "pow2" }],
["quantize-int8", { "scales": "pow2" }],
"correct-bias",
["few-bit", { "layers": [{ "match": "*", "format": "ternary" }], "scales": "channel-pow2" }]`;

function page(rows: readonly MulfreeRow[]): string {
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

${estimates(rows)}
`;
}

function section(rows: readonly MulfreeRow[]): string {
  const int8 = (core: string) => rows.find((row) => row.core === core && row.weights === 'int8');
  const methods = [...new Set(rows.map(({ weights }) => weights))];
  const top1 = methods.map((weights) => {
    const row = rows.find((one) => one.weights === weights);
    return `${weights} ${percent(row?.top1 ?? null)}`;
  });
  const table = markdownTable<MulfreeRow>(
    {
      core: (row) => row.core,
      weights: (row) => row.weights,
      'one inference': (row) => `${grouped(row.count)} ${row.unit}`,
      'against int8': (row) => ratio(int8(row.core)?.count, row.count),
      'per MAC': (row) => (row.count / row.macs).toFixed(2),
      multiplications: (row) => row.multiplications,
      flash: (row) => row.flashBytes,
      'weights and tables': (row) => row.weightBytes,
      arena: (row) => row.arenaBytes,
      stack: (row) => row.stackBytes,
    },
    byCore(rows),
  );
  return `## ${rows[0].model}

${grouped(rows[0].macs)} multiply-accumulates. Top-1 of ${grouped(rows[0].samples)} labelled samples: ${top1.join(', ')}.

${table}`;
}

/** By core, then as they came. */
function byCore(rows: readonly MulfreeRow[]): MulfreeRow[] {
  const cores = [...new Set(rows.map(({ core }) => core))];
  return cores.flatMap((core) => rows.filter((row) => row.core === core));
}

function estimates(rows: readonly MulfreeRow[]): string {
  const onSlow = rows.filter(({ core }) => core === 'cortex-m0-slow-mul');
  const cycles = (row: MulfreeRow) => row.count + (row.multiplications > 0 ? 31 * row.macs : 0);
  const int8 = ({ model }: MulfreeRow) => onSlow.find((row) => row.model === model && row.weights === 'int8');
  return markdownTable<MulfreeRow>(
    {
      model: (row) => row.model,
      weights: (row) => row.weights,
      instructions: (row) => row.count,
      'estimated cycles': cycles,
      'against int8': (row) => ratio(int8(row) && cycles(int8(row)!), cycles(row)),
    },
    onSlow,
  );
}

function ratio(base: number | undefined, value: number): string {
  return base === undefined ? '' : `${(base / value).toFixed(2)}x`;
}
