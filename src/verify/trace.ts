import type { Port, Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';

/** A value that a run of the generated C shows, and where in the trace it stands. */
export interface TracedValue {
  /** Among the results of all calls, see HarnessLayer. */
  readonly index: number;
  readonly layer: string;
  readonly port: Port;
}

/** Values that a call completes and the oracle knows as well. */
export function tracedValues(program: Program, oracle: Graph): TracedValue[] {
  const shown = program.calls.flatMap(({ symbol, result, also = [] }) =>
    [result, ...also].map((port) => ({ layer: symbol, port })),
  );
  return shown.flatMap(({ layer, port }, index) =>
    port && oracle.types.has(port.value) && !oracle.constants.has(port.value) ? [{ index, layer, port }] : [],
  );
}
