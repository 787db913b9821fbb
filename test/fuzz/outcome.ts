import type { RandomModel } from './random-model.ts';

/**
 * - agree: the C computes what onnxruntime computes with the file, but for codes at ties of float32 (at-ties.ts);
 * - refused: neither takes the model;
 * - told: onnxruntime has no result to compare with, nibblec compiles; `--verify` says so;
 * - unsupported: onnxruntime runs it, nibblec says why it cannot;
 * - off: they differ, and onnxruntime is known to be wrong there (runtime-faults.ts);
 * - differ: all else, which must not be.
 */
export const VERDICTS = ['agree', 'refused', 'told', 'unsupported', 'off', 'differ'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Outcome {
  readonly model: RandomModel;
  readonly verdict: Verdict;
  /** Why it was refused, or what differs; empty where all agree. */
  readonly reason: string;
}
