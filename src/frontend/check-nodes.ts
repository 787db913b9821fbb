import { AttributeError } from '../ir/attributes.ts';
import type { Graph, Node } from '../ir/types.ts';
import { findOp } from '../ops/index.ts';
import { firstBroken } from '../ops/support/rules.ts';
import { UserError } from '../support/errors.ts';
import { showNode } from './bad-model.ts';
import { nodeFacts } from './node-facts.ts';
import { whatLacks } from './what-lacks.ts';

/** More broken nodes than these are counted, not printed. */
const MAX_LINES = 50;

/**
 * Holds every node to the rules of its operator: what onnxruntime says only when its kernel runs, and the C could not say
 * at all. Throws BAD_MODEL that names them, UNSUPPORTED on what onnxruntime does not compute.
 */
export function checkNodes(graph: Graph): void {
  for (const node of graph.nodes) {
    const lacks = whatLacks(node, graph.types, graph.constants);
    if (lacks) throw lacks;
  }
  const broken = graph.nodes.flatMap((node) => {
    const why = whatIsWrong(graph, node);
    return why === null ? [] : [{ node, why }];
  });
  if (broken.length === 0) return;
  const lines = broken.map(({ node, why }) => `${describe(graph, node)}: ${why}`);
  throw new UserError({
    code: 'BAD_MODEL',
    message:
      broken.length === 1
        ? 'a node breaks the rules of its operator'
        : `${broken.length} nodes break the rules of their operators`,
    where: showNode(broken[0].node),
    because: lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`] : lines,
    hint: 'onnxruntime refuses such a node when it runs it; export the model again, or mend the node',
  });
}

function whatIsWrong(graph: Graph, node: Node): string | null {
  const rules = findOp(node.domain, node.op)?.check ?? [];
  try {
    return firstBroken(rules, nodeFacts(node, graph.types, graph.constants));
  } catch (error) {
    if (error instanceof AttributeError) return error.message;
    throw error;
  }
}

/** Conv 'block2/conv' (f32[1,4,8,8], f32[4,4,3,3]) */
function describe(graph: Graph, node: Node): string {
  const shown = node.inputs.map((value) => {
    const type = value === null ? undefined : graph.types.get(value);
    return type ? `${type.dtype}[${type.shape.join(',')}]` : '-';
  });
  return `${showNode(node)} (${shown.join(', ')})`;
}
