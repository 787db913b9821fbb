import { accessorNames } from '../codegen/port-names.ts';
import type { MemoryPlan, Port, Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import { bytesPerElement } from '../numerics/dtype.ts';
import type { HarnessModel, HarnessPort } from './harness.ts';

/** What the harness must know about the C that emitC() makes of a program. */
export function harnessModel(program: Program, plan: Pick<MemoryPlan, 'arenaBytes'>): HarnessModel {
  const described = (role: 'input' | 'output', ports: readonly Port[]): HarnessPort[] =>
    accessorNames(program.name, role, ports).map((accessor, i) => ({ accessor, bytes: portBytes(ports[i]!) }));
  return {
    prefix: program.name,
    arenaBytes: plan.arenaBytes,
    inputs: described('input', program.inputs),
    outputs: described('output', program.outputs),
    layers: program.calls.map((call) => ({ bytes: call.result ? portBytes(call.result) : 0 })),
  };
}

/** Bytes of a value as the generated C holds it. */
export function portBytes(port: Port): number {
  return elementCount(port.shape) * bytesPerElement(port.type.dtype);
}
