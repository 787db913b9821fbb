import { elementCount } from '../ir/shape.ts';
import type { Shape } from '../ir/types.ts';
import { badData } from '../numerics/bad-data.ts';
import type { JudgedShapes, Meter } from './metric.ts';

/** Scores of classes lie as [rows, classes, places]; without scores the outputs are classes themselves. */
export interface ClassLayout {
  readonly rows: number;
  /** Null: the output holds classes. */
  readonly classes: number | null;
  readonly places: number;
}

/** The class of each row and place; of several largest scores the first. */
export function answersIn({ rows, classes, places }: ClassLayout, output: ArrayLike<number>): Int32Array {
  if (classes === null) return Int32Array.from(output);
  return Int32Array.from({ length: rows * places }, (_, i) => {
    const first = Math.floor(i / places) * classes * places + (i % places);
    let best = 0;
    for (let c = 1; c < classes; c++) if (output[first + c * places] > output[first + best * places]) best = c;
    return best;
  });
}

/** The place of the largest element; of several the first. */
export function largestOf(output: ArrayLike<number>): Int32Array {
  return answersIn({ rows: 1, classes: output.length, places: 1 }, output);
}

/** [rows, classes, ...places] of an output of this shape. */
export function scoresLayout(output: Shape): ClassLayout {
  const [rows = 1, classes = 1, ...places] = output;
  return { rows, classes, places: elementCount(places) };
}

/** Counts which classes are taken for which. `ignored`: labels that say nothing. */
export function classMeter(
  layout: ClassLayout,
  { where }: JudgedShapes,
  ignored: ReadonlySet<number>,
  score: (confusion: readonly (readonly number[])[]) => number,
): Meter {
  const confusion: number[][] = [];
  const reach = (count: number) => {
    for (const row of confusion) while (row.length < count) row.push(0);
    while (confusion.length < count) confusion.push(new Array<number>(count).fill(0));
  };
  reach(layout.classes ?? 0);
  let judged = 0;
  return {
    add(output, labels) {
      const answers = answersIn(layout, output);
      for (let i = 0; i < answers.length; i++) {
        const [label, answer] = [labels[i], answers[i]];
        if (ignored.has(label)) continue;
        if (!isClass(label, layout.classes)) throw noClass(label, layout.classes, where);
        if (layout.classes === null && !isClass(answer, null)) throw noAnswer(answer, where);
        if (layout.classes === null) reach(Math.max(label, answer) + 1);
        confusion[label][answer]++;
        judged++;
      }
    },
    value() {
      if (judged === 0) throw badData(where, 'none of its labels names a class, so nothing can be judged');
      return score(confusion);
    },
    answers: (output) => answersIn(layout, output),
    confusion: () => confusion,
  };
}

/** Where the model does not say how many there are. */
const MOST_CLASSES = 2 ** 16;

function isClass(label: number, classes: number | null): boolean {
  return Number.isInteger(label) && label >= 0 && label < (classes ?? MOST_CLASSES);
}

function noAnswer(answer: number, where: string) {
  return badData(
    where,
    `the model's answer ${answer} is no class`,
    'an output of one channel holds classes, not scores',
  );
}

function noClass(label: number, classes: number | null, where: string) {
  const of = classes === null ? '' : ` of a model with ${classes} outputs`;
  return badData(where, `the label ${label} is no class${of}`, 'labels are numbers of outputs, from 0 on');
}
