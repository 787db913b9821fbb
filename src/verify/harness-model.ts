import { accessorNames } from '../codegen/port-names.ts';
import { executions, strideOf } from '../ir/loops.ts';
import type { MemoryPlan, Port, Program } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { HarnessModel, HarnessPort } from './harness.ts';

/** What the harness must know about the C that emitC() makes of a program. */
export function harnessModel(program: Program, plan: Pick<MemoryPlan, 'arenaBytes' | 'offsets'>): HarnessModel {
  const described = (role: 'input' | 'output', ports: readonly Port[]): HarnessPort[] =>
    accessorNames(program.name, role, ports).map((accessor, i) => ({ accessor, bytes: arenaBytes(ports[i]!.type) }));
  return {
    prefix: program.name,
    arenaBytes: Math.max(1, plan.arenaBytes), // C has no empty structs
    inputs: described('input', program.inputs),
    outputs: described('output', program.outputs),
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
