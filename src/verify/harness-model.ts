import { accessorNames } from '../codegen/port-names.ts';
import type { MemoryPlan, Port, Program } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { HarnessModel, HarnessPort } from './harness.ts';

/** What the harness must know about the C that emitC() makes of a program. */
export function harnessModel(program: Program, plan: Pick<MemoryPlan, 'arenaBytes'>): HarnessModel {
  const described = (role: 'input' | 'output', ports: readonly Port[]): HarnessPort[] =>
    accessorNames(program.name, role, ports).map((accessor, i) => ({ accessor, bytes: arenaBytes(ports[i]!.type) }));
  return {
    prefix: program.name,
    arenaBytes: Math.max(1, plan.arenaBytes), // C has no empty structs
    inputs: described('input', program.inputs),
    outputs: described('output', program.outputs),
    layers: program.calls.map((call) => ({ bytes: call.result ? arenaBytes(call.result.type) : 0 })),
  };
}
