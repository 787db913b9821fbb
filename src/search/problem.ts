import { must } from '../support/errors.ts';

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
  /** The code that it needs, which layers share; see SearchProblem.codeBytes. */
  readonly kernel: string;
}

export interface SearchProblem {
  /** What no choice changes. */
  readonly base: Costs;
  /** The choices of each layer. */
  readonly layers: readonly (readonly Choice[])[];
  /** Of each kernel. Absent: nothing. */
  readonly codeBytes: ReadonlyMap<string, KernelBytes>;
}

/** Code of a kernel, whatever the number of layers that need it; both >= 0. */
export interface KernelBytes {
  readonly once: number;
  /** More when several layers need it: a compiler fits what is called once to its only caller. */
  readonly again: number;
}

export interface Assignment extends Costs {
  /** The format of each layer. */
  readonly formats: readonly string[];
}

export const NO_LIMITS: Costs = {
  loss: Number.POSITIVE_INFINITY,
  flashBytes: Number.POSITIVE_INFINITY,
  instructions: Number.POSITIVE_INFINITY,
  ramBytes: Number.POSITIVE_INFINITY,
};

/** What an assignment costs if losses and bytes add up. */
export function predictedCosts({ base, layers, codeBytes }: SearchProblem, formats: readonly string[]): Costs {
  const chosen = layers.map((choices, l) =>
    must(
      choices.find(({ format }) => format === formats[l]),
      formats[l],
    ),
  );
  const sum = (pick: (costs: Costs) => number) => chosen.reduce((total, choice) => total + pick(choice), pick(base));
  const kernels = chosen.map(({ kernel }) => kernel);
  const code = [...new Set(kernels)].reduce((total, kernel) => {
    const { once, again } = codeBytes.get(kernel) ?? { once: 0, again: 0 };
    return total + once + (kernels.indexOf(kernel) === kernels.lastIndexOf(kernel) ? 0 : again);
  }, 0);
  return {
    loss: sum(({ loss }) => loss),
    flashBytes: sum(({ flashBytes }) => flashBytes) + code,
    instructions: sum(({ instructions }) => instructions),
    ramBytes: Math.max(base.ramBytes, ...chosen.map(({ ramBytes }) => ramBytes)),
  };
}
