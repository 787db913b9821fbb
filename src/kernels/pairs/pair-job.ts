import { indexText, type LoopNest, liesAs, nestParams } from '../../ir/loop-nest.ts';
import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import type { KernelInstance, Storage, Work } from '../../ir/program.ts';
import type { CodeRange } from '../../quant/affine.ts';
import { must } from '../../support/errors.ts';
import type { Job, Kernel } from '../kernel.ts';
import { clampParams, clampWork } from '../then-clamped.ts';

/** A layer that makes each code of two. */
export interface PairJob extends Job {
  readonly clamp: CodeRange;
  readonly elements: number;
  /** The fewest of computed operands and the result. */
  readonly bits: number;
  readonly resultBits: number;
  /** Null where the operands lie in layouts that cannot be walked together. */
  readonly walk: PairWalk | null;
  readonly title: string;
}

/** How two operands are read, a number where one is constant; and loops over both, in memory order of the result. */
export interface PairWalk {
  readonly layouts: readonly ('any' | Storage | number)[];
  readonly storage: Storage;
  /** Strides of the operands that are no number, in order, then of the result. */
  readonly nest: LoopNest;
}

/** A kernel that is called for runs of codes. */
export interface RunKernel<J extends PairJob> extends Kernel<J> {
  callOf(job: J): (run: Run) => RunCall;
}

/** The statement, locals before it, and kernels with numbers of the layer. */
export interface RunCall {
  readonly statement: string;
  readonly locals?: readonly Local[];
  readonly instances?: readonly KernelInstance[];
}

/** An inner loop: `count` elements side by side in memory, one operand maybe the same for all. */
export interface Run {
  /** A number or a name. */
  readonly count: number | string;
  /** The operand that is not repeated. */
  readonly first: 0 | 1;
  readonly a: string;
  readonly b: string;
  /** b is a number or one element, repeated. */
  readonly repeated: boolean;
  readonly y: string;
}

const FEWEST = 4;

/** True, or why the operands are not walked by runs of codes. */
export function walksByRuns({ walk, bits }: PairJob): true | string {
  if (bits !== 8) return 'its codes have 4 bits';
  const steps = walk && stepsOf(walk);
  if (!steps) return 'its operands lie in different orders';
  return steps.count >= FEWEST || 'its runs in memory are short';
}

export function runWork({ walk, elements, clamp }: PairJob): Work {
  const count = walk?.nest.sizes.at(-1) ?? 1;
  return { layer: 1, runs: elements / count, elements, ...clampWork(clamp, elements) };
}

/** A layer that calls a kernel for each run. */
export function runsLayer<J extends PairJob>(job: J, lower: LowerBuilder, callOf: (run: Run) => RunCall): LayerSpec {
  const walk = must(job.walk, 'a walk');
  const { nest, layouts, storage } = walk;
  const operands = layouts.map((layout, i) => (typeof layout === 'number' ? layout : lower.read(i, layout)));
  const y = lower.write(0, storage);
  const outer = { sizes: nest.sizes.slice(0, -1), strides: nest.strides.slice(0, -1) };
  const reads = operands.flatMap((operand) => (typeof operand === 'number' ? [] : operand));
  const offset = (i: number) => indexText(outer, i);
  const place = (name: string, i: number) => (offset(i) === '0' ? name : `${name} + ${offset(i)}`);
  const { count, steps } = must(stepsOf(walk), 'runs');
  const first = steps[0] === 1 ? 0 : 1;
  const [one, other] = first === 0 ? operands : [...operands].reverse();
  const repeated = steps[1 - first] === 0;
  const text = (operand: (typeof operands)[number], single: boolean) => {
    if (typeof operand === 'number') return String(operand);
    const i = reads.indexOf(operand);
    return single ? `${operand.name}[${offset(i)}]` : place(operand.name, i);
  };
  const {
    statement,
    locals = [],
    instances,
  } = callOf({
    count,
    first,
    a: text(one, false),
    b: text(other, repeated),
    repeated,
    y: place(y.name, reads.length),
  });
  return {
    template: 'runs',
    params: {
      ...nestParams(outer),
      locals: locals.map((local) => ({ ...local })),
      statement,
      clamp: clampParams(job.clamp, y.name, job.elements),
    },
    ...(instances && { instances }),
    summary: `${job.title}, ${job.elements} elements`,
    overlap: reads
      .filter((read) => !read.constant && reads.every((same) => same.name !== read.name || liesAs(same, y)))
      .map((read) => ({ read, distance: 0 })),
  };
}

export interface Local {
  readonly ctype: string;
  readonly name: string;
  readonly value: string;
}

interface Steps {
  readonly count: number;
  /** Of each operand in the inner loop: 1, or 0 for one that is repeated; not both 0. */
  readonly steps: readonly number[];
}

export function stepsOf({ layouts, nest }: PairWalk): Steps | null {
  const strides = [...(nest.strides.at(-1) ?? [])];
  const [count, result] = [nest.sizes.at(-1) ?? 1, strides.pop()];
  const steps = layouts.map((layout) => (typeof layout === 'number' ? 0 : (strides.shift() ?? 0)));
  const byOne = result === 1 && steps.every((step) => step === 0 || step === 1) && steps.includes(1);
  return byOne ? { count, steps } : null;
}
