import { constantOf, editGraph, type GraphDraft, typeOf } from '../ir/graph.ts';
import { tensorOf } from '../ir/tensor.ts';
import { printNode } from '../ir/text.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { must, UserError } from '../support/errors.ts';
import { BATCH_AXES, type BatchAxis, type BatchNode, Mixed } from './batch-axes.ts';

/**
 * The graph for `batch` samples at once: dimension 0 of every input, which must be 1, becomes `batch`, and so do all
 * shapes that depend on it. Each sample is computed as before.
 * Throws UserError UNSUPPORTED that names the nodes which would mix samples, or whose batch cannot be followed.
 */
export function withBatch(graph: Graph, batch: number): Graph {
  const edit = editGraph(graph);
  const axes = new Map<ValueName, BatchAxis>();
  const problems: string[] = [];
  for (const input of graph.inputs) {
    const { shape } = typeOf(graph, input);
    if (shape[0] === 1) axes.set(input, 0);
    else problems.push(`input '${input}' has the shape [${shape}], which does not begin with 1`);
  }
  for (const node of graph.nodes) {
    try {
      followBatch(graph, node, axes, batch, edit);
    } catch (error) {
      if (!(error instanceof Mixed)) throw error;
      problems.push(`${printNode(graph, node)}: ${error.message}`);
    }
  }
  if (problems.length > 0) {
    throw new UserError({
      code: 'UNSUPPORTED',
      message: `the model cannot take ${batch} samples at once`,
      because: problems,
      hint: 'train with a batch of 1, or export the model with a batch dimension in front everywhere',
    });
  }
  for (const [value, axis] of axes) {
    const type = typeOf(graph, value);
    if (axis !== null) edit.setType(value, { ...type, shape: type.shape.with(axis, type.shape[axis] * batch) });
  }
  return edit.finish();
}

/** Finds where the batch lies in the node's outputs, and mends the constants that state shapes. */
function followBatch(graph: Graph, node: Node, axes: Map<ValueName, BatchAxis>, batch: number, edit: GraphDraft): void {
  const axisOf = (index: number) => (node.inputs[index] == null ? null : (axes.get(node.inputs[index]) ?? null));
  if (node.inputs.every((_, i) => axisOf(i) === null)) return;
  const rule = node.domain === '' && Object.hasOwn(BATCH_AXES, node.op) ? BATCH_AXES[node.op] : null;
  if (!rule) throw new Mixed('where the batch goes is not known for this operator');
  const inputs = [...node.inputs];
  let change: Partial<Node> = {};
  const constant = (index: number) => constantOf(graph, node.inputs[index]);
  const seen: BatchNode = {
    node,
    batch,
    axis: axisOf,
    shape: (index) => typeOf(graph, node.inputs[index]).shape,
    outputShape: (index) => typeOf(graph, node.outputs[index]).shape,
    constant,
    replace(index, tensor) {
      inputs[index] = edit.constant(`${node.inputs[index]}.batch`, tensor);
      change = { inputs };
    },
    move(index, axis) {
      inputs[index] = movedBatch(
        edit,
        must(node.inputs[index], 'input'),
        must(axisOf(index), 'batch axis'),
        axis,
        batch,
      );
      change = { inputs };
    },
    reshape(shape) {
      const target = edit.constant(`${node.outputs[0]}.batch`, tensorOf('i64', [shape.length], shape));
      change = { op: 'Reshape', inputs: [inputs[0], target], attributes: {} };
    },
  };
  const found = rule(seen);
  for (const [i, output] of node.outputs.entries()) {
    if (output !== null) axes.set(output, Array.isArray(found) ? found[i] : found);
  }
  edit.update(node, change);
}

/** A value [.., batch d, ..] with the batch in a dimension that is 1 for one sample. */
function movedBatch(edit: GraphDraft, value: ValueName, from: number, to: number, batch: number): ValueName {
  const { dtype, shape } = edit.type(value);
  const reshaped = (input: ValueName, target: readonly number[]) => {
    const wanted = edit.constant(`${value}.shape`, tensorOf('i64', [target.length], target));
    return edit.node(
      { op: 'Reshape', inputs: [input, wanted] },
      { dtype, shape: target, quant: null },
      `${value}.moved`,
    );
  };
  const apart = shape.toSpliced(from, 0, batch);
  const others = [...apart.keys()].filter((axis) => axis !== from);
  const perm = others.toSpliced(to, 0, from);
  const permuted = { dtype, shape: perm.map((axis) => apart[axis]), quant: null };
  const moved = edit.node(
    { op: 'Transpose', inputs: [reshaped(value, apart)], attributes: { perm } },
    permuted,
    `${value}.moved`,
  );
  return reshaped(moved, shape.with(to, batch));
}
