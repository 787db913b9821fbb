import type { Buffer, BufferId, Call, Port, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import type { Buffers } from './trails.ts';

/** The program with the buffers that it uses, and those that they lie in; numbers are places in the list again. */
export function withUsedBuffers(program: Omit<Program, 'buffers'>, buffers: Buffers): Program {
  const { calls, inputs, outputs, states = [] } = program;
  const kept = states.map(({ input }) => input);
  const used = new Set<BufferId>();
  const use = (id: BufferId): void => {
    used.add(id);
    const parent = buffers.get(id)?.within?.buffer;
    if (parent !== undefined) use(parent);
  };
  for (const { buffer } of [...calls.flatMap((call) => call.arguments), ...inputs, ...outputs, ...kept]) use(buffer);

  const left = [...buffers.values()].filter(({ id }) => used.has(id));
  const numbers = new Map(left.map(({ id }, number) => [id, number]));
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
  return {
    ...program,
    calls: calls.map(call),
    inputs: inputs.map(port),
    outputs: outputs.map(port),
    ...(states.length > 0 && {
      states: states.map(({ input, output }) => ({ input: port(input), output: port(output) })),
    }),
    buffers: left.map(buffer),
  };
}
