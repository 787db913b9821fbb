import type { Table } from './program.ts';

/** Bytes of weights in a table, and of everything derived for a kernel. */
export function bytesByKind({ kind, data, parameterBytes = 0 }: Table): { weights: number; parameters: number } {
  const bytes = data.byteLength;
  if (kind === 'parameters') return { weights: 0, parameters: bytes };
  return { weights: bytes - parameterBytes, parameters: parameterBytes };
}
