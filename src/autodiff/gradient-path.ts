import { typeOf } from '../ir/graph.ts';
import { printNode } from '../ir/text.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import type { CustomGradients } from './custom-gradient.ts';
import { ruleFor } from './rules/index.ts';

/** Values that change when one of `wrt` does: float32 only, for nothing else has a gradient. */
export function dependants(graph: Graph, wrt: readonly ValueName[], custom: CustomGradients): Set<ValueName> {
  const active = new Set(wrt);
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === null || typeOf(graph, output).dtype !== 'f32') continue;
      const sources = custom.get(output)?.inputs ?? node.inputs;
      if (sources.some((input) => input !== null && active.has(input))) active.add(output);
    }
  }
  return active;
}

/** The nodes between active values and the loss, in order. */
export function pathTo(graph: Graph, loss: ValueName, active: ReadonlySet<ValueName>, custom: CustomGradients): Node[] {
  const reaching = new Set<ValueName>([loss]);
  const path: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    const outputs = node.outputs.filter((output) => output !== null && reaching.has(output) && active.has(output));
    if (outputs.length === 0) continue;
    path.push(node);
    const sources = outputs.flatMap((output) => custom.get(output!)?.inputs ?? node.inputs);
    for (const source of sources) if (source !== null) reaching.add(source);
  }
  return path.reverse();
}

/** Throws UserError UNSUPPORTED that names every node of the path without a gradient. */
export function refuseWithoutRule(graph: Graph, path: readonly Node[], custom: CustomGradients): void {
  const isCustom = (node: Node) => node.outputs.some((output) => output !== null && custom.has(output));
  const without = path.filter((node) => !isCustom(node) && ruleFor(node) === null);
  if (without.length > 0) refuseNodes(graph, without, 'there is no gradient for this operator');
}

/** Throws UserError UNSUPPORTED. */
export function refuseNodes(graph: Graph, nodes: readonly Node[], why: string): never {
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'the model cannot be differentiated',
    because: nodes.map((node) => `${printNode(graph, node)}: ${why}`),
    hint: 'train only parameters behind these nodes, or replace them',
  });
}
