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
}

export interface SearchProblem {
  /** What no choice changes. */
  readonly base: Costs;
  /** The choices of each layer. */
  readonly layers: readonly (readonly Choice[])[];
  /** Code that a format brings in once, whatever the number of layers that have it; >= 0. Absent: none. */
  readonly codeBytes: ReadonlyMap<string, number>;
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

/** A partial assignment. */
interface Label extends Costs {
  /** Set of formats in use, one bit each. `flashBytes` leaves their code out. */
  readonly used: number;
  readonly parent: Label | null;
  readonly format: string;
}

const MOST_LABELS = 8_000;

/**
 * The multiple-choice knapsack with fixed charges, solved by labels: layer by layer, all partial assignments but those
 * that exceed a limit whatever follows, and those that another one beats whatever follows.
 *
 * A beats B when it has no more loss and instructions, and flash(A) + code(formats of A that B lacks) <= flash(B): what
 * follows may bring the other formats of A into B, but never take code from it.
 */
export function paretoFrontier(problem: SearchProblem, limits: Costs, mostLabels = MOST_LABELS): Frontier {
  const state = prepare(problem, limits);
  let labels: Label[] = [{ ...problem.base, used: 0, parent: null, format: '' }];
  let exact = true;
  for (const [l, choices] of problem.layers.entries()) {
    const rest = state.rest[l + 1];
    const grown: Label[] = [];
    for (const label of labels) {
      for (const choice of choices) {
        const next = extend(label, choice, state.bit(choice.format));
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
  bit(format: string): number;
  /** Code of a set of formats. */
  code(used: number): number;
  /** Least costs of the layers from here on. */
  readonly rest: readonly Costs[];
  /** Whether instructions count at all. */
  readonly timed: boolean;
}

function prepare({ layers, codeBytes }: SearchProblem, limits: Costs): State {
  const formats = [...new Set(layers.flat().map(({ format }) => format))];
  if (formats.length > 30) throw new RangeError(`${formats.length} formats: the solver takes up to 30`);
  const charges = formats.map((format) => codeBytes.get(format) ?? 0);
  const known = new Map<number, number>();
  const rest: Costs[] = [{ loss: 0, flashBytes: 0, instructions: 0, ramBytes: 0 }];
  for (const choices of [...layers].reverse()) {
    const least = (pick: (choice: Choice) => number) => Math.min(...choices.map(pick));
    rest.unshift({
      loss: rest[0].loss + least((c) => c.loss),
      flashBytes: rest[0].flashBytes + least((c) => c.flashBytes),
      instructions: rest[0].instructions + least((c) => c.instructions),
      ramBytes: Math.max(
        rest[0].ramBytes,
        least((c) => c.ramBytes),
      ),
    });
  }
  return {
    bit: (format) => 1 << formats.indexOf(format),
    code(used) {
      const sum = known.get(used) ?? charges.reduce((total, charge, f) => total + (used & (1 << f) ? charge : 0), 0);
      known.set(used, sum);
      return sum;
    },
    rest,
    timed: limits.instructions < Number.POSITIVE_INFINITY,
  };
}

function extend(label: Label, choice: Choice, bit: number): Label {
  return {
    loss: label.loss + choice.loss,
    flashBytes: label.flashBytes + choice.flashBytes,
    instructions: label.instructions + choice.instructions,
    ramBytes: Math.max(label.ramBytes, choice.ramBytes),
    used: label.used | bit,
    parent: label,
    format: choice.format,
  };
}

function canFit(label: Label, rest: Costs, state: State, limits: Costs): boolean {
  return (
    label.flashBytes + state.code(label.used) + rest.flashBytes <= limits.flashBytes &&
    label.loss + rest.loss <= limits.loss &&
    label.instructions + rest.instructions <= limits.instructions &&
    Math.max(label.ramBytes, rest.ramBytes) <= limits.ramBytes
  );
}

/** First among labels with the same formats, then each such group against every other. */
function undominated(labels: readonly Label[], state: State): Label[] {
  const groups = new Map<number, Label[]>();
  for (const label of labels) {
    const group = groups.get(label.used);
    if (group) group.push(label);
    else groups.set(label.used, [label]);
  }
  for (const [used, group] of groups) groups.set(used, skyline(group, state));
  for (const [used, group] of groups) {
    let left = group;
    for (const [other, judges] of groups) {
      if (other !== used) left = unbeaten(left, judges, state.code(other & ~used), state);
    }
    groups.set(used, left);
  }
  return [...groups.values()].flat();
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

/** Of labels with the same formats and nearly the same loss (and time) the smallest one; the quickest of all stays. */
function thinned(labels: readonly Label[], most: number, state: State): Label[] {
  const part = (value: number, width: number) => (value > 0 ? Math.floor(Math.log(value) / width) : '-');
  const quickest = labels.reduce((a, b) => (b.instructions < a.instructions ? b : a));
  for (let width = 1e-6; ; width *= 2) {
    const kept = new Map<string, Label>();
    for (const label of labels) {
      const key = `${label.used} ${part(label.loss, width)} ${state.timed ? part(label.instructions, width) : ''}`;
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
