import { elementCount } from '../ir/shape.ts';
import type { ValueName } from '../ir/types.ts';
import type { Builder } from './builder.ts';

/** Losses are scalars [], means over the batch. Logits are [batch, classes]; a label beyond the classes counts nothing. */

/** -sum target log softmax(logits). Target: probabilities [batch, classes], or labels [batch] (int64). */
export function crossEntropy(build: Builder, logits: ValueName, target: ValueName): ValueName {
  const [batch] = build.shape(logits);
  const expected = build.draft.type(target).dtype === 'f32' ? target : oneHot(build, target, build.shape(logits)[1]);
  const product = build.mul(expected, build.op('LogSoftmax', [logits], build.shape(logits), { axis: 1 }));
  return build.scale(total(build, product), -1 / batch);
}

/**
 * p (1 - p): the diagonal of the Hessian of one sample's cross-entropy by its logits, whatever its label.
 * [batch, classes]; not divided by the batch.
 */
export function crossEntropyCurvature(build: Builder, logits: ValueName): ValueName {
  const p = build.unary('Softmax', logits, { axis: 1 });
  return build.sub(p, build.mul(p, p));
}

/**
 * Divergence of the teacher's softened classes from the student's, times temperature^2, so that its gradient does not
 * depend on the temperature's size (Hinton, Vinyals and Dean, 2015).
 */
export function distillation(build: Builder, logits: ValueName, teacher: ValueName, temperature = 1): ValueName {
  const shape = build.shape(logits);
  const logs = (value: ValueName) => build.op('LogSoftmax', [build.scale(value, 1 / temperature)], shape, { axis: 1 });
  const wanted = logs(teacher);
  const product = build.mul(build.unary('Exp', wanted), build.sub(wanted, logs(logits)));
  return build.scale(total(build, product), temperature ** 2 / shape[0]);
}

/** How many samples have their largest logit at the target's largest: a number for people, without a gradient. */
export function correctCount(build: Builder, logits: ValueName, target: ValueName): ValueName {
  const largest = (value: ValueName) =>
    build.op('ArgMax', [value], [build.shape(value)[0]], { axis: 1, keepdims: 0 }, 'i64');
  const wanted = build.draft.type(target).dtype === 'f32' ? largest(target) : target;
  return total(build, build.cast(build.compare('Equal', largest(logits), wanted), 'f32'));
}

/** Scores with their classes along `axis` as [rows, classes], a row for each place. */
export function rowsOfClasses(build: Builder, scores: ValueName, axis = 1): ValueName {
  const shape = build.shape(scores);
  if (shape.length === 2 && axis === 1) return scores;
  const others = [...shape.keys()].filter((d) => d !== axis);
  const last = build.transpose(scores, [...others, axis]);
  return build.reshape(last, [elementCount(others.map((d) => shape[d])), shape[axis]]);
}

/** Of how many rows the label is one of the classes; at least 1. */
export function knownCount(build: Builder, logits: ValueName, labels: ValueName): ValueName {
  const known = total(build, oneHot(build, labels, build.shape(logits)[1]));
  return build.op('Max', [known, build.scalar(1)], []);
}

function oneHot(build: Builder, labels: ValueName, classes: number): ValueName {
  const values = build.constant('off_on', [2], [0, 1]);
  return build.op('OneHot', [labels, build.ints([classes]), values], [...build.shape(labels), classes], { axis: 1 });
}

function total(build: Builder, value: ValueName): ValueName {
  return build.reduce('ReduceSum', value, [...build.shape(value).keys()], false);
}
