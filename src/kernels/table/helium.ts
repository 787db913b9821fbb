import type { Job, Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';

/** The code of each result by the code of the input: table[code + half of its length]. */
export interface TableJob extends Job {
  readonly elements: number;
  /** 2^bits of them. */
  readonly codes: Int8Array;
  readonly comment: string;
}

/** 16 elements at a time, in whatever order they lie. */
export const tableHeliumS8: Kernel<TableJob> = {
  id: 'table_helium_s8',
  needs: ['mve'],
  tile: null,
  accepts: ({ codes }) => codes.length === 256 || 'its codes have 4 bits',
  scratchBytes: () => 0,
  overlap: () => ({ atLeast: 0 }),
  work: ({ elements }) => ({ instructions: (5 * elements) / 16 + 10 }),
  tableBytes: ({ codes }) => codes.length,
  build({ elements, codes, comment }, lower) {
    const x = lower.read(0, 'any');
    const y = lower.write(0, x.storage);
    const table = lower.table('table', 'i8', codes, 'parameters', comment);
    return {
      ...kernelCall('nn_table_helium_s8', null, [{ elements }, x.name, table, y.name]),
      summary: `table, ${elements} elements`,
      overlap: [{ read: x, distance: 0 }],
    };
  },
};
