import type { Tensor, ValueName } from '../ir/types.ts';
import { readNpz, writeNpz } from '../numerics/npz.ts';
import { UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import type { Best, Checkpoint, Epoch } from './trainer.ts';

const VERSION = 1;

/** What the entry 'meta' holds, as JSON. Numbers that JSON lacks (NaN, infinities) are texts. */
interface Meta {
  readonly version: number;
  readonly epoch: number;
  /** Loss and validation of each epoch. */
  readonly history: readonly (readonly [Num, Num | null])[];
  /** Names of the arrays value-0, value-1, ... */
  readonly values: readonly ValueName[];
  /** `names` of the arrays best-0, ...; null: they are those of `values`. */
  readonly best: {
    readonly epoch: number;
    readonly validation: Num;
    readonly names: readonly ValueName[] | null;
  } | null;
}
type Num = number | string;

/**
 * A checkpoint as an NPZ file: arrays `value-N` and `best-N`, and `meta`, a JSON text in bytes that names them. Reading
 * gives the same numbers, bit for bit.
 */
export function encodeCheckpoint({ epoch, values, history, best }: Checkpoint): Uint8Array {
  const apart = best !== null && best.values !== values;
  const meta: Meta = {
    version: VERSION,
    epoch,
    history: history.map(({ loss, validation }) => [numeral(loss), validation === null ? null : numeral(validation)]),
    values: [...values.keys()],
    best: best && {
      epoch: best.epoch,
      validation: numeral(best.validation),
      names: apart ? [...best.values.keys()] : null,
    },
  };
  const text = new TextEncoder().encode(JSON.stringify(meta));
  const arrays = (prefix: string, map: ReadonlyMap<ValueName, Tensor>) =>
    [...map.values()].map((tensor, i) => [`${prefix}-${i}`, tensor] as const);
  return writeNpz(
    new Map<string, Tensor>([
      ['meta', { dtype: 'u8', shape: [text.length], data: text }],
      ...arrays('value', values),
      ...(apart ? arrays('best', best.values) : []),
    ]),
    false,
  );
}

/** Throws UserError BAD_DATA for bytes that are no checkpoint. `where`: the file's name. */
export function decodeCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  try {
    return decode(readNpz(bytes, where, new MemoryBudget(Number.POSITIVE_INFINITY)));
  } catch (cause) {
    const because = [cause instanceof Error ? cause.message : String(cause)];
    const hint = 'take it away to begin this part of the training again';
    throw new UserError({ code: 'BAD_DATA', message: `the checkpoint ${where} is damaged`, because, hint }, { cause });
  }
}

function decode(arrays: ReadonlyMap<string, () => Tensor>): Checkpoint {
  const meta: Meta = JSON.parse(new TextDecoder().decode(arrayOf(arrays, 'meta').data as Uint8Array));
  if (meta.version !== VERSION) throw new Error(`its version is ${meta.version}, not ${VERSION}`);
  if (!Number.isInteger(meta.epoch) || meta.epoch !== meta.history.length) throw new Error('its epochs are wrong');
  const read = (prefix: string, names: readonly ValueName[]) =>
    new Map(names.map((name, i) => [name, arrayOf(arrays, `${prefix}-${i}`)]));
  const values = read('value', meta.values);
  const history = meta.history.map(
    ([loss, validation]): Epoch => ({
      loss: Number(loss),
      validation: validation === null ? null : Number(validation),
    }),
  );
  const { best } = meta;
  return {
    epoch: meta.epoch,
    values,
    history,
    best: best && bestOf(best, best.names === null ? values : read('best', best.names)),
  };
}

function bestOf({ epoch, validation }: { epoch: number; validation: Num }, values: Best['values']): Best {
  return { epoch, validation: Number(validation), values };
}

function arrayOf(arrays: ReadonlyMap<string, () => Tensor>, name: string): Tensor {
  const read = arrays.get(name);
  if (read) return read();
  throw new Error(`it has no array '${name}'`);
}

function numeral(value: number): Num {
  return Number.isFinite(value) ? value : String(value);
}
