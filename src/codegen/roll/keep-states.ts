import { loopAt } from '../../ir/loops.ts';
import type { Argument, BufferId, Call, Loop, Port, Program } from '../../ir/program.ts';
import { invariant, must } from '../../support/errors.ts';
import { copyCall } from './copy-call.ts';
import { type Buffers, rootOf } from './trails.ts';
import { withUsedBuffers } from './used-buffers.ts';

/**
 * What a run leaves for the next one lies where that finds it: the output of a state is written over its input where nothing reads
 * the old one any more, else copied there at the end.
 */
export function keepStates(program: Program): Program {
  const { states = [] } = program;
  if (states.length === 0) return program;
  const kept = states.reduce((all, state) => keep(all, state.input.buffer, state.output.buffer), program);
  return withUsedBuffers(kept, new Map(kept.buffers.map((buffer) => [buffer.id, buffer])));
}

function keep(program: Program, input: BufferId, output: BufferId): Program {
  const buffers: Buffers = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const [home, result] = [input, output].map((id) => must(buffers.get(id), `buffer ${id}`));
  invariant(home.bytes === result.bytes, 'a state is as large as what it becomes');
  const isOwn = result.within === null && !program.buffers.some(({ within }) => within?.buffer === output);
  return isOwn && diesFirst(program, buffers, input, output)
    ? inPlace(program, input, output)
    : copied(program, input, output);
}

/** Whether no call reads the old state when the new one is there; a copy of one to the other begins a loop. */
function diesFirst({ calls, loops }: Program, buffers: Buffers, input: BufferId, output: BufferId): boolean {
  const touching = (buffer: BufferId, access: (argument: Argument) => boolean) =>
    calls.flatMap((call, index) =>
      !isCopy(call, input, output) &&
      call.arguments.some((one) => access(one) && rootOf(buffers, one.buffer).root === buffer)
        ? [index]
        : [],
    );
  const reads = touching(input, () => true);
  const writes = touching(output, ({ access }) => access !== 'read');
  const begins = calls.findIndex((call) => isCopy(call, input, output));
  const first = Math.min(
    begins < 0 ? calls.length : begins,
    ...writes.map((index) => loopAt(loops, index)?.first ?? index),
  );
  return reads.every((index) => index < first);
}

function isCopy({ template, arguments: all }: Call, from: BufferId, to: BufferId): boolean {
  return template === 'copy_bytes' && all[0].buffer === from && all[1].buffer === to;
}

function inPlace(program: Program, input: BufferId, output: BufferId): Program {
  const place = (buffer: BufferId) => (buffer === output ? input : buffer);
  const port = <P extends Port | null>(given: P) => given && { ...given, buffer: place(given.buffer) };
  const ports = <T extends Pick<Call, 'result' | 'also'>>(given: T) => ({
    ...given,
    result: port(given.result),
    ...(given.also && { also: given.also.map(port) }),
  });
  const moved = program.calls.map((call) => ({
    ...ports(call),
    ...(call.turns && { turns: call.turns.map(ports) }),
    arguments: call.arguments.map((argument) => ({ ...argument, buffer: place(argument.buffer) })),
    overlaps: call.overlaps.map((one) => ({ ...one, read: place(one.read), write: place(one.write) })),
  }));
  const gone = program.calls.findIndex((call) => isCopy(call, input, output));
  const loops = program.loops?.map(
    (loop): Loop => ({ ...loop, first: loop.first - (gone >= 0 && gone < loop.first ? 1 : 0) }),
  );
  return {
    ...program,
    calls: moved.filter((_, index) => index !== gone),
    ...(loops && { loops }),
    outputs: program.outputs.map(port),
    states: (program.states ?? []).map((state) => ({ input: state.input, output: port(state.output) })),
  };
}

function copied(program: Program, input: BufferId, output: BufferId): Program {
  const { bytes, name } = program.buffers[output];
  const call = copyCall(`keep${input}_state`, name, { buffer: output }, input, bytes, 'for the next run');
  return { ...program, calls: [...program.calls, call] };
}
