import type { Choice, Costs } from './problem.ts';
import type { State, Used } from './shared-kernels.ts';

/** A partial assignment. */
export interface Label extends Costs {
  /** `flashBytes` leaves the code of shared kernels out. */
  readonly used: Used;
  readonly parent: Label | null;
  readonly format: string;
}

export function extend(label: Label, choice: Choice, state: State): Label {
  return {
    loss: label.loss + choice.loss,
    flashBytes: label.flashBytes + choice.flashBytes + state.own(choice.kernel),
    instructions: label.instructions + choice.instructions,
    ramBytes: Math.max(label.ramBytes, choice.ramBytes),
    used: withKernel(label.used, state.bit(choice.kernel)),
    parent: label,
    format: choice.format,
  };
}

function withKernel({ once, again }: Used, bit: number): Used {
  return { once: once | bit, again: again | (once & bit) };
}

export function canFit(label: Label, rest: Costs, state: State, limits: Costs): boolean {
  return (
    label.flashBytes + state.code(label.used) + rest.flashBytes <= limits.flashBytes &&
    label.loss + rest.loss <= limits.loss &&
    label.instructions + rest.instructions <= limits.instructions &&
    Math.max(label.ramBytes, rest.ramBytes) <= limits.ramBytes
  );
}

/** From the first layer on. */
export function formatsOf(label: Label): string[] {
  const formats: string[] = [];
  for (let at: Label | null = label; at?.parent; at = at.parent) formats.unshift(at.format);
  return formats;
}
