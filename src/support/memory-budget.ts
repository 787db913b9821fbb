import { UserError } from './errors.ts';

/** 1 GB: far more than any model for a microcontroller and its calibration data take. */
export const DEFAULT_COMPILER_MEMORY = 2 ** 30;

/**
 * The memory that one run may take for what files ask of it: bytes read, inflated, written out from sparse forms, and
 * computed from constants. A few bytes can ask for any amount, so each part is counted before it is made.
 */
export class MemoryBudget {
  readonly bytes: number;
  #left: number;

  constructor(bytes = DEFAULT_COMPILER_MEMORY) {
    this.bytes = bytes;
    this.#left = bytes;
  }

  /** Counts `bytes` more for `what`. Throws UserError TOO_LARGE. */
  take(bytes: number, what: string): void {
    if (bytes > this.#left) throw tooLarge(bytes, what, this.bytes, this.bytes - this.#left);
    this.#left -= bytes;
  }
}

function tooLarge(bytes: number, what: string, limit: number, taken: number): UserError {
  const number = (value: number) => value.toLocaleString('en-US');
  return new UserError({
    code: 'TOO_LARGE',
    message: `${what} takes too much memory`,
    because: [`it takes ${number(bytes)} B; of ${number(limit)} B, ${number(taken)} B are taken already`],
    hint: 'if you trust the files, raise the limit with --compiler-memory',
  });
}
