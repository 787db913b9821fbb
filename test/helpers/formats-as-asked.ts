import { dropEntropyCodes } from '../../src/passes/fewbit/drop-entropy-codes.ts';
import type { Pipeline } from '../../src/passes/pipeline.ts';
import { int8Pipeline, type UsualOptions } from '../../src/passes/usual-pipeline.ts';

/** The usual passes, but weights keep the entropy code that is asked for, whether it pays or not. */
export function formatsAsAsked(options: UsualOptions): Pipeline {
  return int8Pipeline(options).filter((pass) => pass !== dropEntropyCodes);
}
