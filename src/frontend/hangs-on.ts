import { elementCount } from '../ir/shape.ts';
import type { TensorType, ValueName } from '../ir/types.ts';
import { show } from './bad-model.ts';
import type { FlatNode } from './flat-node.ts';

/** Inputs with more elements are data, not settings. */
const MAX_SETTING = 16;

/** The inputs of the graph that these values are computed from, in the order of the graph. Nodes in topological order. */
export function inputsBehind(
  values: readonly (ValueName | null)[],
  nodes: readonly FlatNode[],
  inputs: ReadonlyMap<ValueName, TensorType>,
): ValueName[] {
  const needed = new Set(values);
  for (const node of [...nodes].reverse()) {
    if (node.outputs.some((output) => output && needed.has(output))) for (const input of node.inputs) needed.add(input);
  }
  return [...inputs.keys()].filter((name) => needed.has(name));
}

/** The flag that settles what hangs on these inputs; null where one of them is data. */
export function constantFlag(names: readonly ValueName[], inputs: ReadonlyMap<ValueName, TensorType>): string | null {
  const isSetting = (name: ValueName) => elementCount(inputs.get(name)?.shape ?? []) <= MAX_SETTING;
  if (names.length === 0 || !names.every(isSetting)) return null;
  return names.map((name) => `--constant ${/^[\w.:/-]+$/.test(name) ? name : show(name)}=VALUE`).join(' ');
}

/** For messages: input 'a', 'b'. */
export function showInputs(names: readonly ValueName[]): string {
  return `${names.length === 1 ? 'input' : 'inputs'} ${names.slice(0, 8).map(show).join(', ')}`;
}
