import type { TensorType, ValueName } from '../ir/types.ts';
import { badModel, show } from './bad-model.ts';
import type { RawGraph, RawTensorType, RawValue } from './border/raw-model.ts';
import { nameOfCode } from './data-types.ts';
import type { FlatModel } from './flatten.ts';

/** Shapes that are told one by one. */
const TOLD = 3;

/**
 * What a file declares its outputs and the values inside to be. Another element type than it is contradicts itself, and onnxruntime
 * refuses it too; another shape it takes with a warning, as we do with a remark: shapes are computed, not believed.
 */
export function checkDeclared(
  { outputs, values }: RawGraph,
  flat: FlatModel,
  types: ReadonlyMap<ValueName, TensorType>,
  remark: (text: string) => void = () => undefined,
): void {
  const inside = new Set(flat.nodes.flatMap((node) => node.outputs));
  const declared = [
    ...outputs.map((value, i) => ({ value, what: 'graph output', found: types.get(flat.outputs[i]!) })),
    ...values
      .filter(({ name }) => inside.has(name))
      .map((value) => ({ value, what: 'value', found: types.get(value.name) })),
  ];
  const wrong: string[] = [];
  for (const { value, what, found } of declared) {
    const type = tensorOf(value);
    if (!found || !type) continue;
    checkElements(what, value.name, type, found);
    if (!fits(type.shape, found.shape))
      wrong.push(`the ${what} ${show(value.name)} is declared as ${shapeText(type.shape)}, but is [${found.shape}]`);
  }
  for (const text of wrong.slice(0, TOLD)) remark(text);
  if (wrong.length > TOLD)
    remark(`${wrong.length - TOLD} more values are declared to be of other shapes than they are`);
}

function tensorOf({ type }: RawValue): RawTensorType | null {
  return type === null || typeof type === 'string' ? null : type;
}

function checkElements(what: string, name: string, { code }: RawTensorType, { dtype }: TensorType): void {
  const said = nameOfCode(code);
  if (code === 0 || said === dtype) return;
  const hint = what === 'value' ? 'correct its declared type' : 'correct its declared type, or add a Cast before it';
  badModel(`the ${what} ${show(name)} is declared as ${said}, but is ${dtype}`, undefined, hint);
}

/** What is open, a symbol or none of a tensor's sizes fits any number. */
function fits(declared: RawTensorType['shape'], shape: readonly number[]): boolean {
  if (declared === null) return true;
  const isOpen = (size: number | string | null) => typeof size !== 'number' || size < 0;
  return declared.length === shape.length && declared.every((size, d) => isOpen(size) || size === shape[d]);
}

function shapeText(shape: RawTensorType['shape']): string {
  return `[${(shape ?? []).map((size) => size ?? '?').join()}]`;
}
