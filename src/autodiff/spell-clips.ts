import { editGraph } from '../ir/graph.ts';
import { tensorOf } from '../ir/tensor.ts';
import type { Graph } from '../ir/types.ts';
import { must } from '../support/errors.ts';

/** Every fused clamp as a Relu or Clip of its own, which has a gradient. Values keep their names and meaning. */
export function spellClips(graph: Graph): Graph {
  const edit = editGraph(graph);
  for (const node of graph.nodes) {
    if (!node.clip) continue;
    const output = must(node.outputs[0], 'clipped output');
    const { domain, op, inputs, attributes } = node;
    const unclipped = edit.node({ domain, op, inputs, attributes }, edit.type(output), `${output}.unclipped`);
    const [min, max] = node.clip.map((bound, i) =>
      Number.isFinite(bound)
        ? edit.constant(`${output}.${i === 0 ? 'min' : 'max'}`, tensorOf('f32', [], [bound]))
        : null,
    );
    const relu = node.clip[0] === 0 && max === null;
    const clamp = relu ? { op: 'Relu', inputs: [unclipped] } : { op: 'Clip', inputs: [unclipped, min, max] };
    edit.update(node, { ...clamp, domain: '', attributes: {}, clip: null });
  }
  return edit.finish();
}
