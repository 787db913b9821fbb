import { invariant } from '../support/errors.ts';
import type { Choice, Costs, KernelBytes, SearchProblem } from './problem.ts';

/** Sets of shared kernels, one bit each: needed by some layer, and by several. */
export interface Used {
  readonly once: number;
  readonly again: number;
}

export interface State {
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

export function prepare({ layers, codeBytes }: SearchProblem, limits: Costs): State {
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
