import type { Buffer, BufferId, Call, Port, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import { copyCall } from '../roll/copy-call.ts';
import { type Concat, readConcat } from './read-concat.ts';

/**
 * An output that is a row of something larger too, as the last state of a recurrent layer is of all its states, is computed among
 * the other rows and copied from there: the steps are alike, and one loop. Else the row would be the copy.
 */
export function rowsOfOutputs(program: Program): Program {
  return program.calls.reduce((all, { symbol, template }) => {
    const call = template === 'concat' ? all.calls.find((one) => one.symbol === symbol) : undefined;
    const concat = call ? readConcat(call) : null;
    const row = concat && rowOf(all, concat);
    return row ? detached(all, row, symbol) : all;
  }, program);
}

/** The only row that is not computed in a place of its own choice. */
function rowOf({ buffers }: Program, { reads, blocks }: Concat): Buffer | null {
  const rows = reads.map(({ buffer }) => must(buffers[buffer], `buffer ${buffer}`));
  const [row, ...others] = rows.filter(({ role, within }) => role !== 'activation' || within !== null);
  const alike = rows.length > 2 && rows.every(({ bytes }, i) => bytes === rows[0].bytes && bytes === blocks[i].bytes);
  return alike && row?.role === 'output' && row.within === null && others.length === 0 ? row : null;
}

function detached(program: Program, output: Buffer, concat: string): Program {
  const row: Buffer = { ...output, id: program.buffers.length, role: 'activation' };
  const place = (buffer: BufferId) => (buffer === output.id ? row.id : buffer);
  const port = <P extends Port | null>(given: P) => given && { ...given, buffer: place(given.buffer) };
  const moved = (call: Call): Call => ({
    ...call,
    result: port(call.result),
    ...(call.also && { also: call.also.map(port) }),
    arguments: call.arguments.map((argument) => ({ ...argument, buffer: place(argument.buffer) })),
    overlaps: call.overlaps.map((one) => ({ ...one, read: place(one.read), write: place(one.write) })),
  });
  const copy = copyCall(
    `row${row.id}_output`,
    output.name,
    { buffer: row.id },
    output.id,
    output.bytes,
    'of a row that is an output',
  );
  return {
    ...program,
    buffers: [...program.buffers, row],
    calls: program.calls.flatMap((call) => (call.symbol === concat ? [moved(call), copy] : [moved(call)])),
  };
}
