import { compareImports, type Outcome, randomJobs } from '../helpers/imported-codes.ts';
import { RANDOM_IMPORTS, type Scales } from '../helpers/random-imports.ts';

/** What was found of one operator with one kind of scales. */
export interface ImportsRow {
  readonly operator: string;
  readonly scales: Scales;
  readonly models: number;
  readonly codes: number;
  readonly atTies: number;
  readonly wrong: number;
  readonly failures: readonly string[];
}

export interface ImportsRun {
  /** With each kind of scales. */
  readonly codes: number;
  readonly seed: number;
}

const MODELS_AT_A_TIME = 4;
const KINDS: readonly Scales[] = ['powers of two', 'any'];

/** Rounds of a few models of every operator until there are so many codes. */
export async function runImports({
  codes,
  seed,
  say,
}: ImportsRun & { say(line: string): void }): Promise<ImportsRow[]> {
  const rows: ImportsRow[] = [];
  for (const scales of KINDS) {
    const outcomes: Outcome[] = [];
    for (let round = 0, sum = 0; sum < codes; round++) {
      const jobs = randomJobs(RANDOM_IMPORTS, { models: MODELS_AT_A_TIME, scales, seed: seed + 1000 * round });
      outcomes.push(...(await compareImports(jobs)));
      sum = outcomes.reduce((total, outcome) => total + outcome.codes, 0);
      say(`${scales}: ${sum} codes`);
    }
    rows.push(...Object.keys(RANDOM_IMPORTS).map((operator) => rowOf(operator, scales, outcomes)));
  }
  return rows;
}

function rowOf(operator: string, scales: Scales, outcomes: readonly Outcome[]): ImportsRow {
  const own = outcomes.filter(({ job }) => job.operator === operator);
  return {
    operator,
    scales,
    models: own.length,
    codes: own.reduce((sum, { codes }) => sum + codes, 0),
    atTies: own.reduce((sum, { atTies }) => sum + atTies, 0),
    wrong: own.reduce((sum, { wrong }) => sum + wrong, 0),
    failures: own.flatMap(
      ({ job, failure, first }) => failure ?? (first ? `${job.name}: ${JSON.stringify(first)}` : []),
    ),
  };
}

export function importsPage(rows: readonly ImportsRow[], { codes, seed }: ImportsRun): string {
  const table = (scales: Scales) => {
    const own = rows.filter((row) => row.scales === scales);
    const sum = (pick: (row: ImportsRow) => number) => own.reduce((total, row) => total + pick(row), 0);
    const line = (name: string, ...counts: readonly number[]) => `| ${name} | ${counts.join(' | ')} |`;
    return [
      '| Operator | Models | Codes | At ties | Wrong |',
      '| --- | ---: | ---: | ---: | ---: |',
      ...own.map((row) => line(row.operator, row.models, row.codes, row.atTies, row.wrong)),
      line(
        '**all**',
        sum((row) => row.models),
        sum((row) => row.codes),
        sum((row) => row.atTies),
        sum((row) => row.wrong),
      ),
    ];
  };
  return [
    '# Quantized files: the C against onnxruntime on the very file',
    '',
    `\`npm run fuzz:imports -- --codes ${codes} --seed ${seed}\`: random files of every imported operator, uint8 and int8, scales`,
    'per tensor and per channel, zero points anywhere and at the ends; onnxruntime with graph optimisation disabled.',
    '',
    '## All scales powers of two',
    '',
    'float32 computes these without rounding, so no code may differ.',
    '',
    ...table('powers of two'),
    '',
    '## Any scales',
    '',
    'onnxruntime rounds scales, products and sums to float32. At ties: codes that differ by one where the exact result, computed',
    'in float64 from the codes that the layer read, lies from the tie between the two by no more than float32 may be off: each',
    'of k roundings by 2^-24 of the magnitudes that are added up, k of them by k units and by 6 sqrt(k) where that is less. Wrong:',
    'all others that differ. Means with one scale before and after have ties for one result in n.',
    '',
    ...table('any'),
    '',
  ].join('\n');
}
