import type { Graph } from '../../ir/types.ts';
import { definePass } from '../pass.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';
import { extremeToClip, meanToGlobalPool, normalizeClip, splitSum } from './rules/arithmetic.ts';
import { mergeDuplicates } from './rules/duplicates.ts';
import { dropEmptyInputs, dropZeroBias, dropZeroState, removeNoOp } from './rules/no-ops.ts';
import { mergeReshapes, mergeTransposes, toReshape } from './rules/views.ts';

const RULES: readonly Rule[] = [
  removeNoOp,
  dropEmptyInputs,
  dropZeroState,
  dropZeroBias,
  mergeReshapes,
  mergeTransposes,
  toReshape,
  splitSum,
  extremeToClip,
  normalizeClip,
  meanToGlobalPool,
];

/** One spelling for each meaning, so that later passes and kernels need to know only one. */
export const canonicalize = definePass({
  name: 'canonicalize',
  summary: 'Drop what does nothing, merge what is equal, one spelling for each meaning.',
  requires: ['float-only'],
  provides: ['views-are-reshapes'],
  defaults: {},
  run(graph) {
    let current: Graph;
    let next = graph;
    do {
      current = next;
      next = mergeDuplicates(rewriteGraph(current, RULES));
    } while (next !== current);
    return current;
  },
});
