import { executions } from '../ir/loops.ts';
import type { Port, Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';

/** A value that a run of the generated C shows, and where in the trace it stands. */
export interface TracedValue {
  /** Among the results of all calls, see HarnessStep. */
  readonly index: number;
  readonly layer: string;
  readonly port: Port;
}

/** Values that a call completes and the oracle knows as well. */
export function tracedValues(program: Program, oracle: Graph): TracedValue[] {
  const shown = executions(program).flatMap(({ call, result, also = [] }) =>
    [result, ...also].map((port) => ({ layer: call.symbol, port })),
  );
  return shown.flatMap(({ layer, port }, index) =>
    port && oracle.types.has(port.value) && !oracle.constants.has(port.value) ? [{ index, layer, port }] : [],
  );
}
