import type { Goal, LayerSpec, LowerBuilder } from '../ir/lowering.ts';
import type { LeanerKernel, OtherKernel, RefusedKernel } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import { invariant, must, UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import { decodingOf, instructionsOf } from './cost.ts';
import type { Job, Kernel } from './kernel.ts';

/** A kernel for a layer, and why not the others. */
export interface Choice<J extends Job> {
  readonly kernel: Kernel<J>;
  /** That could compute it as well. */
  readonly others: readonly OtherKernel[];
  readonly refused: readonly RefusedKernel[];
  readonly leaner: LeanerKernel | null;
}

/** Chooses among `candidates` and emits the layer. Refuses the node where none of them can compute it. */
export function lowerWith<J extends Job>(job: J, candidates: readonly Kernel<J>[], lower: LowerBuilder): void {
  const { kernel, others, refused, leaner } = choose(job, candidates, lower);
  let scratch = 0;
  const counted: LowerBuilder = {
    ...lower,
    scratch(bytes, ctype) {
      scratch += bytes;
      return lower.scratch(bytes, ctype);
    },
  };
  const layer = kernel.build(job, counted);
  invariant(scratch === kernel.scratchBytes(job), `${kernel.id} takes the scratch that it declares`);
  lower.call({
    overlap: overlapOf(job, kernel),
    ...layer,
    kernel: kernel.id,
    work: kernel.work(job),
    instructions: costOf(job, kernel, lower.wish.core),
    decoding: costOf(job, kernel, lower.wish.core, decodingOf(kernel.work(job))),
    others,
    refused,
    leaner,
  });
}

function overlapOf<J extends Job>(job: J, kernel: Kernel<J>): NonNullable<LayerSpec['overlap']> {
  const rule = kernel.overlap(job);
  const over = job.addend ? [{ read: job.addend, distance: 0, exactly: true }] : [];
  if (rule === null) return over;
  const reads = job.reads.map((read) =>
    'exactly' in rule ? { read, distance: rule.exactly, exactly: true } : { read, distance: rule.atLeast },
  );
  return [...reads, ...over];
}

/**
 * The best kernel by the goal among those that the core can run and that accept the layer; a pinned one whatever the goal.
 * @throws UserError BAD_ARGUMENT for a pin that does not exist, does not run on the core or does not accept the layer.
 */
export function choose<J extends Job>(
  job: J,
  candidates: readonly Kernel<J>[],
  { wish, refuse }: Pick<LowerBuilder, 'wish' | 'refuse'>,
): Choice<J> {
  const verdicts = candidates.map((kernel) => ({ kernel, reason: verdict(kernel) }));
  const accepting = verdicts.flatMap(({ kernel, reason }) => (reason === null ? [kernel] : []));
  const refused = verdicts.flatMap(({ kernel, reason }) => (reason === null ? [] : [{ kernel: kernel.id, reason }]));
  if (wish.pin !== null) {
    const kernel = pinned(
      wish.pin,
      verdicts,
      candidates.filter((one) => obstacle(one) === null),
      job.name,
    );
    return { kernel, others: othersThan(kernel), refused, leaner: null };
  }
  const adding = accepting.filter(({ avoidsMultiplication }) => avoidsMultiplication);
  const able = adding.length > 0 ? adding : accepting;
  if (able.length === 0) return refuse(verdicts.at(-1)?.reason ?? 'there is no kernel for it');
  const least = Math.min(...able.map(rank));
  const best = must(
    able.find((kernel) => rank(kernel) <= least * ALIKE[wish.goal]),
    'the best',
  );
  return { kernel: best, others: othersThan(best), refused, leaner: leanerThan(job, best, able) };

  function verdict(kernel: Kernel<J>): string | null {
    const reason = obstacle(kernel);
    if (reason === null && kernel.goals && !kernel.goals.includes(wish.goal) && wish.pin !== kernel.id) {
      return `its tables are larger: for the goal '${kernel.goals.join("' or '")}' only`;
    }
    return reason;
  }

  /** What no pin overcomes. */
  function obstacle(kernel: Kernel<J>): string | null {
    const missing = kernel.needs.find((feature) => !job.features.has(feature));
    if (missing) return `the core has no '${missing}'`;
    const unwanted = wish.without.find((one) => one.kernel === kernel.id);
    if (unwanted) return unwanted.reason;
    if (job.addend && !kernel.adds) return 'it cannot add another tensor to its results';
    const answer = kernel.accepts(job);
    return answer === true ? null : answer;
  }

  function othersThan(taken: Kernel<J>): OtherKernel[] {
    const others = accepting.filter((kernel) => kernel !== taken);
    return others.map((kernel) => ({ kernel: kernel.id, instructions: costOf(job, kernel, wish.core) }));
  }

  /** Smaller is better: bytes of tables, then code, or scratch first for the goals that ask for them, then instructions. */
  function rank(kernel: Kernel<J>): number {
    const cost = costOf(job, kernel, wish.core);
    if (wish.goal === 'size') return kernel.tableBytes(job) * 2 ** 40 + (kernel.compact?.(job) ? 0 : 2 ** 39) + cost;
    if (wish.goal === 'ram') return ramBytes(job, kernel) * 2 ** 40 + cost;
    return cost;
  }
}

/** The cost model does not tell kernels apart that differ by less: the first in the list is taken. */
const ALIKE: Readonly<Record<Goal, number>> = { balanced: 1.01, speed: 1.01, size: 1, ram: 1 };

/** Instructions of one inference, estimated. */
function costOf<J extends Job>(job: J, kernel: Kernel<J>, core: string, work = kernel.work(job)): number {
  return instructionsOf(kernel.pricedAs ?? kernel.id, work, { core, features: job.features });
}

function leanerThan<J extends Job>(job: J, best: Kernel<J>, able: readonly Kernel<J>[]): LeanerKernel | null {
  const own = ramBytes(job, best);
  const bytes = own - Math.min(...able.map((kernel) => ramBytes(job, kernel)));
  const without = able.filter((kernel) => ramBytes(job, kernel) >= own).map(({ id }) => id);
  return bytes > 0 ? { without, bytes } : null;
}

/** What a layer takes at least: inputs, output as far as it lies beside the first of them, scratch. */
export function ramBytes<J extends Job>(job: J, kernel: Kernel<J>): number {
  const rule = kernel.overlap(job);
  const [x = 0, ...others] = job.reads.map(({ type }) => arenaBytes(type));
  const y = job.y === null ? 0 : arenaBytes(job.y.type);
  const beside = x + y;
  const distance = rule === null ? null : 'exactly' in rule ? rule.exactly : rule.atLeast;
  const together = distance === null ? beside : Math.min(beside, Math.max(y, Math.max(0, distance) + x));
  return together + kernel.scratchBytes(job) + others.reduce((sum, bytes) => sum + bytes, 0);
}

function pinned<J extends Job>(
  id: string,
  verdicts: readonly { readonly kernel: Kernel<J>; readonly reason: string | null }[],
  able: readonly Kernel<J>[],
  node: string,
): Kernel<J> {
  const found = verdicts.find(({ kernel }) => kernel.id === id);
  const names = verdicts.map(({ kernel }) => kernel.id);
  if (found && found.reason === null) return found.kernel;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: found ? `kernel '${id}' cannot compute '${node}'` : `there is no kernel '${id}' for '${node}'`,
    because: [found?.reason ?? `it can get ${able.map((kernel) => kernel.id).join(', ')}`],
    hint: hintFor(id, names),
  });
}

function hintFor(id: string, names: readonly string[]): string {
  const nearest = names.includes(id) ? null : nearestName(id, names);
  return nearest ? `did you mean '${nearest}'?` : 'leave the layer out of --kernels and the best one that can is taken';
}
