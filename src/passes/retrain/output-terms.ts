import type { Builder } from '../../autodiff/builder.ts';
import { distillation, rowsOfClasses } from '../../autodiff/losses.ts';
import { producerOf, typeOf } from '../../ir/graph.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Graph, Shape, ValueName } from '../../ir/types.ts';
import { axisOf } from '../../ops/support/inputs.ts';

export const OUTPUT_KINDS = ['auto', 'classes', 'numbers'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** A value whose difference from the float model's counts. */
export interface OutputTerm {
  readonly value: ValueName;
  /** 'classes': scores that a softmax makes probabilities of; 'numbers': anything else. */
  readonly kind: 'classes' | 'numbers';
  /** Of the classes, the batch being axis 0. */
  readonly axis: number;
}

/**
 * One term per output: 'auto' takes what a Softmax reads as classes, and all else as numbers. An output of integers or truths
 * (ArgMax, a comparison) counts by the real numbers that it is chosen from.
 * @param places of scores that 'classes' are beside those of a Softmax: [1, classes, ...places]
 */
export function outputTerms(graph: Graph, float: Graph, kind: OutputKind, places: Shape = []): OutputTerm[] {
  const real = float.outputs.map((output) => realBehind(float, output));
  const known = [...new Set(real)].filter((value) => value !== null && graph.types.has(value)) as ValueName[];
  return known.map((output) => {
    const last = producerOf(float, output);
    const scores = last?.op === 'Softmax' ? last.inputs[0] : null;
    const rank = typeOf(float, output).shape.length;
    if (last && scores != null && graph.types.has(scores) && kind !== 'numbers')
      return { value: scores, kind: 'classes', axis: axisOf(last, rank, -1) };
    const isScores = kind === 'classes' && hasScores(typeOf(float, output).shape, places);
    return { value: output, kind: isScores ? 'classes' : 'numbers', axis: 1 };
  });
}

/** Whether a shape is [1, classes, ...places]. */
export function hasScores(shape: Shape, places: Shape): boolean {
  return shape.length === 2 + places.length && sameShape(shape.slice(2), places);
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
  const rows = (value: ValueName, axis: number) => rowsOfClasses(build, value, axis);
  return sumOf(
    build,
    terms.map(({ value, kind, axis }) =>
      kind === 'classes'
        ? distillation(build, rows(student(value), axis), rows(teacher(value), axis), temperature)
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
