import { invariant, must } from '../support/errors.ts';
import { Staircase } from './staircase.ts';

/** What a choice, or a whole assignment, costs. Loss adds up over layers (a model: see measure-sensitivity.ts). */
export interface Costs {
  readonly loss: number;
  readonly flashBytes: number;
  readonly instructions: number;
  /** Of an assignment: the largest of its choices. */
  readonly ramBytes: number;
}

/** One way to store the weights of a layer. */
export interface Choice extends Costs {
  readonly format: string;
  /** The code that it needs, which layers share; see SearchProblem.codeBytes. */
  readonly kernel: string;
}

export interface SearchProblem {
  /** What no choice changes. */
  readonly base: Costs;
  /** The choices of each layer. */
  readonly layers: readonly (readonly Choice[])[];
  /** Of each kernel. Absent: nothing. */
  readonly codeBytes: ReadonlyMap<string, KernelBytes>;
}

/** Code of a kernel, whatever the number of layers that need it; both >= 0. */
export interface KernelBytes {
  readonly once: number;
  /** More when several layers need it: a compiler fits what is called once to its only caller. */
  readonly again: number;
}

export interface Assignment extends Costs {
  /** The format of each layer. */
  readonly formats: readonly string[];
}

export interface Frontier {
  /**
   * By flash, ascending: every assignment within the limits that no other beats in flash and loss (and in instructions,
   * when these are limited).
   */
  readonly assignments: readonly Assignment[];
  /** False: there were too many partial assignments, and some that differ little were dropped. */
  readonly exact: boolean;
}

export const NO_LIMITS: Costs = {
  loss: Number.POSITIVE_INFINITY,
  flashBytes: Number.POSITIVE_INFINITY,
  instructions: Number.POSITIVE_INFINITY,
  ramBytes: Number.POSITIVE_INFINITY,
};

/** Sets of shared kernels, one bit each: needed by some layer, and by several. */
interface Used {
  readonly once: number;
  readonly again: number;
}

/** A partial assignment. */
interface Label extends Costs {
  /** `flashBytes` leaves the code of shared kernels out. */
  readonly used: Used;
  readonly parent: Label | null;
  readonly format: string;
}

const MOST_LABELS = 8_000;

/**
 * The multiple-choice knapsack with fixed charges, solved by labels: layer by layer, all partial assignments but those
 * that exceed a limit whatever follows, and those that another one beats whatever follows.
 *
 * A beats B when it has no more loss and instructions, and flash(A) + excess(A, B) <= flash(B), where the excess is the
 * most by which the code of A may exceed that of B whatever follows.
 */
export function paretoFrontier(problem: SearchProblem, limits: Costs, mostLabels = MOST_LABELS): Frontier {
  const state = prepare(problem, limits);
  let labels: Label[] = [{ ...problem.base, used: { once: 0, again: 0 }, parent: null, format: '' }];
  let exact = true;
  for (const [l, choices] of problem.layers.entries()) {
    const rest = state.rest[l + 1];
    const grown: Label[] = [];
    for (const label of labels) {
      for (const choice of choices) {
        const next = extend(label, choice, state);
        if (canFit(next, rest, state, limits)) grown.push(next);
      }
    }
    labels = undominated(grown, state);
    if (labels.length > mostLabels) {
      labels = thinned(labels, mostLabels, state);
      exact = false;
    }
  }
  return { assignments: finish(labels, state), exact };
}

interface State {
  /** The bit of a kernel that several layers may share; 0: only one layer can have it. */
  bit(kernel: string): number;
  /** Bytes of a kernel that only one layer can have; 0 for others. */
  own(kernel: string): number;
  /** Of shared kernels. */
  code(used: Used): number;
  excess(a: Used, b: Used): number;
  /** Least costs of the layers from here on. */
  readonly rest: readonly Costs[];
  /** Whether instructions count at all. */
  readonly timed: boolean;
}

const MOST_SHARED = 30;

function prepare({ layers, codeBytes }: SearchProblem, limits: Costs): State {
  const users = new Map<string, number>();
  for (const choices of layers) {
    for (const kernel of new Set(choices.map((choice) => choice.kernel))) {
      users.set(kernel, (users.get(kernel) ?? 0) + 1);
    }
  }
  const bytes = (kernel: string) => codeBytes.get(kernel) ?? { once: 0, again: 0 };
  const counts = (kernel: string) => bytes(kernel).once + bytes(kernel).again > 0;
  const shared = [...users].flatMap(([kernel, count]) => (count > 1 && counts(kernel) ? [kernel] : []));
  invariant(shared.length <= MOST_SHARED, `${shared.length} shared kernels: the solver takes ${MOST_SHARED}`);
  const own = (kernel: string) => (users.get(kernel) === 1 ? bytes(kernel).once : 0);
  const rest: Costs[] = [{ loss: 0, flashBytes: 0, instructions: 0, ramBytes: 0 }];
  for (const choices of [...layers].reverse()) {
    const least = (pick: (choice: Choice) => number) => Math.min(...choices.map(pick));
    rest.unshift({
      loss: rest[0].loss + least((c) => c.loss),
      flashBytes: rest[0].flashBytes + least((c) => c.flashBytes + own(c.kernel)),
      instructions: rest[0].instructions + least((c) => c.instructions),
      ramBytes: Math.max(
        rest[0].ramBytes,
        least((c) => c.ramBytes),
      ),
    });
  }
  const sum = (of: (kernel: KernelBytes, bit: number) => number) =>
    shared.reduce((total, kernel, i) => total + of(bytes(kernel), 1 << i), 0);
  return {
    bit: (kernel) => (shared.includes(kernel) ? 1 << shared.indexOf(kernel) : 0),
    own,
    code: (used) => sum(({ once, again }, bit) => (used.once & bit ? once : 0) + (used.again & bit ? again : 0)),
    // What follows may need a kernel 0, 1 or more times: the worst of these, kernel by kernel.
    excess: (a, b) =>
      sum(({ once, again }, bit) => {
        if (a.again & bit) return (b.once & bit ? 0 : once) + (b.again & bit ? 0 : again);
        return a.once & bit && !(b.once & bit) ? Math.max(once, again) : 0;
      }),
    rest,
    timed: limits.instructions < Number.POSITIVE_INFINITY,
  };
}

function extend(label: Label, choice: Choice, state: State): Label {
  return {
    loss: label.loss + choice.loss,
    flashBytes: label.flashBytes + choice.flashBytes + state.own(choice.kernel),
    instructions: label.instructions + choice.instructions,
    ramBytes: Math.max(label.ramBytes, choice.ramBytes),
    used: withKernel(label.used, state.bit(choice.kernel)),
    parent: label,
    format: choice.format,
  };
}

function withKernel({ once, again }: Used, bit: number): Used {
  return { once: once | bit, again: again | (once & bit) };
}

function canFit(label: Label, rest: Costs, state: State, limits: Costs): boolean {
  return (
    label.flashBytes + state.code(label.used) + rest.flashBytes <= limits.flashBytes &&
    label.loss + rest.loss <= limits.loss &&
    label.instructions + rest.instructions <= limits.instructions &&
    Math.max(label.ramBytes, rest.ramBytes) <= limits.ramBytes
  );
}

/** More groups than this are not compared one with another: that would take longer than what it saves. */
const MOST_GROUPS = 300;

/** First among labels with the same kernels, then each such group against every other. */
function undominated(labels: readonly Label[], state: State): Label[] {
  const byKernels = new Map<string, Label[]>();
  for (const label of labels) {
    const key = `${label.used.once} ${label.used.again}`;
    const group = byKernels.get(key);
    if (group) group.push(label);
    else byKernels.set(key, [label]);
  }
  const groups = [...byKernels.values()].map((group) => ({ used: group[0].used, labels: skyline(group, state) }));
  if (groups.length <= MOST_GROUPS) {
    for (const group of groups) {
      for (const other of groups) {
        if (other === group) continue;
        group.labels = unbeaten(group.labels, other.labels, state.excess(other.used, group.used), state);
      }
    }
  }
  return groups.flatMap((group) => group.labels);
}

/** Ascending in flash. */
function skyline(labels: readonly Label[], state: State): Label[] {
  const time = (label: Label) => (state.timed ? label.instructions : 0);
  const sorted = [...labels].sort((a, b) => a.flashBytes - b.flashBytes || a.loss - b.loss || time(a) - time(b));
  const stairs = new Staircase();
  return sorted.filter((label) => stairs.add(label.loss, time(label)));
}

/** Both ascending in flash. */
function unbeaten(labels: Label[], judges: readonly Label[], shift: number, state: State): Label[] {
  const stairs = new Staircase();
  let next = 0;
  return labels.filter((label) => {
    for (; next < judges.length && judges[next].flashBytes + shift <= label.flashBytes; next++) {
      stairs.add(judges[next].loss, state.timed ? judges[next].instructions : 0);
    }
    return !stairs.covers(label.loss, state.timed ? label.instructions : 0);
  });
}

/** Of labels with the same kernels and nearly the same loss (and time) the smallest one; the quickest of all stays. */
function thinned(labels: readonly Label[], most: number, state: State): Label[] {
  const part = (value: number, width: number) => (value > 0 ? Math.floor(Math.log(value) / width) : '-');
  const quickest = labels.reduce((a, b) => (b.instructions < a.instructions ? b : a));
  for (let width = 1e-6; ; width *= 2) {
    const kept = new Map<string, Label>();
    for (const label of labels) {
      const key = `${label.used.once} ${label.used.again} ${part(label.loss, width)} ${state.timed ? part(label.instructions, width) : ''}`;
      const other = kept.get(key);
      if (!other || label.flashBytes < other.flashBytes) kept.set(key, label);
    }
    if (kept.size <= most) return [...new Set([...kept.values(), quickest])];
  }
}

function finish(labels: readonly Label[], state: State): Assignment[] {
  const whole = labels.map((label) => ({ ...label, flashBytes: label.flashBytes + state.code(label.used) }));
  return skyline(whole, state).map((label) => {
    const { loss, flashBytes, instructions, ramBytes } = label;
    return { loss, flashBytes, instructions, ramBytes, formats: formatsOf(label) };
  });
}

function formatsOf(label: Label): string[] {
  const formats: string[] = [];
  for (let at: Label | null = label; at?.parent; at = at.parent) formats.unshift(at.format);
  return formats;
}

/** What an assignment costs if losses and bytes add up. */
export function predictedCosts({ base, layers, codeBytes }: SearchProblem, formats: readonly string[]): Costs {
  const chosen = layers.map((choices, l) =>
    must(
      choices.find(({ format }) => format === formats[l]),
      formats[l],
    ),
  );
  const sum = (pick: (costs: Costs) => number) => chosen.reduce((total, choice) => total + pick(choice), pick(base));
  const kernels = chosen.map(({ kernel }) => kernel);
  const code = [...new Set(kernels)].reduce((total, kernel) => {
    const { once, again } = codeBytes.get(kernel) ?? { once: 0, again: 0 };
    return total + once + (kernels.indexOf(kernel) === kernels.lastIndexOf(kernel) ? 0 : again);
  }, 0);
  return {
    loss: sum(({ loss }) => loss),
    flashBytes: sum(({ flashBytes }) => flashBytes) + code,
    instructions: sum(({ instructions }) => instructions),
    ramBytes: Math.max(base.ramBytes, ...chosen.map(({ ramBytes }) => ramBytes)),
  };
}
