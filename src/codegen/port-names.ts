import type { Port, Program } from '../ir/program.ts';
import { arenaBytes } from '../ir/tensor.ts';
import { must } from '../support/errors.ts';
import { uniqueIdentifiers } from '../support/names.ts';

/** C accessors of a model's inputs or outputs: kws_input, or kws_input_<name> when there are several. */
export function accessorNames(model: string, role: 'input' | 'output', ports: readonly Port[]): string[] {
  if (ports.length === 1) return [`${model}_${role}`];
  return uniqueIdentifiers(
    ports.map((port) => port.value),
    role,
  ).map((name) => `${model}_${role}_${name}`);
}

/** An output that is handed out as it lies in the arena, or the number of elements that some of these have. */
export interface OutputAccessor {
  readonly port: Port;
  readonly accessor: string;
  readonly counts: boolean;
}

/** kws_output, and kws_output_count where the data say how long it is. */
export function outputAccessors({ name, outputs, sizes = [] }: Program): OutputAccessor[] {
  const isCount = ({ value }: Port) => sizes.some(({ count }) => count === value);
  const plain = outputs.filter((port) => !isCount(port));
  const names = new Map(accessorNames(name, 'output', plain).map((accessor, i) => [plain[i]!.value, accessor]));
  return outputs.map((port) => {
    const counted = sizes.find(({ count }) => count === port.value);
    if (!counted) return { port, accessor: names.get(port.value)!, counts: false };
    return { port, accessor: `${names.get(counted.output)}_count`, counts: true };
  });
}

/** Whether a run returns a code: where the data say how many results there are, and where rows may be missing. */
export function returnsCode({ calls, sizes = [], fed }: Program): boolean {
  return fed !== undefined || sizes.length > 0 || calls.some(({ limit }) => limit);
}

/** The input that comes row by row. */
export interface FedPort {
  readonly port: Port;
  readonly accessor: string;
  readonly rows: number;
  readonly rowBytes: number;
  /** Index of the call that takes them. */
  readonly call: number;
}

export function fedPort({ name, inputs, fed, calls }: Program): FedPort | null {
  if (fed === undefined) return null;
  const at = inputs.findIndex(({ value }) => value === fed);
  const call = calls.findIndex(({ rowLoop }) => rowLoop?.fed);
  const { rows } = must(calls[call].rowLoop?.fed, fed);
  const port = inputs[at];
  return {
    port,
    accessor: accessorNames(name, 'input', inputs)[at],
    rows,
    rowBytes: arenaBytes(port.type) / rows,
    call,
  };
}
