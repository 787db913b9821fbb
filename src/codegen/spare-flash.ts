import type { Call, Program } from '../ir/program.ts';
import { CONV_KERNELS, DENSE_KERNELS } from '../kernels/index.ts';
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

/** Of what few bits save beside it, the part that a table of pairs may take: the code that looks weights up takes as much again. */
const MOST_OF_SAVED = 1 / 4;

/**
 * Kernels that look weights up in pairs, where a table for that in flash takes more than its part of what weights of few bits save:
 * layers give them up. `bytesProgram`: the same with weights as bytes.
 */
export function sparePairs(
  lower: (without: Without) => Program,
  bytesProgram: () => Program | null,
  without: Without,
  pins: ReadonlyMap<string, string> = new Map(),
): Without {
  const program = lower(without);
  const paired = program.calls.filter(({ kernel = '', node }) => kernel.endsWith('_pairs') && !pins.has(node));
  const asBytes = paired.length > 0 ? bytesProgram() : null;
  if (asBytes === null) return without;
  const looked = new Set(paired.flatMap(({ constants }) => constants.filter((symbol) => PAIRS.test(symbol))));
  const pairs = program.tables.filter(({ symbol }) => looked.has(symbol));
  const bytes = tableBytes({ ...program, tables: pairs, calls: [] });
  const saved = tableBytes(asBytes) - tableBytes(program) + bytes;
  if (bytes <= saved * MOST_OF_SAVED) return without;
  const reason = `its table takes ${bytes} bytes of flash, and few bits save ${Math.max(0, saved)} in all weights`;
  const refused = PAIR_KERNELS.map((kernel) => ({ kernel, reason }));
  return new Map([
    ...without,
    ...paired.map(({ node }) => [node, [...(without.get(node) ?? []), ...refused]] as const),
  ]);
}

/** Symbols of tables of pairs (packing/pair-table.ts). */
const PAIRS = /_pairs\d*$/;
const PAIR_KERNELS = [...new Set([...CONV_KERNELS, ...DENSE_KERNELS].map(({ id }) => id))].filter((id) =>
  id.endsWith('_pairs'),
);

/** Of one call, or of all, with weights that are instructions. */
function tableBytes({ tables, calls }: Program, call?: Call): number {
  const asked = call ? tables.filter(({ symbol }) => call.constants.includes(symbol)) : tables;
  const bytes = asked.reduce((sum, { data }) => sum + data.length * data.BYTES_PER_ELEMENT, 0);
  return (call ? [call] : calls).reduce((sum, { codeBytes = 0 }) => sum + codeBytes, bytes);
}
