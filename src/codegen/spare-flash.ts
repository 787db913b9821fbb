import type { Call, Program } from '../ir/program.ts';
import { CONV_KERNELS } from '../kernels/index.ts';
import { must } from '../support/errors.ts';
import type { Without } from './spare-memory.ts';

/** Left for code and libraries, which nobody knows before a compiler ran: more than any model of docs/benchmarks takes at -O2. */
export const CODE_BYTES = 16 * 1024;

/** Kernels with tables, or code, that only some goals pay for. */
const LARGE: ReadonlySet<string> = new Set(CONV_KERNELS.filter(({ goals }) => goals).map(({ id }) => id));

/**
 * Kernels with large tables that layers give up so that the tables of all of them fit the flash, the largest ones first.
 * Pinned ones stay.
 */
export function spareFlash(
  lower: (without: Without) => Program,
  flashBytes: number,
  pins: ReadonlyMap<string, string> = new Map(),
): Without {
  let without: Without = new Map();
  while (Number.isFinite(flashBytes)) {
    const program = lower(without);
    const missing = tableBytes(program) + CODE_BYTES - flashBytes;
    const large = program.calls.filter(({ kernel = '', node }) => LARGE.has(kernel) && !pins.has(node));
    if (missing <= 0 || large.length === 0) return without;
    const largest = large.reduce((a, b) => (tableBytes(program, b) > tableBytes(program, a) ? b : a));
    const bytes = tableBytes(program, largest);
    const reason = `its tables take ${bytes} bytes of flash, ${Math.max(0, bytes - missing)} are left for them`;
    without = new Map([...without, [largest.node, [{ kernel: must(largest.kernel, 'a kernel'), reason }]]]);
  }
  return without;
}

/** Of one call, or of all, with weights that are instructions. */
function tableBytes({ tables, calls }: Program, call?: Call): number {
  const asked = call ? tables.filter(({ symbol }) => call.constants.includes(symbol)) : tables;
  const bytes = asked.reduce((sum, { data }) => sum + data.length * data.BYTES_PER_ELEMENT, 0);
  return (call ? [call] : calls).reduce((sum, { codeBytes = 0 }) => sum + codeBytes, bytes);
}
