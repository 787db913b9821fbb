import type { TensorType, ValueName } from '../ir/types.ts';
import { badModel, show } from './bad-model.ts';
import { nameOfCode } from './data-types.ts';
import type { RawValue } from './raw-model.ts';

/** A file that declares an output to be of another element type than it is contradicts itself; onnxruntime refuses it too. */
export function checkDeclaredOutputs(
  declared: readonly RawValue[],
  outputs: readonly ValueName[],
  types: ReadonlyMap<ValueName, TensorType>,
): void {
  for (const [i, { name, type }] of declared.entries()) {
    const found = types.get(outputs[i])?.dtype;
    if (found === undefined || type === null || typeof type === 'string') continue;
    const said = nameOfCode(type.code);
    if (type.code === 0 || said === found) continue;
    badModel(
      `the graph output ${show(name)} is declared as ${said}, but is ${found}`,
      undefined,
      'correct its declared type, or add a Cast before it',
    );
  }
}
