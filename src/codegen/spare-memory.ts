import { loopAt, nodesOf } from '../ir/loops.ts';
import type { Goal } from '../ir/lowering.ts';
import type { Call, MemoryPlan, Program, RefusedKernel } from '../ir/program.ts';

/** A graph lowered and planned with some kernels ruled out. */
export interface Attempt {
  readonly program: Program;
  readonly plan: MemoryPlan;
}

/** Kernels ruled out, by node. */
export type Without = ReadonlyMap<string, readonly RefusedKernel[]>;

/** How kernels are chosen for an attempt. `hurried`: nodes whose kernels are chosen as for 'balanced' whatever the goal. */
export interface Choosing {
  readonly goal: Goal;
  readonly without?: Without;
  readonly hurried?: ReadonlySet<string>;
}

export type Try = (choosing: Choosing) => Attempt;

/** What part of the instructions a part of the arena is worth. */
type Worth = (saved: number) => number;
const WORTH: Readonly<Record<Goal, Worth>> = {
  balanced: (saved) => saved,
  speed: () => Number.NEGATIVE_INFINITY,
  size: (saved) => saved,
  ram: () => Number.POSITIVE_INFINITY,
};

/** The same for 'balanced' as long as weights of few bits make the arena larger than bytes would. */
const WORTH_ABOVE_BYTES: Worth = (saved) => Math.max(saved, Math.min(10 * saved, 0.15));

/** Share of the arena that a layer must be able to save to be looked at. */
const LEAST = 0.005;

/** Layers that are tried together because one of them is not worth it. */
const MOST_TOGETHER = 3;

/** Layers that give up a kernel, one after the other, or tries to give them back; more than the peaks of any network. */
const MOST_STEPS = 32;

/**
 * The program and its arena for a goal. Same graph, same kernels. `bytesArena`: what the arena takes where weights of
 * few bits are bytes. For `ram` the smaller of two: from the fastest kernels down, as for
 * other goals, and from the leanest of each layer up.
 */
export function spareMemory(
  attempt: Try,
  goal: Goal,
  ruledOut: Without = new Map(),
  bytesArena: () => number = () => Number.POSITIVE_INFINITY,
): Attempt {
  const within: Try = (choosing) => attempt({ without: ruledOut, ...choosing });
  if (goal === 'balanced') return belowBytes(within, spared(within, goal, ruledOut, WORTH.balanced), bytesArena);
  if (goal !== 'ram') return spared(within, goal, ruledOut, WORTH[goal]).best;
  const down = spared(within, 'balanced', ruledOut, WORTH.ram).best;
  const up = hurried(within);
  const [a, b] = [down, up].map(({ plan }) => plan.arenaBytes);
  return a < b || (a === b && instructionsOf(down) <= instructionsOf(up)) ? down : up;
}

interface Spared {
  readonly best: Attempt;
  readonly without: Without;
}

/**
 * The kernel of a layer at the top of the arena, or of all layers there that have it, makes way for a leaner one as long as that
 * saves more of the RAM than it costs of the time. Greedy, from top to top.
 */
function spared(attempt: Try, goal: Goal, ruledOut: Without, worth: Worth): Spared {
  return sparedFrom({ best: attempt({ goal }), without: ruledOut }, attempt, goal, worth, 0);
}

function sparedFrom(from: Spared, attempt: Try, goal: Goal, worth: Worth, enough: number): Spared {
  let { best, without } = from;
  for (let step = 0; step < MOST_STEPS && goal !== 'speed' && best.plan.arenaBytes > enough; step++) {
    const next = firstWorth(best, without, (other) => attempt({ goal, without: other }), worth);
    if (next === null) break;
    [best, without] = [next.tried, next.other];
  }
  return { best, without };
}

/** More than time is worth is paid until weights of few bits take no more memory than bytes do, where some is theirs. */
function belowBytes(attempt: Try, from: Spared, bytesArena: () => number): Attempt {
  if (!callsAtTop(from.best).some(unpacks)) return from.best;
  return sparedFrom(from, attempt, 'balanced', WORTH_ABOVE_BYTES, bytesArena()).best;
}

function unpacks({ reading, kernel = '' }: Call): boolean {
  return reading === 'whole' || reading === 'block' || reading === 'chunk' || kernel.includes('_pairs');
}

/**
 * The leanest kernel for each layer, then the fastest for all that can have it without a byte more of the arena: all at once if that
 * can be, else halves of them, and so on.
 */
function hurried(attempt: Try): Attempt {
  let best = attempt({ goal: 'ram' });
  let nodes: ReadonlySet<string> = new Set();
  let tries = 0;
  const hurry = (more: readonly string[]): void => {
    if (more.length === 0 || tries++ >= MOST_STEPS) return;
    const all = new Set([...nodes, ...more]);
    const tried = attempt({ goal: 'ram', hurried: all });
    if (tried.plan.arenaBytes <= best.plan.arenaBytes) {
      [best, nodes] = [tried, all];
      return;
    }
    if (more.length === 1) return;
    const half = more.length >> 1;
    hurry(more.slice(0, half));
    hurry(more.slice(half));
  };
  hurry(best.program.calls.filter(couldBeFaster).flatMap(nodesOf));
  return best;
}

function couldBeFaster({ instructions = 0, others = [] }: Call): boolean {
  return others.some((other) => other.instructions < instructions);
}

/** Calls whose leaner kernels are worth it: one, all of a kind, or some of which each makes the arena smaller. */
function firstWorth(best: Attempt, without: Without, attempt: (without: Without) => Attempt, worth: Worth) {
  let step: { readonly tried: Attempt; readonly other: Without } | null = { tried: best, other: without };
  for (let depth = 0; depth < MOST_TOGETHER && step !== null; depth++) {
    const { tried: from, other: soFar } = step;
    step = null;
    const calls = callsAtTop(from);
    for (const some of [...calls.map((call) => [call]), ...ofOneKernel(calls)]) {
      const other: Without = new Map([
        ...soFar,
        ...some.flatMap((call) => nodesOf(call).map((node) => [node, ruledOut(call, from, soFar)] as const)),
      ]);
      const tried = attempt(other);
      if (isWorth(best, tried, worth)) return { tried, other };
      if (tried.plan.arenaBytes < (step?.tried ?? from).plan.arenaBytes) step = { tried, other };
    }
  }
  return null;
}

/** Layers like one another are at the top together: one that gives its kernel up alone saves nothing. */
function ofOneKernel(calls: readonly Call[]): Call[][] {
  const kernels = new Set(calls.map(({ kernel }) => kernel));
  return [...kernels].map((id) => calls.filter(({ kernel }) => kernel === id)).filter(({ length }) => length > 1);
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

/** Bytes of all buffers that hold something during each call, in one walk over time; those of a loop during all its calls. */
function bytesAlive({ buffers, calls, loops, inputs, outputs, states = [] }: Program): number[] {
  const kept = states.map(({ input }) => input);
  const first = new Map([...inputs, ...kept].map(({ buffer }) => [buffer, 0]));
  const last = new Map<number, number>();
  calls.forEach((call, i) => {
    const loop = loopAt(loops, i);
    for (const { buffer } of call.arguments) {
      if (!first.has(buffer)) first.set(buffer, loop?.first ?? i);
      last.set(buffer, loop ? loop.first + loop.calls - 1 : i);
    }
  });
  for (const { buffer } of [...outputs, ...kept]) last.set(buffer, calls.length);

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

function isWorth(before: Attempt, after: Attempt, worth: Worth): boolean {
  const saved = 1 - after.plan.arenaBytes / before.plan.arenaBytes;
  const slower = instructionsOf(after) / instructionsOf(before) - 1;
  return saved > 0 && slower <= worth(saved);
}

function instructionsOf({ program }: Attempt): number {
  return program.calls.reduce((sum, { instructions = 0 }) => sum + instructions, 1);
}
