/**
 * npm run bench:accuracy [-- TEXT...]: re-trains the shared models in few bits and measures the C over whole test sets,
 * into docs/benchmarks/accuracy.md and accuracy.json. Rows whose "model method bits" holds one of the texts are measured
 * anew, the others kept; without texts, all. Needs ../shared/data.
 */
import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { sharedData } from '../test/helpers/shared-data.ts';
import { ACCURACY_ROWS, type AccuracyRow } from './accuracy-rows.ts';
import type { AccuracyRun } from './accuracy-run.ts';
import { readAccuracy, titleOf, writeAccuracy } from './tables/accuracy.ts';

const asked = process.argv.slice(2);
if (sharedData()) {
  const runs = await readAccuracy();
  const jobs = ACCURACY_ROWS.flatMap((row, index) => {
    const wanted = asked.length === 0 || asked.some((text) => titleOf(row).includes(text));
    return wanted ? Array.from({ length: row.seeds }, (_, seed) => ({ row, index, seed })) : [];
  });
  const next = async (): Promise<void> => {
    const job = jobs.shift();
    if (!job) return;
    await measure(job);
    await next();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));

  async function measure({ row, index, seed }: { row: AccuracyRow; index: number; seed: number }): Promise<void> {
    const title = titleOf(row);
    const { stdout, failed } = await execa(
      process.execPath,
      ['--import', 'tsx', 'bench/accuracy-run.ts', `${index}`, `${seed}`],
      {
        reject: false,
        stderr: 'inherit',
      },
    );
    if (failed) {
      console.error(`${title}, seed ${seed}: failed`);
      return;
    }
    const run: AccuracyRun = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    const others = (runs.get(title) ?? []).filter((known) => known.seed !== seed);
    runs.set(
      title,
      [...others, run].sort((a, b) => a.seed - b.seed),
    );
    console.log(
      `${title}, seed ${seed}: ${(100 * run.top1).toFixed(2)} %, ${run.bytes} B, ${run.minutes.toFixed(1)} min`,
    );
    await writeAccuracy(runs);
  }
}
