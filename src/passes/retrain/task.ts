import type { TrainingForm } from '../../autodiff/batch-statistics.ts';
import { buildOn } from '../../autodiff/builder.ts';
import { embed } from '../../autodiff/embed.ts';
import { correctCount, crossEntropy, knownCount, rowsOfClasses } from '../../autodiff/losses.ts';
import { withBatch } from '../../autodiff/with-batch.ts';
import { prune, typeOf } from '../../ir/graph.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Graph, Node, Shape, ValueName } from '../../ir/types.ts';
import { must, UserError } from '../../support/errors.ts';
import { LABELS } from '../samples/labelled-samples.ts';
import { hasScores, type OutputTerm, outputLoss, relativeError, sumOf } from './output-terms.ts';

export interface TaskOptions {
  readonly batch: number;
  readonly terms: readonly OutputTerm[];
  readonly temperature: number;
  /** Weight of the layers' results beside the outputs; 0: outputs alone. */
  readonly features: number;
  /** What labels are about, [1, classes, ...places]; null: they do not count. */
  readonly scores?: ValueName | null;
  /** Nodes whose results these are. */
  readonly layers: readonly Node[];
  /** Weights of the labels' cross-entropy and of the divergence from the float model. */
  readonly weights: { readonly labels: number; readonly teacher: number };
  /** Constants of the student that change at each step -> their next values. */
  readonly updates?: ReadonlyMap<ValueName, ValueName>;
  /** Changes the student once it takes a batch; nodes whose name begins with TEACHER are not its own. */
  prepare?(graph: Graph): TrainingForm;
}

export const TEACHER = 'float/';

/** A student and its teacher side by side on the same inputs, and how far they are apart. */
export interface Task {
  readonly graph: Graph;
  /** What training lowers. */
  readonly loss: ValueName;
  /** The part of the outputs, by which parameters are chosen. */
  readonly judged: ValueName;
  /** How many samples of the batch have their class right, by shares of their places; null without labels. */
  readonly correct: ValueName | null;
  /** As `prepare` gave them. */
  readonly custom: TrainingForm['custom'];
  readonly updates: TrainingForm['updates'];
}

/** Throws UserError UNSUPPORTED when the model cannot take several samples at once. */
export function trainingTask(student: Graph, float: Graph, options: TaskOptions): Task {
  const { batch, terms, temperature, features, weights, updates = new Map() } = options;
  const results = features > 0 ? layerResults(student, float, options.layers) : [];
  const compared = [...new Set([...terms.map(({ value }) => value), ...results])];
  const pair = buildOn(prune({ ...student, outputs: [...new Set([...compared, ...updates.values()])] }));
  const needsTeacher = weights.teacher > 0 || results.length > 0;
  const teacher = needsTeacher ? embed(pair, prune({ ...float, outputs: compared }), TEACHER) : null;
  if (teacher) for (const value of compared) pair.draft.addOutput(teacher(value));

  const batched = withBatch(pair.draft.finish(), batch);
  const form = options.prepare?.(batched) ?? { graph: batched, custom: new Map(), updates };
  const build = buildOn(form.graph);
  build.scope = 'loss';
  const labelled = weights.labels > 0 ? labelLoss(build, must(options.scores, 'scores'), batch) : null;
  const apart =
    teacher && weights.teacher > 0 ? outputLoss(build, terms, [(value) => value, teacher], temperature) : null;
  const judged = sumOf(build, [
    ...(labelled ? [build.scale(labelled.loss, weights.labels)] : []),
    ...(apart ? [build.scale(apart, weights.teacher)] : []),
  ]);
  const parts = teacher ? results.map((value) => relativeError(build, value, teacher(value))) : [];
  const loss = parts.length > 0 ? build.add(judged, build.scale(sumOf(build, parts), features / parts.length)) : judged;
  const outputs = [...new Set([loss, judged, ...(labelled ? [labelled.correct] : [])])];
  const kept = [...outputs, ...form.updates.values()];
  for (const value of outputs) build.draft.addOutput(value);
  return {
    ...form,
    graph: prune({ ...build.draft.finish(), outputs: kept }),
    loss,
    judged,
    correct: labelled?.correct ?? null,
  };
}

/** The mean over samples, and over their places where each has a class. */
function labelLoss(build: ReturnType<typeof buildOn>, scores: ValueName, batch: number) {
  const rows = rowsOfClasses(build, scores);
  const count = build.shape(rows)[0]!;
  const labels = build.draft.input(LABELS, { dtype: 'i64', shape: [count], quant: null });
  const right = correctCount(build, rows, labels);
  const correct = count === batch ? right : build.div(build.scale(right, batch), knownCount(build, rows, labels));
  return { loss: crossEntropy(build, rows, labels), correct };
}

/** The scores of classes that labels of these places are about. Throws UserError BAD_ARGUMENT without any. */
export function scoresOf(float: Graph, terms: readonly OutputTerm[], places: Shape): ValueName {
  const term = terms.find(
    ({ kind, axis, value }) => kind === 'classes' && axis === 1 && hasScores(typeOf(float, value).shape, places),
  );
  if (term) return term.value;
  if (places.length > 0) {
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: `the model has no output [1, classes, ${places.join(', ')}], of which maps of labels could say something`,
      hint: "set 'loss' to 'teacher', or give maps of the size of the scores",
    });
  }
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: 'the model has no output with scores of classes, so labels say nothing',
    hint: "set 'loss' to 'teacher', or 'outputs' to 'classes' when an output [1, classes] holds scores",
  });
}

/** Results of layers that both graphs have, of the same shape. */
function layerResults(student: Graph, float: Graph, layers: readonly Node[]): ValueName[] {
  return layers.flatMap(({ outputs: [output] }) => {
    const twin = output == null ? undefined : float.types.get(output);
    const own = must(student.types.get(output!), 'result of a layer');
    return output != null && twin?.dtype === 'f32' && sameShape(twin.shape, own.shape) ? output : [];
  });
}
