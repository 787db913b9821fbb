import { invariant } from '../support/errors.ts';

/** `make`, once for each job: kernels are asked several times about one layer. */
export function oncePerJob<Job extends object, T>(make: (job: Job) => T): (job: Job) => T {
  const known = new WeakMap<Job, { readonly value: T }>();
  return (job) => {
    const found = known.get(job) ?? { value: make(job) };
    known.set(job, found);
    return found.value;
  };
}

export interface Plans<Job, Plan> {
  /** Why a job has none, or null. */
  refusal(job: Job): string | null;
  of(job: Job): Plan;
}

/** Plans of jobs, or why there is none, each made once. */
export function plansOf<Job extends object, Plan extends object | null>(
  make: (job: Job) => Plan | string,
): Plans<Job, Plan> {
  const planned = oncePerJob(make);
  return {
    refusal(job) {
      const plan = planned(job);
      return typeof plan === 'string' ? plan : null;
    },
    of(job) {
      const plan = planned(job);
      invariant(typeof plan !== 'string', String(plan));
      return plan as Plan;
    },
  };
}
