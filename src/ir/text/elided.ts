import { fingerprint } from '../tensor.ts';
import type { Tensor, TensorType, TypedArray, ValueName } from '../types.ts';
import type { Scanner } from './scanner.ts';

/** What a text left out: constants (and long lists of scales) printed as a hash are looked up here by value name. */
export interface Elided {
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  readonly types?: ReadonlyMap<ValueName, TensorType>;
}

export function parseHashed<T extends TypedArray>(scan: Scanner, known: T | undefined, what: string): T {
  const token = scan.take();
  const hash = `#${scan.take().text}`;
  if (!known)
    return scan.fail(
      `this ${what} is too long for the text form and printed as a hash; pass the graph it was printed from`,
      token,
    );
  if (fingerprint(known) !== hash) scan.fail(`the ${what} passed along has another hash, ${fingerprint(known)}`, token);
  return known;
}
