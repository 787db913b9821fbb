import type { ValueName } from '../ir/types.ts';

/** Hands out value names: the hint itself, or the hint with the next free number. Fast also when all hints are equal. */
export class UniqueNames {
  private readonly taken: Set<ValueName>;
  private readonly next = new Map<string, number>();

  constructor(taken: Iterable<ValueName> = []) {
    this.taken = new Set(taken);
  }

  fresh(hint: string): ValueName {
    let name = hint;
    let number = this.next.get(hint) ?? 1;
    while (this.taken.has(name)) name = `${hint}.${number++}`;
    this.next.set(hint, number);
    this.taken.add(name);
    return name;
  }
}
