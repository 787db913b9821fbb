import { loopAt } from '../../ir/loops.ts';
import type { Call, Loop, Program } from '../../ir/program.ts';

/** Calls that stay together: one, or those of a loop. */
export interface Group {
  readonly calls: readonly Call[];
  readonly loop: Loop | null;
  /** As one call that touches all that they touch. */
  readonly call: Call;
}

export function groupsOf({ calls, loops }: Program): Group[] {
  return calls.flatMap((call, index): Group[] => {
    const loop = loopAt(loops, index);
    if (loop === null) return [{ calls: [call], loop, call }];
    if (loop.first !== index) return [];
    const own = calls.slice(index, index + loop.calls);
    return [{ calls: own, loop, call: { ...call, arguments: own.flatMap((one) => one.arguments), overlaps: [] } }];
  });
}

/** The program with one call for each group. */
export function asCalls(program: Program, groups: readonly Group[]): Program {
  const loops = groups.flatMap(({ loop }, first) => (loop ? [{ ...loop, first, calls: 1 }] : []));
  return { ...program, calls: groups.map(({ call }) => call), loops };
}

/** The program with its groups in this order. */
export function inOrder(program: Program, groups: readonly Group[]): Program {
  const calls: Call[] = [];
  const loops: Loop[] = [];
  for (const { calls: own, loop } of groups) {
    if (loop) loops.push({ ...loop, first: calls.length });
    calls.push(...own);
  }
  return { ...program, calls, ...(loops.length > 0 && { loops }) };
}
