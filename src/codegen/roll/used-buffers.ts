import type { Buffer, BufferId, Call, Port, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import type { Buffers } from './trails.ts';

/** The program with the buffers that it uses, and those that they lie in; numbers are places in the list again. */
export function withUsedBuffers(program: Omit<Program, 'buffers'>, buffers: Buffers): Program {
  const { calls, inputs, outputs } = program;
  const used = new Set<BufferId>();
  const use = (id: BufferId): void => {
    used.add(id);
    const parent = buffers.get(id)?.within?.buffer;
    if (parent !== undefined) use(parent);
  };
  for (const { buffer } of [...calls.flatMap((call) => call.arguments), ...inputs, ...outputs]) use(buffer);

  const kept = [...buffers.values()].filter(({ id }) => used.has(id));
  const numbers = new Map(kept.map(({ id }, number) => [id, number]));
  const number = (id: BufferId) => must(numbers.get(id), `buffer ${id}`);
  const port = <P extends Port | null>(given: P) => given && { ...given, buffer: number(given.buffer) };
  const ports = <T extends Pick<Call, 'result' | 'also'>>(given: T) => ({
    ...given,
    result: port(given.result),
    ...(given.also && { also: given.also.map(port) }),
  });
  const buffer = (given: Buffer, id: BufferId): Buffer => {
    return { ...given, id, within: given.within && { ...given.within, buffer: number(given.within.buffer) } };
  };
  const call = (given: Call): Call => ({
    ...ports(given),
    ...(given.turns && { turns: given.turns.map(ports) }),
    arguments: given.arguments.map((argument) => ({ ...argument, buffer: number(argument.buffer) })),
    overlaps: given.overlaps.map(({ read, write, ...rest }) => ({ ...rest, read: number(read), write: number(write) })),
  });
  const renumbered = { calls: calls.map(call), inputs: inputs.map(port), outputs: outputs.map(port) };
  return { ...program, ...renumbered, buffers: kept.map(buffer) };
}
