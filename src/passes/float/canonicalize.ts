import type { Graph } from '../../ir/types.ts';
import { definePass } from '../pass.ts';
import { einsumToProducts } from './einsum/products.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';
import { extremeToClip, meanToGlobalPool, normalizeClip, reduceBeforeTranspose, splitSum } from './rules/arithmetic.ts';
import { mergeDuplicates } from './rules/duplicates.ts';
import { dropEmptyInputs, dropZeroBias, removeNoOp } from './rules/no-ops.ts';
import { mergeConcats, mergeSlices, sliceOfConcat } from './rules/parts.ts';
import { dropUnusedOutputs, dropZeroState, lastState } from './rules/recurrent.ts';
import { scatterToConcat } from './rules/scatter.ts';
import { mergeReshapes, mergeTransposes, pickToSlice, toReshape } from './rules/views.ts';

const RULES: readonly Rule[] = [
  removeNoOp,
  dropEmptyInputs,
  dropZeroState,
  dropZeroBias,
  lastState,
  mergeReshapes,
  mergeTransposes,
  toReshape,
  scatterToConcat,
  mergeSlices,
  sliceOfConcat,
  mergeConcats,
  einsumToProducts,
  pickToSlice,
  splitSum,
  extremeToClip,
  normalizeClip,
  reduceBeforeTranspose,
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
      next = dropUnusedOutputs(mergeDuplicates(rewriteGraph(current, RULES)));
    } while (next !== current);
    return current;
  },
});
