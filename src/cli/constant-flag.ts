import { InvalidArgumentError } from 'commander';
import { readDataFile } from '../data/read-arrays.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { Tensor } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';

/** An input that becomes a constant: its value, or the file that holds it. */
export interface ConstantFlag {
  readonly name: string;
  readonly value: Tensor | { readonly file: string };
}

export const CONSTANT_FLAG = '--constant <name=value>';
export const CONSTANT_HELP = 'value of an input that becomes a constant: 16000, 1,2,3 or @file.npy; may be repeated';

/** 'sr=16000', 'sizes=1,2,3', 'state=@zeros.npy', several times. */
export function constant(text: string, before: readonly ConstantFlag[] = []): ConstantFlag[] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, at), text.slice(at + 1).trim()];
  if (at <= 0 || value === '') throw malformed();
  if (before.some((other) => other.name === name)) throw new InvalidArgumentError(`'${name}' is given twice.`);
  return [...before, { name, value: value.startsWith('@') ? { file: value.slice(1) } : parseTensor(value) }];
}

/** Throws UserError FILE, BAD_DATA, BAD_ARGUMENT. */
export async function readConstants(
  flags: readonly ConstantFlag[],
  memory: MemoryBudget,
): Promise<Map<string, Tensor>> {
  const constants = new Map<string, Tensor>();
  for (const { name, value } of flags) constants.set(name, 'file' in value ? await read(value.file, memory) : value);
  return constants;
}

async function read(file: string, memory: MemoryBudget): Promise<Tensor> {
  const content = await readDataFile(file, memory);
  if (content.kind === 'array') return content.array;
  throw new UserError({ code: 'BAD_ARGUMENT', message: `${file} is no single array`, hint: 'save it with numpy.save' });
}

/** Whole numbers as int64 (or uint64), so that all of their digits count; anything else as float64. */
function parseTensor(text: string): Tensor {
  const items = text.split(',').map((item) => item.trim());
  const shape = items.length === 1 ? [] : [items.length];
  if (items.every((item) => /^(true|false)$/.test(item))) {
    return tensorOf(
      'bool',
      shape,
      items.map((item) => Number(item === 'true')),
    );
  }
  if (items.every((item) => /^[+-]?\d+$/.test(item))) {
    const values = items.map((item) => BigInt(item.replace(/^\+/, '')));
    const dtype = values.every((value) => BigInt.asIntN(64, value) === value) ? 'i64' : 'u64';
    if (values.some((value) => dtype === 'u64' && BigInt.asUintN(64, value) !== value)) throw malformed();
    const data = dtype === 'i64' ? BigInt64Array.from(values) : BigUint64Array.from(values);
    return { dtype, shape, data };
  }
  return { dtype: 'f64', shape, data: Float64Array.from(items, parseNumber) };
}

function parseNumber(text: string): number {
  const special = /^([+-]?)inf$/i.exec(text);
  if (special) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw malformed();
  return value;
}

function malformed(): InvalidArgumentError {
  return new InvalidArgumentError('Must look like name=16000, name=1,2,3 or name=@file.npy.');
}
