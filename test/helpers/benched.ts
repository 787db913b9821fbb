import { readFileSync } from 'node:fs';

/** A row of docs/benchmarks/kernels.json (npm run bench:kernels), as far as tests read it. */
export interface BenchedRow {
  readonly core: string;
  readonly model: string;
  readonly layer: string;
  readonly format: string;
  readonly goal: string;
  readonly instructions: number;
}

const ROWS: readonly BenchedRow[] = JSON.parse(
  readFileSync(new URL('../../docs/benchmarks/kernels.json', import.meta.url), 'utf8'),
);

/** Rows of whole models. */
export const BENCHED_TOTALS = ROWS.filter(({ layer }) => layer === 'total');

/** Of one inference with kernels chosen for 'balanced'; null: not benched yet. */
export function benchedInstructions(model: string, core: string, format: string): number | null {
  const row = BENCHED_TOTALS.find(
    (one) => one.model === model && one.core === core && one.format === format && one.goal === 'balanced',
  );
  return row?.instructions ?? null;
}
