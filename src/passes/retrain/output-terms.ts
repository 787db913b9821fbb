import type { Builder } from '../../autodiff/builder.ts';
import { distillation } from '../../autodiff/losses.ts';
import { producerOf } from '../../ir/graph.ts';
import type { Graph, ValueName } from '../../ir/types.ts';

export const OUTPUT_KINDS = ['auto', 'classes', 'numbers'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** A value whose difference from the float model's counts. */
export interface OutputTerm {
  readonly value: ValueName;
  /** 'classes': scores [1, classes] that a softmax makes probabilities of; 'numbers': anything else. */
  readonly kind: 'classes' | 'numbers';
}

/**
 * One term per output: 'auto' takes what a Softmax reads as classes, and all else as numbers. An output of integers or truths
 * (ArgMax, a comparison) counts by the real numbers that it is chosen from.
 */
export function outputTerms(graph: Graph, float: Graph, kind: OutputKind): OutputTerm[] {
  const real = float.outputs.map((output) => realBehind(float, output));
  const known = [...new Set(real)].filter((value) => value !== null && graph.types.has(value)) as ValueName[];
  return known.map((output) => {
    const last = producerOf(float, output);
    const scores = last?.op === 'Softmax' ? last.inputs[0] : null;
    if (scores != null && graph.types.has(scores) && kind !== 'numbers') return { value: scores, kind: 'classes' };
    const isScores = kind === 'classes' && float.types.get(output)?.shape.length === 2;
    return { value: output, kind: isScores ? 'classes' : 'numbers' };
  });
}

function realBehind(graph: Graph, value: ValueName): ValueName | null {
  if (graph.types.get(value)?.dtype === 'f32') return value;
  const [first] = producerOf(graph, value)?.inputs.filter((input) => input && !graph.constants.has(input)) ?? [];
  return first == null ? null : realBehind(graph, first);
}

/** Divergence of classes at this temperature (see losses.ts), relative squared error of numbers; summed over the terms. */
export function outputLoss(
  build: Builder,
  terms: readonly OutputTerm[],
  [student, teacher]: readonly [of: (value: ValueName) => ValueName, of: (value: ValueName) => ValueName],
  temperature: number,
): ValueName {
  return sumOf(
    build,
    terms.map(({ value, kind }) =>
      kind === 'classes'
        ? distillation(build, student(value), teacher(value), temperature)
        : relativeError(build, student(value), teacher(value)),
    ),
  );
}

/** |a - b|^2 / |b - mean(b)|^2 */
export function relativeError(build: Builder, a: ValueName, b: ValueName): ValueName {
  const all = [...build.shape(a).keys()];
  const total = (value: ValueName) => build.reduce('ReduceSum', build.mul(value, value), all, false);
  const spread = total(build.sub(b, build.reduce('ReduceMean', b, all)));
  return build.div(total(build.sub(a, b)), build.add(spread, build.scalar(1e-12)));
}

export function sumOf(build: Builder, parts: readonly ValueName[]): ValueName {
  return parts.length === 1 ? parts[0] : build.op('Sum', parts, []);
}
