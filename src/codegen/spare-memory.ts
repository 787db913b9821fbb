import type { Goal } from '../ir/lowering.ts';
import type { Call, MemoryPlan, Program, RefusedKernel } from '../ir/program.ts';

/** A graph lowered and planned with some kernels ruled out. */
export interface Attempt {
  readonly program: Program;
  readonly plan: MemoryPlan;
}

/** Kernels ruled out, by node. */
export type Without = ReadonlyMap<string, readonly RefusedKernel[]>;

/** How many percent of the instructions a percent of the arena is worth. */
const WORTH: Readonly<Record<Goal, number>> = { balanced: 1, speed: 0, size: 1, ram: Number.POSITIVE_INFINITY };

/** Share of the arena that a layer must be able to save to be looked at. */
const LEAST = 0.005;

/** Layers that give up a kernel, one after the other; more than the peaks of any network. */
const MOST_STEPS = 32;

/**
 * The kernel of a layer at the top of the arena makes way for a leaner one as long as that saves more of the RAM than it
 * costs of the time. Greedy, from top to top; same graph, same kernels.
 */
export function spareMemory(
  attempt: (without: Without) => Attempt,
  goal: Goal,
  ruledOut: Without = new Map(),
): Attempt {
  let without = ruledOut;
  let best = attempt(without);
  for (let step = 0; WORTH[goal] > 0 && step < MOST_STEPS; step++) {
    const next = firstWorth(best, without, attempt, WORTH[goal]);
    if (next === null) break;
    [best, without] = [next.tried, next.other];
  }
  return best;
}

function firstWorth(best: Attempt, without: Without, attempt: (without: Without) => Attempt, worth: number) {
  for (const call of callsAtTop(best)) {
    const other = new Map([...without, [call.node, ruledOut(call, best, without)]]);
    const tried = attempt(other);
    if (isWorth(best, tried, worth)) return { tried, other };
  }
  return null;
}

/**
 * Calls that could do with less and have enough alive to fill the arena if nothing lay over anything, those first that could
 * save most. What is less than a share of LEAST is not worth a try.
 */
function callsAtTop({ program, plan }: Attempt): Call[] {
  const alive = bytesAlive(program);
  const savedBy = ({ leaner }: Call) => leaner?.bytes ?? 0;
  return program.calls
    .filter((call, i) => savedBy(call) > LEAST * plan.arenaBytes && alive[i] >= plan.arenaBytes)
    .sort((a, b) => savedBy(b) - savedBy(a));
}

/** Bytes of all buffers that hold something during each call, in one walk over time. */
function bytesAlive({ buffers, calls, inputs, outputs }: Program): number[] {
  const first = new Map(inputs.map(({ buffer }) => [buffer, 0]));
  const last = new Map<number, number>();
  calls.forEach((call, i) => {
    for (const { buffer } of call.arguments) {
      if (!first.has(buffer)) first.set(buffer, i);
      last.set(buffer, i);
    }
  });
  for (const { buffer } of outputs) last.set(buffer, calls.length);

  const changes = calls.map(() => 0);
  for (const { id, bytes } of buffers) {
    const [from, to] = [first.get(id) ?? calls.length, last.get(id) ?? -1];
    if (from > to || from === calls.length) continue;
    changes[from]! += bytes;
    if (to + 1 < calls.length) changes[to + 1]! -= bytes;
  }
  let alive = 0;
  return changes.map((change) => (alive += change));
}

function ruledOut({ node, leaner }: Call, { plan }: Attempt, without: Without): RefusedKernel[] {
  const reason = `its memory lies where the arena is fullest: ${plan.arenaBytes} bytes with it`;
  return [...(without.get(node) ?? []), ...(leaner?.without ?? []).map((kernel) => ({ kernel, reason }))];
}

function isWorth(before: Attempt, after: Attempt, worth: number): boolean {
  const saved = 1 - after.plan.arenaBytes / before.plan.arenaBytes;
  const slower = instructionsOf(after) / instructionsOf(before) - 1;
  return saved > 0 && slower <= saved * worth;
}

function instructionsOf({ program }: Attempt): number {
  return program.calls.reduce((sum, { instructions = 0 }) => sum + instructions, 1);
}
