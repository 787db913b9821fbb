import type { BufferId, Call, Loop, Program, Turn } from './program.ts';

/** One making of a call: calls in loops are made once in each turn. */
export interface Execution extends Turn {
  readonly call: Call;
  /** Index into the calls of the program. */
  readonly index: number;
  /** 0 where there is no loop. */
  readonly turn: number;
}

/** All calls in the order in which a run makes them, each turn of a loop by itself. */
export function executions({ calls, loops = [] }: Pick<Program, 'calls' | 'loops'>): Execution[] {
  const made: Execution[] = [];
  const make = (index: number, turn: number) => {
    const call = calls[index];
    const { node, result, also } = call.turns?.[turn] ?? call;
    made.push({ call, index, turn, node, result, ...(also && { also }) });
  };
  for (let index = 0; index < calls.length; ) {
    const { calls: count, turns } = loops.find(({ first }) => first === index) ?? { calls: 1, turns: 1 };
    for (let turn = 0; turn < turns; turn++) for (let i = 0; i < count; i++) make(index + i, turn);
    index += count;
  }
  return made;
}

/** The loop that a call is in. */
export function loopAt(loops: readonly Loop[] | undefined, call: number): Loop | null {
  return loops?.find(({ first, calls }) => first <= call && call < first + calls) ?? null;
}

/** How often a run makes a call. */
export function turnsOf({ turns }: Call): number {
  return turns?.length ?? 1;
}

/** Nodes that a call computes, one for each turn. */
export function nodesOf({ node, turns }: Call): readonly string[] {
  return turns?.map((turn) => turn.node) ?? [node];
}

/** Bytes between the places of a buffer in two turns, as the call sees it. */
export function strideOf({ arguments: all }: Call, buffer: BufferId): number {
  return all.find((argument) => argument.buffer === buffer)?.stride ?? 0;
}
