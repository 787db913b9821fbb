import type { DType } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { badModel, show } from './bad-model.ts';
import type { RawTensorType, RawValue } from './border/raw-model.ts';
import { countElements } from './border/tensor-data.ts';
import { dtypeOfCode, nameOfCode } from './data-types.ts';

export interface DimensionOptions {
  /** Numbers for symbolic dimensions; one without a name is called 'input:axis'. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** For a leading dimension, or one named like a batch, that has no number; default 1. */
  readonly batch?: number;
}

export interface BoundInput {
  readonly name: string;
  /** A string tells why the input cannot be used. */
  readonly type: { readonly dtype: DType; readonly shape: readonly number[] } | string;
  /** Dimensions without a number that were taken for the batch, by the name that --dim knows them by. */
  readonly assumed: readonly string[];
}

/**
 * Numbers for every dimension of every input. Throws UNBOUND_DIMENSION with all that have none, and
 * BAD_ARGUMENT for numbers nobody asked for.
 */
export function bindDimensions(inputs: readonly RawValue[], options: DimensionOptions): BoundInput[] {
  const given = new Map(Object.entries(options.dimensions ?? {}));
  const batch = options.batch ?? 1;
  for (const [name, value] of [...given, ['batch', batch] as const]) checkNumber(name, value);
  const unbound = new Map<string, string>();
  const symbols = new Set<string>();

  const bind = (input: RawValue, type: RawTensorType, assumed: string[]): number[] => {
    if (!type.shape) {
      unbound.set(input.name, `input ${show(input.name)} has no shape at all`);
      return [];
    }
    return type.shape.map((dimension, axis) => {
      if (typeof dimension === 'number' && dimension >= 0) return dimension;
      if (typeof dimension === 'number' && dimension !== -1)
        badModel(`input ${show(input.name)} has a dimension ${dimension}`);
      const symbol = typeof dimension === 'string' ? dimension : `${input.name}:${axis}`;
      symbols.add(symbol);
      const takenForBatch = !given.has(symbol) && isBatch(symbol, axis);
      if (takenForBatch) assumed.push(symbol);
      const number = takenForBatch ? batch : given.get(symbol);
      if (number === undefined) unbound.set(symbol, `${show(symbol)}: dimension ${axis} of input ${show(input.name)}`);
      return number ?? 1;
    });
  };

  const bound = inputs.map((input): BoundInput => {
    const assumed: string[] = [];
    const { name } = input;
    if (typeof input.type === 'string') return { name, assumed, type: `it is ${input.type}, not a tensor` };
    if (!input.type) return badModel(`input ${show(input.name)} has no type`);
    const dtype = dtypeOfCode(input.type.code);
    const shape = bind(input, input.type, assumed);
    countElements(shape, `input ${show(input.name)}`);
    if (!dtype || dtype === 'string') {
      return { name, assumed, type: `element type ${nameOfCode(input.type.code)} is not supported` };
    }
    return { name, assumed, type: { dtype, shape } };
  });

  const unknown = [...given.keys()].filter((name) => !symbols.has(name));
  if (unknown.length > 0) refuseUnknown(unknown, symbols);
  if (unbound.size > 0) refuseUnbound(unbound);
  return bound;
}

/** The first axis is the batch by custom, unless its name says that it counts something else. */
function isBatch(symbol: string, axis: number): boolean {
  if (/batch/i.test(symbol)) return true;
  return axis === 0 && !/seq|time|len|step|frame|width|height|chan/i.test(symbol);
}

function checkNumber(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 31) return;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `the dimension ${show(name)} cannot be ${value}`,
    hint: 'give a whole number from 1 to 2147483647',
  });
}

function refuseUnknown(unknown: readonly string[], symbols: ReadonlySet<string>): never {
  const known = [...symbols].map(show).join(', ');
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `the model has no dimension ${unknown.map(show).join(', ')} to bind`,
    hint: known ? `its open dimensions are ${known}` : 'all its dimensions have numbers',
  });
}

function refuseUnbound(unbound: ReadonlyMap<string, string>): never {
  const [first] = unbound.keys();
  throw new UserError({
    code: 'UNBOUND_DIMENSION',
    message: unbound.size === 1 ? 'a dimension has no number' : `${unbound.size} dimensions have no number`,
    because: [...unbound.values()],
    hint: `give each one a number, for example ${dimFlag(first)}`,
  });
}

function dimFlag(symbol: string, value = 32): string {
  return `--dim ${/^[\w.:/-]+$/.test(symbol) ? symbol : `'${symbol}'`}=${value}`;
}

/**
 * Runs what finds out shapes. Where that fails and a dimension without a number was taken for the batch, the error says so:
 * often the first axis is no batch.
 */
export async function blamingBatch<T>(inputs: readonly BoundInput[], find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    const assumed = [...new Set(inputs.flatMap((input) => input.assumed))];
    if (!(error instanceof UserError) || assumed.length === 0) throw error;
    const { code, message, because = [] } = error.problem;
    const fits = code === 'BAD_MODEL' ? error.problem.hint === undefined : /shape of a result/.test(message);
    if (!fits) throw error;
    const taken = `${assumed.map(show).join(', ')}: no number in the model, taken for the batch`;
    const hint = `if that is no batch, give its number: ${dimFlag(assumed[0])}`;
    throw new UserError({ ...error.problem, because: [...because, taken], hint }, { cause: error });
  }
}
