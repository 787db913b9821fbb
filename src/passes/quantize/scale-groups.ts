import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';

/** Values that share one scale (union-find over names). */
export interface ScaleGroups {
  join(a: ValueName, b: ValueName): void;
  /** All that share the scale of this value, itself included. */
  members(value: ValueName): readonly ValueName[];
}

/** At first those that the graph ties. */
export function createScaleGroups({ ties = [] }: Pick<Graph, 'ties'>): ScaleGroups {
  const parent = new Map<ValueName, ValueName>();
  const members = new Map<ValueName, ValueName[]>();
  const find = (value: ValueName): ValueName => {
    const up = parent.get(value);
    return up === undefined ? value : find(up);
  };
  const groups: ScaleGroups = {
    join(a, b) {
      const [x, y] = [find(a), find(b)];
      if (x === y) return;
      parent.set(y, x);
      members.set(x, [...(members.get(x) ?? [x]), ...(members.get(y) ?? [y])]);
    },
    members: (value) => members.get(find(value)) ?? [value],
  };
  for (const [first, ...others] of ties) for (const other of others) groups.join(first, other);
  return groups;
}

/** The groups of a float graph if every node that can became integer. */
export function scaleGroups(graph: Graph): ScaleGroups {
  const groups = createScaleGroups(graph);
  for (const node of graph.nodes) {
    const rule = findOp(node.domain, node.op)?.quantize;
    if (!rule || rule.refuse?.(node, graph)) continue;
    const outputs = node.outputs
      .filter((output) => output !== null)
      .filter((output) => graph.types.get(output)?.dtype === 'f32');
    if (rule.output === 'as-input') for (const output of outputs) groups.join(node.inputs[0]!, output);
    if (rule.output === 'shared') joinShared(groups, graph, node);
  }
  return groups;
}

/** The numbers that a node joins, and the result; what it chooses by is none. */
export function joinShared(groups: ScaleGroups, { types }: Graph, { inputs, outputs }: Node): void {
  for (const input of inputs) if (types.get(input!)?.dtype !== 'bool') groups.join(input!, outputs[0]!);
}
