import { accessorNames, fedPort, outputAccessors, returnsCode } from '../codegen/port-names.ts';
import { executions, strideOf } from '../ir/loops.ts';
import type { MemoryPlan, Port, Program } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { HarnessModel, HarnessPort } from './harness.ts';

/** What the harness must know about the C that emitC() makes of a program. */
export function harnessModel(program: Program, plan: Pick<MemoryPlan, 'arenaBytes' | 'offsets'>): HarnessModel {
  const described = (accessor: string, { type, buffer }: Port): HarnessPort => {
    return { accessor, bytes: arenaBytes(type), offset: plan.offsets.get(buffer) ?? 0 };
  };
  const fed = fedPort(program);
  const inputs = accessorNames(program.name, 'input', program.inputs);
  return {
    prefix: program.name,
    arenaBytes: Math.max(1, plan.arenaBytes), // C has no empty structs
    inputs: inputs.map((accessor, i) => {
      const port = program.inputs[i]!;
      return port === fed?.port ? { ...described('', port), fed: true } : described(accessor, port);
    }),
    outputs: outputAccessors(program).map(({ accessor, port, counts }) => described(counts ? '' : accessor, port)),
    ...(fed && { fed: { rows: fed.rows, rowBytes: fed.rowBytes } }),
    returns: returnsCode(program),
    ...(program.states && {
      states: program.states.map(({ input }) => ({
        offset: plan.offsets.get(input.buffer) ?? 0,
        bytes: arenaBytes(input.type),
      })),
    }),
    steps: executions(program).map(({ call, index, turn, result, also = [] }) => ({
      layer: index,
      bytes: result ? arenaBytes(result.type) : 0,
      also: also.map(({ type, buffer }) => ({
        bytes: arenaBytes(type),
        offset: (plan.offsets.get(buffer) ?? 0) + turn * strideOf(call, buffer),
      })),
    })),
  };
}
