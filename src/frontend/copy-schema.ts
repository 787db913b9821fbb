import type { NameKind } from './copy-names.ts';

/** What becomes of a field; a word says what is copied, or whose name it is. Fields that are not listed are left out. */
export type Action = 'copy' | NameKind | (() => Schema);
export type Schema = Readonly<Record<number, Action>>;

/** Field numbers of onnx.proto, ONNX 1.22. */
export const TENSOR: Schema = {
  ...all('copy', 1, 2, 3, 4, 5, 6, 7, 9, 10, 11),
  8: 'value',
};
const SPARSE: Schema = { 1: () => TENSOR, 2: () => TENSOR, 3: 'copy' };
const DIMENSION: Schema = { 1: 'copy', 2: 'symbol' };
const SHAPE: Schema = { 1: () => DIMENSION };
const TENSOR_TYPE: Schema = { 1: 'copy', 2: () => SHAPE };
const TYPE: Schema = {
  ...all(() => TENSOR_TYPE, 1, 8),
  ...all(() => ({ 1: () => TYPE }), 4, 9),
  5: () => ({ 1: 'copy', 2: () => TYPE }),
};
const VALUE: Schema = { 1: 'value', 2: () => TYPE };
const ATTRIBUTE: Schema = {
  ...all('copy', 2, 3, 4, 7, 8, 9, 20),
  ...all('attribute', 1, 21),
  ...all(() => TENSOR, 5, 10),
  ...all(() => GRAPH, 6, 11),
  ...all(() => TYPE, 14, 15),
  ...all(() => SPARSE, 22, 23),
};
export const NODE: Schema = {
  ...all('value', 1, 2),
  4: 'operator',
  5: () => ATTRIBUTE,
  7: 'domain',
  8: 'symbol',
};
export const GRAPH: Schema = {
  1: () => NODE,
  5: () => TENSOR,
  ...all(() => VALUE, 11, 12),
  15: () => SPARSE,
};
const IMPORT: Schema = { 1: 'domain', 2: 'copy' };
const FUNCTION: Schema = {
  1: 'operator',
  ...all('value', 4, 5),
  6: 'attribute',
  7: () => NODE,
  9: () => IMPORT,
  10: 'domain',
  11: () => ATTRIBUTE,
  13: 'symbol',
};
export const MODEL: Schema = { 1: 'copy', 8: () => IMPORT, 25: () => FUNCTION };

function all(action: Action, ...numbers: readonly number[]): Record<number, Action> {
  return Object.fromEntries(numbers.map((number) => [number, action]));
}
