import type { Label } from './label.ts';
import type { State } from './shared-kernels.ts';
import { Staircase } from './staircase.ts';

/** More groups than this are not compared one with another: that would take longer than what it saves. */
const MOST_GROUPS = 300;

/** First among labels with the same kernels, then each such group against every other. */
export function undominated(labels: readonly Label[], state: State): Label[] {
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
export function skyline(labels: readonly Label[], state: State): Label[] {
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
export function thinned(labels: readonly Label[], most: number, state: State): Label[] {
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
