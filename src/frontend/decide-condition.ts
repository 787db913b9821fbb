import type { Tensor, TensorType, ValueName } from '../ir/types.ts';
import { findOp } from '../ops/index.ts';
import { UserError } from '../support/errors.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';
import { discoverTypes } from './discover-types.ts';
import type { FlatNode } from './flat-node.ts';
import type { Decide } from './flatten.ts';
import { foldValue } from './fold-shape-inputs.ts';
import { commonOpset } from './opset.ts';

/** Nodes looked at for all conditions together; beyond them an If counts as undecided, which keeps hostile files cheap. */
const MAX_WORK = 500_000;

/** Decides the Ifs whose condition follows from constants and from the shapes of values: exporters write such branches. */
export function conditionDecider(inputs: ReadonlyMap<ValueName, TensorType>, memory: MemoryBudget): Decide {
  const computed = new Map<ValueName, boolean | null>();
  let work = 0;
  return async (condition, nodes, constants) => {
    const constant = constants.get(condition);
    if (constant) return asBoolean(constant);
    if (!computed.has(condition)) {
      work += nodes.length;
      const before = work <= MAX_WORK ? ancestors(condition, nodes, inputs, constants) : null;
      computed.set(condition, before && (await compute(condition, before, inputs, constants, memory)));
    }
    return computed.get(condition) ?? null;
  };
}

/** The nodes a value is made of, or null when one of them or a source of theirs cannot be used. */
function ancestors(
  value: ValueName,
  nodes: readonly FlatNode[],
  inputs: ReadonlyMap<ValueName, TensorType>,
  constants: ReadonlyMap<ValueName, Tensor>,
): FlatNode[] | null {
  const missing = new Set<ValueName>([value]);
  const found: FlatNode[] = [];
  for (let i = nodes.length - 1; i >= 0 && missing.size > 0; i--) {
    const node = nodes[i];
    if (!node.outputs.some((output) => output && missing.has(output))) continue;
    if (node.refused !== null || !findOp(node.domain, node.op)) return null;
    found.push(node);
    for (const output of node.outputs) if (output) missing.delete(output);
    for (const input of node.inputs) if (input && !inputs.has(input) && !constants.has(input)) missing.add(input);
  }
  return missing.size === 0 ? found.reverse() : null;
}

async function compute(
  condition: ValueName,
  nodes: readonly FlatNode[],
  inputs: ReadonlyMap<ValueName, TensorType>,
  constants: ReadonlyMap<ValueName, Tensor>,
  memory: MemoryBudget,
): Promise<boolean | null> {
  const opset = commonOpset(nodes);
  if (opset === null) return null;
  const graph = { nodes, inputs, constants, opset };
  try {
    const tensor = await foldValue(graph, await discoverTypes(graph, memory), condition, memory);
    return tensor && asBoolean(tensor);
  } catch (error) {
    if (error instanceof UserError && error.problem.code !== 'TOO_LARGE') return null;
    throw error;
  }
}

function asBoolean(tensor: Tensor): boolean | null {
  return tensor.dtype === 'bool' && tensor.data.length === 1 ? Boolean(tensor.data[0]) : null;
}
