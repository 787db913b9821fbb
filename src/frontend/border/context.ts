import type { MemoryBudget } from '../../support/memory-budget.ts';
import type { ReadExternal } from './tensor-data.ts';

/** What decoding one file needs on its way down. */
export interface Context {
  readonly readExternal: ReadExternal;
  readonly opsets: ReadonlyMap<string, number>;
  readonly depth: number;
  readonly memory: MemoryBudget;
}
