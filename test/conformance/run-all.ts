import { join } from 'node:path';
import { runBatch } from '../helpers/run-batch.ts';
import type { ArchivedCase } from './archive.ts';
import { type Binding, type CompiledCase, compileCase } from './compile-case.ts';
import { operatorsOf } from './operator-of.ts';

export interface CaseResult {
  readonly name: string;
  readonly operator: string;
  /** Null = passed. */
  readonly failure: string | null;
  readonly bound: Binding;
  /** Nothing is computed at run time: the passes found the result. */
  readonly folded: boolean;
}

const BATCH = 24;
/** Every tenth batch runs under ASan and UBSan. */
const SANITIZED_EVERY = 10;

/** Every test through import, passes, lowering, planning, emission, gcc and a run; two batches at a time. */
export async function runAll(tests: readonly ArchivedCase[], folder: string): Promise<CaseResult[]> {
  const operators = operatorsOf(tests);
  const results: CaseResult[] = [];
  const finish = (name: string, failure: string | null, compiled: CompiledCase | null) =>
    results.push({
      name,
      operator: operators.get(name)!,
      failure,
      bound: compiled?.bound ?? 'nothing',
      folded: compiled?.program.calls.every(({ op }) => op === 'Copy') ?? false,
    });
  const building: Promise<void>[] = [];
  for (let start = 0; start < tests.length; start += BATCH) {
    const compiled: CompiledCase[] = [];
    for (const [i, test] of tests.slice(start, start + BATCH).entries()) {
      const result = await compileCase(test, `t${start + i}`);
      if (typeof result === 'string') finish(test.name, result, null);
      else compiled.push(result);
    }
    if (compiled.length === 0) continue;
    if (building.length >= 2) await building.shift();
    const sanitize = (start / BATCH) % SANITIZED_EVERY === 0;
    building.push(
      runBatch(join(folder, `batch${start}`), compiled, { sanitize }).then((failures) => {
        for (const test of compiled) finish(test.name, failures.get(test.name) ?? null, test);
      }),
    );
  }
  await Promise.all(building);
  return results.sort((a, b) => (a.name < b.name ? -1 : 1));
}
