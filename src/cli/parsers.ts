import { InvalidArgumentError } from 'commander';

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

/** 'height=96', several times. */
export function dimension(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const at = text.lastIndexOf('=');
  const value = Number(text.slice(at + 1));
  if (at <= 0 || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Must look like name=96 with a whole number from 1.');
  }
  return { ...before, [text.slice(0, at)]: value };
}
