import type { Port, Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';

/** A value that a run of the generated C shows, and where in the trace it stands. */
export interface TracedValue {
  /** Index of the call. */
  readonly index: number;
  readonly layer: string;
  readonly port: Port;
}

/** Values that a call completes and the oracle knows as well. */
export function tracedValues(program: Program, oracle: Graph): TracedValue[] {
  return program.calls.flatMap(({ symbol, result }, index) =>
    result && oracle.types.has(result.value) && !oracle.constants.has(result.value)
      ? [{ index, layer: symbol, port: result }]
      : [],
  );
}
