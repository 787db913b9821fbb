import { InvalidArgumentError } from 'commander';
import { UserError } from '../support/errors.ts';
import { own } from '../support/own.ts';

/** For commander: a whole number from `min` to `max`. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    const upTo = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`;
    throw new InvalidArgumentError(`Must be a whole number from ${min}${upTo}.`);
  };
}

export function percentage(text: string): number {
  const value = Number(text);
  if (!(value > 50 && value <= 100)) throw new InvalidArgumentError('Must lie above 50 and up to 100.');
  return value;
}

/** A percentage from 0 to 100, as a share. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100)) throw new InvalidArgumentError('Must lie from 0 to 100.');
  return value / 100;
}

/** 'height=96', several times. */
export function dimension(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const at = text.lastIndexOf('=');
  const value = Number(text.slice(at + 1));
  if (at <= 0 || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Must look like name=96 with a whole number from 1.');
  }
  return { ...before, [text.slice(0, at)]: value };
}

export function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value === Number.POSITIVE_INFINITY) {
    throw new InvalidArgumentError('Must be a number from 0.');
  }
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || value === Number.POSITIVE_INFINITY) {
    throw new InvalidArgumentError('Must be a number above 0.');
  }
  return value;
}

/** '2000000000', '512MiB', '4GB'. */
export function byteCount(text: string): number {
  const parsed = amount(text);
  if ('bytes' in parsed && parsed.bytes >= 1) return parsed.bytes;
  throw new InvalidArgumentError('Must look like 2000000000, 512MiB or 4GB.');
}

/** Bytes, or a share of some memory. */
export type Amount = { readonly bytes: number } | { readonly share: number };

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  m: 1e6,
  g: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** '20000', '64KiB', '64k' or '50%'. */
export function amount(text: string): Amount {
  const match = /^(\d+(?:\.\d+)?) ?(%|[kmg]i?b|[kmg])?$/i.exec(text);
  const value = Number(match?.[1]);
  const unit = (match?.[2] ?? '').toLowerCase();
  if (match && value > 0 && unit === '%' && value <= 100) return { share: value / 100 };
  const factor = own(UNITS, unit) ?? own(UNITS, unit.replace(/b$/, ''));
  if (match && value > 0 && unit !== '%' && factor !== undefined) return { bytes: Math.floor(value * factor) };
  throw new InvalidArgumentError('Must look like 20000, 64KiB or 50%, and be more than 0.');
}

/** Throws UserError BAD_ARGUMENT for a share of a memory without a size. */
export function amountOf(amount: Amount, total: number, flag: string): number {
  if ('bytes' in amount) return amount.bytes;
  if (total < Number.POSITIVE_INFINITY) return Math.floor(amount.share * total);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `${flag} is a share of a memory, and this target has none`,
    hint: "give bytes, or choose a part with memory from 'nibblec targets'",
  });
}

export interface Pin {
  readonly match: string;
  readonly format: string;
}

/** 'conv1=int8', several times. */
export function formatPin(text: string, before: readonly Pin[] = []): Pin[] {
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError('Must look like layer=int8.');
  return [...before, { match: text.slice(0, at), format: text.slice(at + 1) }];
}
