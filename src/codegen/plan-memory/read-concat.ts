import type { Argument, Call, Json } from '../../ir/program.ts';

/** Block i of a concatenation: `bytes` of the i-th input go to byte `offset` of each outer row of the result. */
export interface Block {
  readonly bytes: number;
  readonly offset: number;
}

export interface Concat {
  readonly reads: readonly Argument[];
  readonly write: Argument;
  readonly blocks: readonly Block[];
}

/**
 * Calls with template 'concat' have arguments x0 .. xn (read) and then y (write), and params { outer, blocks: [{ bytes, offset }] };
 * only outer = 1 leaves each input in one run of bytes. Null for others.
 */
export function readConcat(call: Call): Concat | null {
  const { outer, blocks } = call.params;
  const reads = call.arguments.filter((argument) => argument.access === 'read');
  const writes = call.arguments.filter((argument) => argument.access === 'write');
  if (call.template !== 'concat' || outer !== 1 || !Array.isArray(blocks) || writes.length !== 1) return null;
  if (blocks.length !== reads.length || !blocks.every(isBlock)) return null;
  return { reads, write: writes[0], blocks };
}

function isBlock(value: Json): value is { readonly bytes: number; readonly offset: number } {
  if (typeof value !== 'object' || value === null || !('bytes' in value) || !('offset' in value)) return false;
  return typeof value.bytes === 'number' && typeof value.offset === 'number';
}
