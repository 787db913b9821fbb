import type { Graph, Tensor, ValueName } from '../ir/types.ts';

/** A graph loaded for many runs. */
export interface GraphSession {
  /** One tensor per graph input; `fetch` names the outputs wanted, default all. Throws UserError RUNTIME. */
  run(feeds: ReadonlyMap<ValueName, Tensor>, fetch?: readonly ValueName[]): Promise<ReadonlyMap<ValueName, Tensor>>;
  /** Frees its memory; it cannot run afterwards. */
  release(): Promise<void>;
}

export type OpenSession = (graph: Graph) => Promise<GraphSession>;
