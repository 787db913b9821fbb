import type { Argument, BufferId, Call } from '../../ir/program.ts';

/** Bytes brought to where another turn, or another run, looks for them. */
export function copyCall(
  symbol: string,
  name: string,
  from: Pick<Argument, 'buffer' | 'stride'>,
  to: BufferId,
  bytes: number,
  purpose: string,
): Call {
  return {
    symbol,
    op: 'Copy',
    node: name,
    template: 'copy_bytes',
    params: { x: 'x', y: 'y', bytes },
    arguments: [
      { name: 'x', ctype: 'uint8_t', access: 'read', ...from },
      { name: 'y', ctype: 'uint8_t', access: 'write', buffer: to },
    ],
    overlaps: [],
    macs: 0,
    constants: [],
    summary: `${bytes} bytes ${purpose}`,
    result: null,
  };
}
